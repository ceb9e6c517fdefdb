/** Reading and writing on a real Kafka: order, retries, commits, draining, lag, and records of clients that are not ours. */
import { join } from 'node:path';
import { ensureTopics, KafkaProducer } from '@drawdown/adapters/kafka';
import { Fault } from '@drawdown/engine/event-store';
import type { QueueRecord } from '@drawdown/engine/usage-pipeline';
import { parseKafkaRecord } from '@drawdown/domain/usage';
import { stackServers } from '../stack/servers';
import { ROOT } from '../support/services/build';
import { Child } from '../support/services/child';
import { textMatching } from '../support/text-matching';
import { until } from '../support/waiting';
import { Handled, KafkaBench, kcat, Latch, named, numberOf, REJOIN_MS_MAX, text, type ReportedFault, valueOf } from './kafka-reading';

jest.setTimeout(120_000);

let kafka: KafkaBench;
beforeAll(() => (kafka = new KafkaBench(stackServers().kafka)));
afterAll(() => kafka.close());

const down = new Fault('down', 'the store is down', true);

describe('a consumer on Kafka', () => {
  it('hands out every record in the order of its partition, and commits all of them', async () => {
    const topic = await kafka.topic(4);
    const groupId = named('group');
    await kafka.produce(topic, 0, 5_000);
    const handled = new Handled();
    const consumer = await kafka.reading({ topic, groupId, recordsMax: 300, handle: async (records) => handled.take(records) });
    await until('all to be committed', async () => (await kafka.committedInAll(groupId, topic)) === 5_000);
    expect([handled.count, handled.skips]).toEqual([5_000, []]);
    expect(consumer.figures().totals).toMatchObject({ lag: 0, paused: 0, records: 5_000, joins: 1 });
  });

  it('commits nothing of a chunk that is in hand, and only the part that is handled of what is before it', async () => {
    const topic = await kafka.topic(1);
    const groupId = named('group');
    await kafka.produce(topic, 0, 100);
    const latch = new Latch();
    const chunks: number[] = [];
    await kafka.reading({
      topic,
      groupId,
      recordsMax: 10,
      handle: (records) => (chunks.push(records.length), chunks.length > 3 ? latch.passed : Promise.resolve()),
    });
    await until('the handled part to be committed', async () => (await kafka.committed(groupId, topic))[0] === 30);
    expect(chunks).toHaveLength(4);
    latch.release();
    await until('the rest', async () => (await kafka.committed(groupId, topic))[0] === 100);
  });

  it('keeps a partition waiting whose handling fails, tries the same again, and goes on with the others', async () => {
    const topic = await kafka.topic(4);
    const groupId = named('group');
    await kafka.produce(topic, 0, 400);
    let broken = true;
    const first: (string | undefined)[] = [];
    const handled = new Handled();
    const faults: ReportedFault[] = [];
    const consumer = await kafka.reading({
      topic,
      groupId,
      recordsMax: 10,
      fault: (fault, partition) => faults.push({ fault, partition }),
      handle: async (records) => {
        if (records[0]?.partition === 2 && broken) {
          first.push(records[0].offset);
          throw down;
        }
        handled.take(records);
      },
    });
    await until(
      'the others and several tries',
      () => first.length >= 3 && consumer.figures().partitions.every(({ partition, lag }) => partition === 2 || lag === 0),
    );
    expect(new Set(first)).toEqual(new Set(['0']));
    expect(handled.upTo(2)).toBe(0);
    expect(faults).toEqual([{ fault: down, partition: 2 }]);
    const waiting = consumer.figures().partitions.find(({ partition }) => partition === 2)!;
    expect(waiting).toMatchObject({ paused: true, position: '0', reason: { code: 'down', retriable: true } });
    expect(waiting.lag).toBeGreaterThan(0);
    expect(await kafka.committed(groupId, topic)).not.toHaveProperty('2');
    broken = false;
    await until('the rest', async () => (await kafka.committedInAll(groupId, topic)) === 400);
    expect([handled.count, handled.skips, consumer.figures().totals.paused]).toEqual([400, [], 0]);
  });

  it('stays a member while a chunk takes longer than several heartbeats, and goes on with other partitions meanwhile', async () => {
    const topic = await kafka.topic(2);
    const groupId = named('group');
    await kafka.producer.send(topic, [text('a', '0')]);
    const latch = new Latch();
    const seen: string[] = [];
    let stuck: number | undefined;
    const consumer = await kafka.reading({
      topic,
      groupId,
      handle: async (records) => {
        seen.push(...records.map(valueOf));
        stuck ??= records[0]!.partition;
        if (records[0]!.partition === stuck) await latch.passed;
      },
    });
    await until('a chunk to be in hand', () => stuck !== undefined);
    // Longer than a session lasts without a heartbeat.
    await until(
      'a long time of handling',
      () => (consumer.figures().partitions.find(({ partition }) => partition === stuck)?.handlingMs ?? 0) > 12_000,
    );
    await kafka.produce(topic, 1, 50);
    await until(
      'the other partition to be read',
      () => consumer.figures().partitions.every(({ partition, lag }) => partition === stuck || lag === 0) && seen.length > 1,
    );
    latch.release();
    await until('all', async () => (await kafka.committedInAll(groupId, topic)) === 51);
    expect(consumer.figures().totals).toMatchObject({ joins: 1, sessionsLost: 0 });
    expect(seen).toHaveLength(51);
  });

  it('reports the lag of what it has not handled, also when it cannot fetch, and zero when idle', async () => {
    const topic = await kafka.topic(2);
    const groupId = named('group');
    const latch = new Latch();
    await kafka.produce(topic, 0, 10);
    const consumer = await kafka.reading({ topic, groupId, bytesMax: 1, handle: () => latch.passed });
    await until('the lag of the first records', () => consumer.figures().totals.lag === 10);
    await kafka.produce(topic, 10, 500);
    await until('the lag of all', () => consumer.figures().totals.lag === 510);
    latch.release();
    await until('no lag', () => consumer.figures().totals.lag === 0);
    expect(consumer.figures().partitions.map(({ position, highWatermark }) => position === highWatermark)).toEqual([true, true]);
  });

  it('drains when it is stopped: takes no new chunk, waits for the one in hand, commits it, and leaves', async () => {
    const topic = await kafka.topic(1);
    const groupId = named('group');
    await kafka.produce(topic, 0, 100);
    const latch = new Latch();
    let chunks = 0;
    const consumer = await kafka.reading({ topic, groupId, recordsMax: 10, handle: () => (chunks++, latch.passed) });
    await until('a chunk to be in hand', () => chunks === 1);
    const stopped = consumer.stop();
    latch.release();
    await stopped;
    expect(chunks).toBe(1);
    expect(await kafka.committed(groupId, topic)).toEqual({ 0: 10 });
    // It has left: nobody waits for its session to end.
    expect(await kafka.membersOf(groupId)).toBe(0);
    const rest = new Handled();
    await kafka.reading({ topic, groupId, handle: async (records) => rest.take(records) });
    await until('the rest', () => rest.count === 90);
  });

  it('gets a signal to stop when draining takes too long, and what it had in hand is not committed', async () => {
    const topic = await kafka.topic(1);
    const groupId = named('group');
    await kafka.produce(topic, 0, 10);
    let signal: AbortSignal | undefined;
    const latch = new Latch();
    const consumer = await kafka.reading({ topic, groupId, drainMs: 50, handle: (_, given) => ((signal = given), latch.passed) });
    await until('a chunk to be in hand', () => signal);
    await consumer.stop();
    expect(signal?.aborted).toBe(true);
    expect(await kafka.committed(groupId, topic)).toEqual({});
    latch.release();
  });

  it('hands out again what a killed process had in hand, and nothing that it had committed', async () => {
    const topic = await kafka.topic(1);
    const groupId = named('group');
    await kafka.produce(topic, 0, 50);
    const reader = new Child('reader', {
      program: process.execPath,
      args: [join(ROOT, 'dist/test/contracts/kafka-reader.js'), kafka.brokers, topic, groupId, '25'],
    });
    await until(`the chunk of the record 25${reader.said()}`, () => reader.stdout.includes('holding 20'), REJOIN_MS_MAX);
    await until('what is before it to be committed', async () => (await kafka.committed(groupId, topic))[0] === 20);
    reader.kill('SIGKILL');
    await reader.end();
    const again: number[] = [];
    await kafka.reading({ topic, groupId, handle: async (records) => void again.push(...records.map(numberOf)) });
    await until('the rest', () => again.length === 30, REJOIN_MS_MAX);
    expect(again).toEqual(Array.from({ length: 30 }, (_, i) => 20 + i));
  });

  it('says so when records were deleted before it read them, and goes on with the oldest there is', async () => {
    const topic = await kafka.topic(1);
    const groupId = named('group');
    await kafka.produce(topic, 0, 20);
    const handled: number[] = [];
    const faults: ReportedFault[] = [];
    const first = await kafka.reading({
      topic,
      groupId,
      recordsMax: 5,
      handle: async (records) => void handled.push(...records.map(numberOf)),
    });
    await until('all to be committed', async () => (await kafka.committed(groupId, topic))[0] === 20);
    await first.stop();
    await kafka.produce(topic, 20, 20);
    await kafka.connection.administrate('delete records', (admin) =>
      admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '30' }] }),
    );
    const consumer = await kafka.reading({
      topic,
      groupId,
      fault: (fault, partition) => faults.push({ fault, partition }),
      handle: async (records) => void handled.push(...records.map(numberOf)),
    });
    await until('what is left', () => handled.at(-1) === 39);
    expect(handled.slice(20)).toEqual(Array.from({ length: 10 }, (_, i) => 30 + i));
    expect(faults.map(({ fault }) => fault.message)).toEqual([textMatching(/no longer has the offsets from 20 to 30/)]);
    expect(consumer.figures().totals.deletedUnread).toBe(10);
  });
});

