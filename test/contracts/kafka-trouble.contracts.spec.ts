/** What may happen to a group and to a broker: members come and go, the broker is away or hangs, and credentials or TLS are wrong. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KafkaConnection, type KafkaConnectionSettings, KafkaProducer } from '@drawdown/adapters/kafka';
import type { Fault } from '@drawdown/engine/event-store';
import { freePorts } from '../../infra/local/free-ports';
import { type OwnKafka, stackServers, startKafka } from '../stack/servers';
import { textMatching } from '../support/text-matching';
import { until, turn } from '../support/waiting';
import { Handled, KafkaBench, Latch, named, REJOIN_MS_MAX, text, valueOf } from './kafka-reading';

jest.setTimeout(240_000);

/** Of I11: lag is zero again within this time after the trouble is over. */
const HEALED_WITHIN_MS = 30_000;

describe('a group whose members come and go', () => {
  let kafka: KafkaBench;
  beforeAll(() => (kafka = new KafkaBench(stackServers().kafka)));
  afterAll(() => kafka.close());

  it('handles every record, in the order of its partition, and commits nothing that is not handled', async () => {
    const RECORDS = 6_000;
    const topic = await kafka.topic(6);
    const groupId = named('group');
    await kafka.produce(topic, 0, RECORDS);
    const handled = new Handled();
    const begin = () =>
      kafka.reading({
        topic,
        groupId,
        recordsMax: 5,
        handle: async (records, signal) => {
          // Some turns of the event loop, so that partitions are taken away in the middle of it.
          for (let i = 0; i < 20 && !signal.aborted; i++) await turn();
          if (!signal.aborted) handled.take(records);
        },
      });
    const ahead: string[] = [];
    const look = async (): Promise<void> => {
      for (const [partition, offset] of Object.entries(await kafka.committed(groupId, topic)))
        if (offset > handled.upTo(Number(partition)))
          ahead.push(`${partition}: ${offset} committed, ${handled.upTo(Number(partition))} handled`);
    };
    const members = [await begin()];
    let changes = 0;
    for (let round = 0; round < 4; round++) {
      const before = handled.count;
      members.push(await begin());
      await until('the group to get on', () => handled.count > before || handled.count === RECORDS, REJOIN_MS_MAX);
      await look();
      await members.shift()!.stop();
      changes += 2;
      await until('the group to get on', () => members[0]!.figures().joined, REJOIN_MS_MAX);
      await look();
    }
    await until('all to be committed', async () => (await kafka.committedInAll(groupId, topic)) === RECORDS, REJOIN_MS_MAX);
    expect([handled.count, handled.skips, ahead]).toEqual([RECORDS, [], []]);
    expect(changes).toBe(8);
  });

  it('signals a member that lost its partition in the middle of a chunk, and does not count its end', async () => {
    const topic = await kafka.topic(2);
    const groupId = named('group');
    await kafka.produce(topic, 0, 100);
    const latch = new Latch();
    const signals: AbortSignal[] = [];
    const first = await kafka.reading({ topic, groupId, recordsMax: 10, handle: (_, signal) => (signals.push(signal), latch.passed) });
    await until('chunks of both partitions in hand', () => signals.length === 2);
    const seconds: string[] = [];
    const second = await kafka.reading({
      topic,
      groupId,
      recordsMax: 10,
      handle: async (records) => void seconds.push(...records.map(({ partition, offset }) => `${partition}/${offset}`)),
    });
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
    const [own] = second.figures().partitions;
    await until('the second to read its partition', () => second.figures().totals.lag === 0);
    // From its beginning: what the first had in hand was not committed.
    expect(seconds[0]).toBe(`${own!.partition}/0`);
    latch.release();
    await until('the first to go on with what is left to it', () => first.figures().joined && first.figures().totals.lag === 0);
    await until('the group to have committed all of it', async () => (await kafka.committedInAll(groupId, topic)) === 100);
  });
});

