/** EventStoreDbLog, over the wire double of EventStoreDB: what a person has to fix is said, with where. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDbLog } from '@drawdown/adapters/eventstoredb';
import { AppendUnknown, Fault, LogUnavailable } from '@drawdown/engine/event-store';
import { type DoubleOptions, EventStoreDbDouble } from '../stack/eventstoredb-double/server';
import { anEvent, someEvents } from './event-log.contract';

jest.setTimeout(60_000);

const closing: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
function logAt(connectionString: string, timeoutMs = 10_000): EventStoreDbLog {
  const log = EventStoreDbLog.open({ connectionString, appendTimeoutMs: timeoutMs, readSilenceMs: timeoutMs });
  closing.push(() => log.close());
  return log;
}
async function doubleWith(options: DoubleOptions = {}): Promise<EventStoreDbDouble> {
  const double = await EventStoreDbDouble.start(options);
  closing.push(() => double.stop());
  return double;
}
async function faultOf(work: Promise<unknown>): Promise<Fault> {
  const fault: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(fault instanceof Fault)) throw new Error(`not a fault: ${String(fault)}`);
  expect(fault.message).toContain('EVENTSTORE_URL');
  return fault;
}

describe('asking whether the log can be used', () => {
  it('is content with a server that lets us read and write, and writes nothing', async () => {
    const double = await doubleWith();
    const before = double.store.log.length;
    await logAt(double.connectionString).probe();
    expect(double.store.log).toHaveLength(before);
  });

  it('says that nobody is there, to be tried again', async () => {
    const fault = await faultOf(logAt('esdb://127.0.0.1:1?tls=false').probe());
    expect(fault).toBeInstanceOf(LogUnavailable);
    expect(fault.message).toContain('ECONNREFUSED');
  });

  it('gives up on a port that takes connections and says nothing', async () => {
    const mute = createServer(() => undefined);
    const port = await new Promise<number>((resolve) => mute.listen(0, '127.0.0.1', () => resolve((mute.address() as AddressInfo).port)));
    closing.push(() => void mute.close());
    const began = performance.now();
    expect(await faultOf(logAt(`esdb://127.0.0.1:${port}?tls=false`, 500).probe())).toBeInstanceOf(LogUnavailable);
    expect(performance.now() - began).toBeLessThan(20_000);
  });

  it('says that it may read and not write, for a person', async () => {
    const double = await doubleWith({ switches: { readOnly: true } });
    const fault = await faultOf(logAt(double.connectionString).probe());
    expect(fault).toMatchObject({ code: 'log_access_denied', retriable: false });
    expect(fault.message).toContain('may write');
  });

  it.each(['http://127.0.0.1:2113', 'esdb://', 'esdb://admin:secret@host:port', 'esdb://127.0.0.1:2113?tls=maybe'])(
    'refuses %s as a connection string, and keeps what is in it to itself',
    async (text) => {
      const fault = await faultOf((async () => EventStoreDbLog.open({ connectionString: text }))());
      expect(fault).toMatchObject({ code: 'log_misconfigured', retriable: false });
      expect(fault.message).not.toContain('secret');
    },
  );

  it('refuses a setting of the client that makes it tell wrong revisions, and an authority that is not there', async () => {
    for (const setting of ['throwOnAppendFailure=false', 'tlsCAFile=/nowhere/ca.pem'])
      expect(await faultOf((async () => EventStoreDbLog.open({ connectionString: `esdb://127.0.0.1:2113?${setting}` }))())).toMatchObject({
        code: 'log_misconfigured',
      });
  });
});

describe('an append', () => {
  it('is denied for good to who may only read, and nothing is in doubt', async () => {
    const double = await doubleWith({ switches: { readOnly: true } });
    const log = logAt(double.connectionString);
    expect(await faultOf(log.append('s', someEvents(1), 'no_stream'))).toMatchObject({ code: 'log_access_denied', retriable: false });
    expect(log.figures()).toMatchObject({ failed: 1, unknown: 0, inFlight: 0 });
    double.switches.readOnly = false;
    expect(await log.append('s', someEvents(1), 'no_stream')).toMatchObject({ outcome: 'appended', revision: 0 });
  });

  it('on a server that takes less than it must names the setting', async () => {
    const double = await doubleWith({ switches: { maxAppendSize: 1_000 } });
    const fault = await faultOf(logAt(double.connectionString).append('s', [anEvent(JSON.stringify('x'.repeat(1_000)))], 'no_stream'));
    expect(fault).toMatchObject({ code: 'log_append_too_large', retriable: false });
    expect(fault.message).toContain('MaxAppendSize');
  });

  it("on a full disk is unknown, with the server's own words", async () => {
    const double = await doubleWith({ switches: { diskFull: true } });
    const fault = await faultOf(logAt(double.connectionString).append('s', someEvents(1), 'no_stream'));
    expect(fault).toBeInstanceOf(AppendUnknown);
    expect(fault.message).toContain('not enough space on the disk');
  });

  it('to a stream that somebody deleted is for a person, and so is reading it', async () => {
    const double = await doubleWith();
    const log = logAt(double.connectionString);
    await log.append('s', someEvents(1), 'no_stream');
    double.store.delete('s', 'any', true);
    for (const work of [() => log.append('s', someEvents(1), 0), () => log.readStream('s')])
      expect(await faultOf(work())).toMatchObject({ code: 'log_stream_deleted', retriable: false });
  });

  it("to a stream of the server's own is a bug", async () => {
    const log = logAt((await doubleWith()).connectionString);
    await expect(log.append('$settings', someEvents(1), 'no_stream')).rejects.toThrow(RangeError);
  });

  it("is kept as JSON that the server's tools can read, to the letter", async () => {
    const double = await doubleWith();
    const event = anEvent('{"10":"a","9":"b","amount":"12345678901234567890","n":1}');
    await logAt(double.connectionString).append('s', [event], 'no_stream');
    const [stored] = double.store.stream('s');
    expect(stored).toMatchObject({ id: event.id, contentType: 'application/json', type: event.type });
    expect([stored!.data.toString(), stored!.metadata.toString()]).toEqual([event.data, event.metadata]);
  });
});

describe('reading the event at a position', () => {
  it('on a server that is not ready for a moment is not answered with "no event"', async () => {
    const double = await doubleWith();
    const log = logAt(double.connectionString);
    await log.append('s', someEvents(2), 'no_stream');
    const { position, id } = (await log.readStream('s'))[0]!;
    // The head is asked for first.
    double.switches.readsNotReady = [false, true];
    expect(await faultOf(log.readAt(position))).toBeInstanceOf(LogUnavailable);
    expect((await log.readAt(position))?.id).toBe(id);
  });

  it('where none begins is "no event", in the server\'s own words', async () => {
    const log = logAt((await doubleWith()).connectionString);
    await log.append('s', someEvents(2), 'no_stream');
    expect(await log.readAt((await log.readStream('s'))[0]!.position + 1n)).toBeUndefined();
  });
});

describe("the server's own events", () => {
  it('are passed over by the head, by reading and by following', async () => {
    const double = await doubleWith();
    const log = logAt(double.connectionString);
    expect(await log.head()).toBe(-1n);
    expect(await log.readAll(-1n, 10)).toEqual([]);
    await log.append('s', someEvents(2), 'no_stream');
    const own = {
      id: '00000000-0000-4000-8000-000000000001',
      type: '$statistics',
      contentType: 'application/json',
      data: Buffer.from('{}'),
      metadata: Buffer.alloc(0),
    };
    for (let i = 0; i < 100; i++) double.store.add('$stats', own);
    await log.append('s', someEvents(1), 1);
    for (let i = 0; i < 100; i++) double.store.add('$stats', own);
    const events = await log.readStream('s');
    expect(await log.head()).toBe(events.at(-1)!.position);
    expect(await log.readAll(-1n, 1)).toEqual(events.slice(0, 1));
    expect(await log.readAll(events[1]!.position, 1)).toEqual(events.slice(2));
    expect(await log.readAll(events[2]!.position, 1)).toEqual([]);
    expect(await log.readAt(BigInt(double.store.log.at(-1)!.position))).toBeUndefined();
    const seen: string[] = [];
    const subscription = log.subscribe(-1n, async (batch) => void seen.push(...batch.map(({ id }) => id)));
    await subscription.caughtUp;
    await subscription.close();
    expect(seen).toEqual(events.map(({ id }) => id));
  });

  it('are all that a new server has: the head of another log process starts over', async () => {
    const double = await doubleWith();
    await logAt(double.connectionString).append('s', someEvents(1), 'no_stream');
    const other = logAt(double.connectionString);
    expect(await other.head()).toBe((await other.readStream('s'))[0]!.position);
  });
});

describe('over TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'drawdown-tls-'));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  beforeAll(() => {
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
        '-keyout',
        key,
        '-out',
        certificate,
        ...names,
      ],
      { stdio: 'ignore' },
    );
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const secured = () =>
    doubleWith({ tls: { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') }, switches: { anonymous: false } });
  const by = (double: EventStoreDbDouble, who: string, authority = `&tlsCAFile=${encodeURIComponent(certificate)}`) =>
    logAt(`esdb://${who}localhost:${double.port}?tls=true${authority}`, 3_000);

  it('the credentials of the connection string are taken, for all calls', async () => {
    const log = by(await secured(), 'admin:changeit@');
    await log.probe();
    expect(await log.append('s', someEvents(2), 'no_stream')).toMatchObject({ outcome: 'appended' });
    expect(await log.readStream('s')).toHaveLength(2);
  });

  it.each(['', 'admin:wrong@', 'nobody:changeit@'])('the credentials %s are not, and that is for a person', async (who) => {
    const log = by(await secured(), who);
    expect(await faultOf(log.probe())).toMatchObject({ code: 'log_unauthenticated', retriable: false });
    expect(await faultOf(log.append('s', someEvents(1), 'no_stream'))).toMatchObject({ code: 'log_unauthenticated', retriable: false });
    const subscription = log.subscribe(-1n, async () => undefined);
    expect(await faultOf(subscription.ended)).toMatchObject({ code: 'log_unauthenticated' });
    await expect(subscription.caughtUp).rejects.toThrow(Fault);
  });

  it('a certificate of nobody we trust is for a person', async () => {
    expect(await faultOf(by(await secured(), 'admin:changeit@', '').probe())).toMatchObject({ code: 'log_certificate', retriable: false });
  });

  it('a server without it is for a person', async () => {
    const double = await doubleWith();
    expect(await faultOf(logAt(`esdb://admin:changeit@127.0.0.1:${double.port}`, 3_000).probe())).toMatchObject({
      code: 'log_certificate',
      retriable: false,
    });
  });
});