describe('two services in one group that read different topics', () => {
  it('say so, and which variable is wrong', async () => {
    const groupId = named('group');
    const faults: string[] = [];
    const begin = async (topic: string): Promise<void> =>
      kafka
        .consumer({ topic, groupId, handle: () => Promise.resolve(), fault: ({ code, message }) => faults.push(`${code}: ${message}`) })
        .start();
    for (const topic of [await kafka.topic(2), await kafka.topic(2)]) await begin(topic);
    await until(
      'one of them to say so',
      () => faults.some((said) => /^kafka_misconfigured: .*correct KAFKA_GROUP$/.test(said)),
      REJOIN_MS_MAX,
    );
  });
});

describe('records of a client that is not ours', () => {
  const read = async (topic: string, count: number): Promise<readonly QueueRecord[]> => {
    const records: QueueRecord[] = [];
    await kafka.reading({ topic, groupId: named('group'), handle: async (given) => void records.push(...given) });
    await until('the records', () => records.length === count);
    return records;
  };

  it('are usage without headers, keyed by nothing', async () => {
    const topic = await kafka.topic(1);
    kcat(kafka.brokers, ['-P', '-t', topic], '{"specversion":"1.0","id":"1","source":"/s","type":"call","subject":"cus_1"}\n');
    const [record] = await read(topic, 1);
    expect(record).toMatchObject({ key: null, headers: {}, partition: 0, offset: '0' });
    expect(parseKafkaRecord(record!.headers, record!.value, record!.at)).toMatchObject({
      mode: 'bare',
      parsed: { usage: { id: '1', subject: 'cus_1' } },
    });
  });

  it('are usage in binary mode, with headers that come twice kept apart', async () => {
    const topic = await kafka.topic(1);
    const headers = [
      'ce_specversion=1.0',
      'ce_id=7',
      'ce_source=/s',
      'ce_type=call',
      'ce_subject=cus_1',
      'content-type=application/json',
      'x=1',
      'x=2',
      'empty=',
    ];
    kcat(kafka.brokers, ['-P', '-t', topic, '-k', 'cus_1', ...headers.flatMap((header) => ['-H', header])], '{"n":1.50}');
    const [record] = await read(topic, 1);
    expect(record!.headers.x).toEqual([Buffer.from('1'), Buffer.from('2')]);
    expect(parseKafkaRecord(record!.headers, record!.value, record!.at)).toMatchObject({
      mode: 'binary',
      parsed: { usage: { id: '7', subject: 'cus_1' } },
    });
  });

  it.each(['gzip', 'snappy', 'lz4', 'zstd'])('are read in batches that are compressed by %s', async (codec) => {
    const topic = await kafka.topic(1);
    const lines = Array.from({ length: 5_000 }, (_, i) => JSON.stringify({ i, note: 'x'.repeat(i % 97) }));
    kcat(kafka.brokers, ['-P', '-t', topic, '-z', codec, '-X', 'linger.ms=100'], lines.join('\n'));
    expect((await read(topic, lines.length)).map(valueOf)).toEqual(lines);
  });

  it('are read with thousands of headers, as many as are needed to see that they are too many', async () => {
    const topic = await kafka.topic(1);
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`h${i}`, 'x']));
    await kafka.producer.send(topic, [{ key: 'cus_1', value: Buffer.from('{}'), headers: many }, text('cus_1', 'next')]);
    const [record, next] = await read(topic, 2);
    expect(parseKafkaRecord(record!.headers, record!.value, record!.at)).toMatchObject({
      parsed: { rejection: { reason: 'headers_too_large' } },
    });
    expect(valueOf(next!)).toBe('next');
  });

  it('are read though transactions that were broken off and their marks lie between', async () => {
    const topic = await kafka.topic(1);
    const groupId = named('group');
    const producer = kafka.connection
      .client()
      .producer({ transactionalId: named('transaction'), maxInFlightRequests: 1, idempotent: true });
    await producer.connect();
    for (const [value, end] of [
      ['a', 'commit'],
      ['lost', 'abort'],
      ['b', 'commit'],
      ['lost', 'abort'],
    ] as const) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ value }] });
      await transaction[end]();
    }
    await producer.disconnect();
    const seen: string[] = [];
    const consumer = await kafka.reading({ topic, groupId, handle: async (records) => void seen.push(...records.map(valueOf)) });
    await until('the end of the topic', () => seen.length === 2 && consumer.figures().totals.lag === 0);
    await kafka.producer.send(topic, [text(null, 'c')]);
    await until('what comes after', () => seen.length === 3 && consumer.figures().totals.lag === 0);
    expect(seen).toEqual(['a', 'b', 'c']);
  });
});