describe('a broker of our own', () => {
  const directory = mkdtempSync(join(tmpdir(), 'drawdown-keys-'));
  const certificate = join(directory, 'certificate.pem');
  let own: OwnKafka;
  let kafka: KafkaBench;
  let transports: { readonly plain: string; readonly sasl: string; readonly tls: string };

  beforeAll(async () => {
    const [broker = 0, controller = 0, sasl = 0, tls = 0] = await freePorts(4);
    transports = { plain: `127.0.0.1:${broker}`, sasl: `127.0.0.1:${sasl}`, tls: `127.0.0.1:${tls}` };
    const listeners = `PLAINTEXT://${transports.plain},SASL://${transports.sasl},TLS://${transports.tls}`;
    own = await startKafka({
      ports: { broker, controller },
      properties: {
        listeners: `${listeners},CONTROLLER://127.0.0.1:${controller}`,
        'advertised.listeners': listeners,
        'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_PLAINTEXT,TLS:SSL',
        'sasl.enabled.mechanisms': 'PLAIN',
        'listener.name.sasl.plain.sasl.jaas.config':
          'org.apache.kafka.common.security.plain.PlainLoginModule required user_drawdown="right";',
        ...keystore(directory, certificate),
      },
    });
    kafka = new KafkaBench(transports.plain);
  });
  afterAll(async () => {
    await kafka?.close();
    await own?.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  it('may be away: writing says so, reading waits, and both go on by themselves when it is back', async () => {
    const topic = await kafka.topic(3);
    const groupId = named('group');
    const handled = new Handled();
    const faults: Fault[] = [];
    const consumer = await kafka.reading({
      topic,
      groupId,
      recordsMax: 7,
      fault: (fault) => faults.push(fault),
      handle: async (records) => handled.take(records),
    });
    await kafka.produce(topic, 0, 100);
    await until('what was written before', async () => (await kafka.committedInAll(groupId, topic)) === 100);
    await own.broker.stop();
    await expect(kafka.produce(topic, 100, 1)).rejects.toMatchObject({
      code: 'kafka_unavailable',
      retriable: true,
      message: textMatching(/KAFKA_BROKERS/),
    });
    await until('several sessions to fail', () => consumer.figures().totals.sessionsLost >= 3, 60_000);
    expect(consumer.figures()).toMatchObject({ joined: false, fault: { code: 'kafka_unavailable', retriable: true } });
    expect(faults.every(({ retriable }) => retriable)).toBe(true);
    await own.broker.restart();
    await until(
      'writing to go on',
      () =>
        kafka
          .produce(topic, 100, 100)
          .then(() => true)
          .catch(() => false),
      HEALED_WITHIN_MS,
    );
    await until(
      'reading to go on',
      () => consumer.figures().joined && consumer.figures().totals.lag === 0 && handled.count >= 200,
      HEALED_WITHIN_MS,
    );
    expect([handled.skips, consumer.figures().fault]).toEqual([[], undefined]);
  });

  it('may be killed while records are written: what was acknowledged is read', async () => {
    const topic = await kafka.topic(3);
    const handled = new Set<string>();
    await kafka.reading({
      topic,
      groupId: named('group'),
      handle: async (records) => records.forEach(({ value }) => handled.add(String(value))),
    });
    const acknowledged: string[] = [];
    let writing = true;
    const writer = (async () => {
      for (let i = 0; writing; i++)
        await kafka.producer
          .send(topic, [text(`k${i}`, String(i))])
          .then(() => acknowledged.push(String(i)))
          .catch(() => turn());
    })();
    await until('some to be written', () => acknowledged.length > 50);
    await own.broker.kill();
    const before = acknowledged.length;
    await own.broker.restart();
    await until('more to be written', () => acknowledged.length > before + 50, HEALED_WITHIN_MS);
    writing = false;
    await writer;
    await until('all that was acknowledged to be read', () => acknowledged.every((value) => handled.has(value)), HEALED_WITHIN_MS);
  });

  it('may hang: writing gives up with what is unknown, and both go on when it answers again', async () => {
    const topic = await kafka.topic(1);
    const handled = new Handled();
    const values = new Set<string>();
    const consumer = await kafka.reading({
      topic,
      groupId: named('group'),
      handle: async (records) => {
        handled.take(records);
        records.forEach((record) => values.add(valueOf(record)));
      },
    });
    const producer = new KafkaProducer({ connection: kafka.connection, writeTimeoutMs: 1_000 });
    // Its first write includes the connection, so it may take longer than a write is given here.
    await until('a first write', () =>
      producer.send(topic, [text('a', '0')]).then(
        () => true,
        () => false,
      ),
    );
    own.broker.pause();
    await expect(producer.send(topic, [text('a', '1')])).rejects.toMatchObject({
      code: 'kafka_write_unknown',
      retriable: true,
      message: textMatching(/may or may not/),
    });
    own.broker.resume();
    await until(
      'writing to go on',
      () =>
        producer
          .send(topic, [text('a', '2')])
          .then(() => true)
          .catch(() => false),
      HEALED_WITHIN_MS,
    );
    await until('reading to go on', () => values.has('2') && consumer.figures().totals.lag === 0, HEALED_WITHIN_MS);
    expect(handled.skips).toEqual([]);
    await producer.close();
  });

  const probed = async (settings: Partial<KafkaConnectionSettings>): Promise<unknown> => {
    const connection = new KafkaConnection({ brokers: [transports.plain], clientId: 'test', ...settings });
    try {
      return await connection.probe();
    } catch (fault) {
      return fault;
    } finally {
      await connection.close();
    }
  };
  const right = { mechanism: 'plain', username: 'drawdown', password: 'right' } as const;

  it('takes in whoever has the right credentials or trusts its certificate', async () => {
    expect(await probed({})).toBeUndefined();
    expect(await probed({ brokers: [transports.sasl], sasl: right })).toBeUndefined();
    expect(await probed({ brokers: [transports.tls], tls: { caFile: certificate } })).toBeUndefined();
  });

  it('reads and writes with credentials', async () => {
    const secured = new KafkaConnection({ brokers: [transports.sasl], clientId: 'test', sasl: right });
    const topic = await kafka.topic(1);
    const producer = new KafkaProducer({ connection: secured });
    await producer.send(topic, [text('a', '1')]);
    const handled = new Handled();
    const consumer = kafka.consumer({
      connection: secured,
      topic,
      groupId: named('group'),
      handle: async (records) => handled.take(records),
    });
    await consumer.start();
    await until('the record', () => handled.count === 1);
    await consumer.stop();
    await producer.close();
    await secured.close();
  });

  it.each<[string, () => Partial<KafkaConnectionSettings>, RegExp]>([
    [
      'a wrong password',
      () => ({ brokers: [transports.sasl], sasl: { ...right, password: 'wrong' } }),
      /KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD/,
    ],
    [
      'a mechanism that is not switched on',
      () => ({ brokers: [transports.sasl], sasl: { ...right, mechanism: 'scram-sha-256' } }),
      /KAFKA_SASL_MECHANISM/,
    ],
    ['no credentials where some are wanted', () => ({ brokers: [transports.sasl] }), /Set KAFKA_SASL_MECHANISM/],
    ['credentials where none are wanted', () => ({ sasl: right }), /unset KAFKA_SASL_MECHANISM/],
    ['no TLS where it is spoken', () => ({ brokers: [transports.tls] }), /Set KAFKA_TLS=true/],
    ['TLS where it is not spoken', () => ({ tls: true }), /Unset KAFKA_TLS/],
    ['a certificate of an unknown authority', () => ({ brokers: [transports.tls], tls: true }), /KAFKA_TLS_CA_FILE/],
  ])('says that a person is needed, and which variable to change, for %s', async (_, settings, remedy) => {
    expect(await probed(settings())).toMatchObject({ code: 'kafka_misconfigured', retriable: false, message: textMatching(remedy) });
  });

  it('says that nobody is there yet, which may pass', async () => {
    const [port] = await freePorts(1);
    expect(await probed({ brokers: [`127.0.0.1:${port}`] })).toMatchObject({
      code: 'kafka_unavailable',
      retriable: true,
      message: textMatching(/no Kafka broker answers at 127.0.0.1:\d+ \(ECONNREFUSED\).*KAFKA_BROKERS/),
    });
  });
});

/** A key and a certificate for 127.0.0.1, made by Java's own tool; the properties that give them to the broker. */
function keystore(directory: string, certificate: string): Readonly<Record<string, string>> {
  const store = join(directory, 'keys.p12');
  const common = ['-keystore', store, '-storepass', 'changeit', '-alias', 'broker'];
  execFileSync(
    'keytool',
    [
      '-genkeypair',
      ...common,
      '-storetype',
      'PKCS12',
      '-keyalg',
      'EC',
      '-dname',
      'CN=127.0.0.1',
      '-ext',
      'san=ip:127.0.0.1',
      '-validity',
      '2',
    ],
    { stdio: 'pipe' },
  );
  writeFileSync(certificate, execFileSync('keytool', ['-exportcert', '-rfc', ...common], { stdio: 'pipe' }));
  return { 'ssl.keystore.location': store, 'ssl.keystore.password': 'changeit', 'ssl.keystore.type': 'PKCS12' };
}