describe('a producer on Kafka', () => {
  it('writes what is sent at the same time in few requests, keys where Java puts them, and bytes as they are', async () => {
    const topic = await kafka.topic(8);
    const producer = new KafkaProducer({ connection: kafka.connection });
    await Promise.all(
      Array.from({ length: 500 }, (_, i) => producer.send(topic, [text(`k${i}`, `${i}`, { h: ['1', Buffer.from([0xff])] })])),
    );
    expect(producer.figures()).toMatchObject({ records: 500, waitingBytes: 0, faults: 0 });
    expect(producer.figures().requests).toBeLessThan(10);
    await producer.close();
    // kcat with Java's partitioner writes the same keys: each must land beside ours.
    kcat(
      kafka.brokers,
      ['-P', '-t', topic, '-K', ':', '-X', 'partitioner=murmur2_random'],
      Array.from({ length: 500 }, (_, i) => `k${i}:x\n`).join(''),
    );
    const partitions = new Map<string, Set<number>>();
    // A request that was repeated has its records written twice.
    const read = new Set<string>();
    await kafka.reading({
      topic,
      groupId: named('group'),
      handle: async (records) => {
        for (const { key, value, partition, headers } of records) {
          read.add(`${String(key)}:${String(value)}`);
          partitions.set(String(key), (partitions.get(String(key)) ?? new Set()).add(partition));
          if (headers.h) expect(headers.h).toEqual([Buffer.from('1'), Buffer.from([0xff])]);
        }
      },
    });
    await until('all', () => read.size === 1_000);
    expect([...partitions.values()].every(({ size }) => size === 1)).toBe(true);
  });

  it('names a record that the topic does not take, and writes the others that were sent with it', async () => {
    const topic = await kafka.topic(1, { messageBytesMax: 10_000 });
    const sent = await Promise.allSettled([
      kafka.producer.send(topic, [text('a', 'small')]),
      kafka.producer.send(topic, [text('b', 'x'.repeat(20_000))]),
      kafka.producer.send(
        topic,
        Array.from({ length: 8 }, () => text('c', 'y'.repeat(4_000))),
      ),
    ]);
    expect(sent.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(sent[1]).toMatchObject({
      reason: {
        code: 'record_too_large',
        retriable: false,
        message: textMatching(/20\d\d\d bytes is too large for the topic .* raise its max.message.bytes/),
      },
    });
    await expect(kafka.producer.send(topic, [text('d', 'x'.repeat(3_000_000))])).rejects.toMatchObject({ code: 'record_too_large' });
  });

  it('takes no more than fits into its memory', async () => {
    const topic = await kafka.topic(1);
    const producer = new KafkaProducer({ connection: kafka.connection, waitingBytesMax: 1_000 });
    const first = producer.send(topic, [text('a', 'x'.repeat(5_000))]);
    await expect(producer.send(topic, [text('a', 'x')])).rejects.toMatchObject({ code: 'overloaded', retriable: true });
    await first;
    await producer.send(topic, [text('a', 'x')]);
    await producer.close();
  });

  it('says that a topic is missing, and makes none', async () => {
    const topic = named('missing');
    await expect(kafka.producer.send(topic, [text('a', 'x')])).rejects.toMatchObject({
      code: 'kafka_unavailable',
      retriable: true,
      message: textMatching(/KAFKA_CREATE_TOPICS/),
    });
    expect(await kafka.connection.administrate('list topics', (admin) => admin.listTopics())).not.toContain(topic);
  });
});

describe('the topics', () => {
  const spec = (name: string, partitions = 2) => ({ name, partitions, replication: 1, retentionMs: 60_000 });

  it('have as many copies as the broker makes where no number is stated', async () => {
    expect(await ensureTopics(kafka.connection, [{ ...spec(named('a')), replication: -1 }], { create: true })).toMatchObject([
      { created: true, partitions: 2, remarks: [] },
    ]);
  });

  it('are made as stated, once, though several services begin together', async () => {
    const [one, two] = [spec(named('a')), spec(named('b'), 3)];
    const made = await Promise.all([1, 2, 3].map(() => ensureTopics(kafka.connection, [one, two], { create: true })));
    expect(made.map((reports) => reports.map(({ partitions, remarks }) => [partitions, remarks]))).toEqual(
      Array.from({ length: 3 }, () => [
        [2, []],
        [3, []],
      ]),
    );
  });

  it('are not made where that is not allowed: the variable and the command are named', async () => {
    const { name, ...rest } = spec(named('a'));
    await expect(ensureTopics(kafka.connection, [{ name, ...rest }], { create: false })).rejects.toMatchObject({
      retriable: false,
      message: textMatching(
        new RegExp(
          `${name} does not exist.*KAFKA_CREATE_TOPICS=true.*kafka-topics.sh --bootstrap-server .* --create --topic ${name} --partitions 2`,
        ),
      ),
    });
  });

  it('with fewer partitions than stated are an error that names the variable, and are left alone', async () => {
    const name = await kafka.topic(2);
    await expect(ensureTopics(kafka.connection, [spec(name, 3)], { create: true })).rejects.toMatchObject({
      retriable: false,
      message: textMatching(/has 2 partitions and KAFKA_PARTITIONS says 3.*KAFKA_PARTITIONS=2/),
    });
    expect(await ensureTopics(kafka.connection, [spec(name, 1)], { create: false })).toEqual([
      {
        name,
        created: false,
        partitions: 2,
        remarks: [textMatching(/more than the 1 of KAFKA_PARTITIONS/), textMatching(/retention.ms=3600000 where 60000 is stated/)],
      },
    ]);
  });

  it('with more copies than there are brokers are an error that names the variable', async () => {
    await expect(ensureTopics(kafka.connection, [{ ...spec(named('a')), replication: 3 }], { create: true })).rejects.toMatchObject({
      retriable: false,
      message: textMatching(/KAFKA_REPLICATION/),
    });
  });
});
