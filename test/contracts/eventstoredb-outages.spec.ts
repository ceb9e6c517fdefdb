/**
 * EventStoreDbLog, over the wire double of EventStoreDB behind a wire that breaks, and over a double in a process of its own that is
 * stopped, killed and started again: every append settles in its time with an outcome that is true, and a follower loses and
 * repeats nothing.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EventStoreDbLog } from '@drawdown/adapters/eventstoredb';
import {
  type AppendOutcome,
  AppendUnknown,
  type ExpectedRevision,
  Fault,
  LogUnavailable,
  type NewEvent,
  type RecordedEvent,
} from '@drawdown/engine/event-store';
import { EventStoreDbDouble } from '../stack/eventstoredb-double/server';
import { ROOT } from '../support/services/build';
import { chanceOf } from '../support/chance';
import { Child } from '../support/services/child';
import { FaultyWire } from '../support/servers/faulty-wire';
import { until } from '../support/waiting';
import { someEvents } from './event-log.contract';

jest.setTimeout(120_000);

const TIMEOUT_MS = 1_000;
/** What a machine that does other things too may add to a bound. */
const SLACK_MS = 10_000;
/** Of appends that the test looks at, or that the server has to have had, before their time is over. */
const PATIENT_MS = 5_000;

const closing: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function logAt(port: number, options: { appendsInFlightMax?: number; appendTimeoutMs?: number } = {}): EventStoreDbLog {
  const log = EventStoreDbLog.open({
    connectionString: `esdb://127.0.0.1:${port}?tls=false`,
    appendTimeoutMs: TIMEOUT_MS,
    readSilenceMs: TIMEOUT_MS,
    ...options,
  });
  closing.push(() => log.close());
  return log;
}
async function doubleAndWire() {
  const double = await EventStoreDbDouble.start();
  closing.push(() => double.stop());
  const wire = await FaultyWire.open(double.port);
  closing.push(() => wire.close());
  return { double, wire };
}

type Settled = {
  readonly outcome: 'appended' | 'conflict' | 'unknown' | 'unavailable';
  readonly events: readonly NewEvent[];
  readonly ms: number;
};
async function settled(log: EventStoreDbLog, stream: string, expected: ExpectedRevision, events = someEvents(1)): Promise<Settled> {
  const began = performance.now();
  const outcome = await log.append(stream, events, expected).then(
    (answer) => answer.outcome,
    (fault: unknown) => {
      if (fault instanceof AppendUnknown) return 'unknown';
      if (fault instanceof LogUnavailable) return 'unavailable';
      throw fault;
    },
  );
  return { outcome, events, ms: performance.now() - began };
}
const again = async <T>(work: () => Promise<T>): Promise<T> => {
  const deadline = performance.now() + 30_000;
  for (;;) {
    try {
      return await work();
    } catch (fault) {
      if (!(fault instanceof Fault && fault.retriable) || performance.now() > deadline) throw fault;
    }
  }
};
/** The very same until it is answered: by its ids, what was written without an answer is not written again. */
const surely = async (
  log: EventStoreDbLog,
  stream: string,
  expected: ExpectedRevision,
  events: readonly NewEvent[] = someEvents(1),
): Promise<AppendOutcome> => again(() => log.append(stream, events, expected));
const read = async (log: EventStoreDbLog, stream: string): Promise<readonly RecordedEvent[]> => again(() => log.readStream(stream));
/** "Appended" is there, "unavailable" is not, "unknown" may be. */
async function expectTrue(log: EventStoreDbLog, stream: string, appends: readonly Settled[]): Promise<void> {
  const there = new Set((await read(log, stream)).map(({ id }) => id));
  for (const { outcome, events } of appends) {
    const isThere = events.every(({ id }) => there.has(id));
    if (outcome === 'appended') expect(isThere).toBe(true);
    if (outcome !== 'appended' && outcome !== 'unknown') expect(isThere).toBe(false);
  }
}

describe('an append whose answer does not come', () => {
  it('is unknown when its time is over, and was carried out', async () => {
    const { double, wire } = await doubleAndWire();
    const log = logAt(wire.port, { appendTimeoutMs: PATIENT_MS });
    await surely(log, 's', 'no_stream');
    double.switches.silentAnswers = true;
    const append = await settled(log, 's', 0);
    expect(append.outcome).toBe('unknown');
    expect(append.ms).toBeLessThan(PATIENT_MS + SLACK_MS);
    double.switches.silentAnswers = false;
    const there = await read(log, 's');
    expect(there.map(({ id }) => id)).toContain(append.events[0]!.id);
    // The very same again is answered as done.
    expect(await surely(log, 's', 0, append.events)).toEqual({ outcome: 'appended', revision: 1, position: there[1]!.position });
  });

  it('is unknown when the connection is cut, at once, with all others in flight', async () => {
    const { double, wire } = await doubleAndWire();
    const log = logAt(wire.port, { appendTimeoutMs: 4 * SLACK_MS });
    await surely(log, 'warm', 'no_stream');
    double.switches.silentAppends = true;
    const appends = Array.from({ length: 50 }, (_, i) => settled(log, `s${i}`, 'no_stream'));
    await until('all to be in flight', () => log.figures().inFlight === 50);
    const sent = wire.requested;
    await until('them to be on the wire', () => wire.requested > sent || wire.requested > 5_000);
    wire.cut();
    for (const { outcome, ms } of await Promise.all(appends)) {
      expect(outcome).toBe('unknown');
      expect(ms).toBeLessThan(SLACK_MS);
    }
    expect(log.figures()).toMatchObject({ unknown: 50, inFlight: 0 });
  });

  it.each(['written', 'not written'])('is unknown when the leader steps down, whatever that says of the call: %s', async (really) => {
    const { double } = await doubleAndWire();
    const log = logAt(double.port);
    await surely(log, 'warm', 'no_stream');
    if (really === 'written') double.switches.silentAnswers = true;
    else double.switches.silentAppends = true;
    const { taken } = double;
    const appends = Array.from({ length: 20 }, (_, i) => settled(log, `s${i}`, 'no_stream'));
    await until('the server to have taken them', () => double.taken === taken + 20);
    double.stepDown();
    const outcomes = await Promise.all(appends);
    expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(['unknown']));
    double.switches.silentAnswers = double.switches.silentAppends = false;
    for (const [i, { events }] of outcomes.entries())
      expect(await surely(log, `s${i}`, 'no_stream', events)).toMatchObject({ outcome: 'appended', revision: 0 });
    for (let i = 0; i < 20; i++) expect(await read(log, `s${i}`)).toHaveLength(1);
  });

  it('does not stop the next ones: a silent connection is let go', async () => {
    const { wire } = await doubleAndWire();
    const log = logAt(wire.port);
    await surely(log, 's', 'no_stream');
    wire.fallSilent('answers');
    expect((await settled(log, 's', 0)).outcome).toBe('unknown');
    wire.heal();
    // The old connection stays open and silent; only a new one can answer.
    expect(await surely(log, 't', 'no_stream')).toMatchObject({ outcome: 'appended' });
    expect((await read(log, 't'))[0]).toBeDefined();
  });
});

describe('a log that is not there', () => {
  it('takes no append, and says that nothing was written', async () => {
    const { wire } = await doubleAndWire();
    wire.vanish();
    const log = logAt(wire.port);
    const { outcome, ms } = await settled(log, 's', 'no_stream');
    expect(['unavailable', 'unknown']).toContain(outcome);
    expect(ms).toBeLessThan(TIMEOUT_MS + SLACK_MS);
    wire.heal();
    expect(await surely(log, 's', 'no_stream')).toMatchObject({ outcome: 'appended', revision: 0 });
  });

  it('on a port where nothing listens is called unavailable, never unknown', async () => {
    const { outcome } = await settled(logAt(1, { appendTimeoutMs: 4 * SLACK_MS }), 's', 'no_stream');
    expect(outcome).toBe('unavailable');
  });
});

it('appends that find no room wait in line, and those whose time is over in it were not written', async () => {
  const { double, wire } = await doubleAndWire();
  const log = logAt(wire.port, { appendsInFlightMax: 4, appendTimeoutMs: PATIENT_MS });
  await surely(log, 'warm', 'no_stream');
  double.switches.silentAppends = true;
  const appends = Array.from({ length: 10 }, (_, i) => settled(log, `s${i}`, 'no_stream'));
  await until('the line', () => log.figures().waiting === 6);
  expect(log.figures().inFlight).toBe(4);
  const outcomes = await Promise.all(appends);
  for (const { ms } of outcomes) expect(ms).toBeLessThan(PATIENT_MS + SLACK_MS);
  expect(outcomes.slice(0, 4).map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown', 'unknown', 'unknown']);
  double.switches.silentAppends = false;
  await surely(log, 's', 'no_stream');
  for (const [i, { outcome }] of outcomes.entries()) if (outcome === 'unavailable') expect(await read(log, `s${i}`)).toEqual([]);
});

it.each([1, 2, 3])('cuts in the middle of appends lose and double nothing, for writers and followers (seed %i)', async (seed) => {
  const { wire } = await doubleAndWire();
  const chance = chanceOf(seed);
  const log = logAt(wire.port);
  const seen: RecordedEvent[] = [];
  const subscription = log.subscribe(-1n, async (events) => void seen.push(...events));
  const write = async (stream: string): Promise<string[]> => {
    const ids: string[] = [];
    for (let revision: ExpectedRevision = 'no_stream'; ids.length < 60;) {
      const events = someEvents(chance(1, 5));
      const expected: ExpectedRevision = revision;
      const answer: AppendOutcome = await again(() => log.append(stream, events, expected));
      if (answer.outcome === 'conflict') throw new Error(`conflict at ${answer.revision} on ${stream}, which has one writer`);
      revision = answer.revision;
      ids.push(...events.map(({ id }) => id));
    }
    return ids;
  };
  let writing = true;
  const cutting = (async () => {
    for (let wanted = 1; writing; wanted++) {
      wire.cutAfter(chance(200, 6_200));
      await until('a cut', () => !writing || wire.cuts >= wanted, 60_000);
      wanted = wire.cuts;
    }
  })();
  const streams = ['a', 'b', 'c', 'd'];
  const written = await Promise.all(streams.map(write)).finally(() => (writing = false));
  await cutting;
  wire.heal();
  for (const [i, stream] of streams.entries()) expect((await read(log, stream)).map(({ id }) => id)).toEqual(written[i]);
  const all = await again(() => log.readAll(-1n, 4_000));
  await until('the follower', () => seen.length >= all.length);
  await subscription.close();
  expect(seen.map(({ position }) => position)).toEqual(all.map(({ position }) => position));
  expect(wire.cuts).toBeGreaterThan(10);
  expect(log.figures().resubscriptions).toBeGreaterThan(0);
});

it('a server that ends and comes back with its events is followed on from the last one handled', async () => {
  const first = await EventStoreDbDouble.start();
  const log = logAt(first.port);
  const seen: RecordedEvent[] = [];
  const subscription = log.subscribe(-1n, async (events) => void seen.push(...events));
  const { port, store } = first;
  let double = first;
  for (let round = 0; round < 5; round++) {
    await surely(log, `r${round}`, 'no_stream', someEvents(3));
    double.stop();
    double = await EventStoreDbDouble.start({ port, store });
    await surely(log, `s${round}`, 'no_stream', someEvents(3));
  }
  closing.push(() => double.stop());
  await until('the follower', () => seen.length >= 30);
  await subscription.close();
  expect(seen.map(({ position }) => position)).toEqual((await again(() => log.readAll(-1n, 100))).map(({ position }) => position));
});

describe('a double in a process of its own', () => {
  const MAIN = join(ROOT, 'dist/test/stack/eventstoredb-double/main.js');
  const started = async (port = 0): Promise<{ child: Child; port: number }> => {
    if (!existsSync(MAIN)) throw new Error(`${MAIN} is missing: run "npm run build" first.`);
    const child = new Child('the double', { program: process.execPath, args: [MAIN], env: { PORT: `${port}` } });
    closing.push(async () => {
      child.kill('SIGKILL');
      await child.end();
    });
    const said = await until('its port', () => /listening on (\d+)/.exec(child.stdout)?.[1]);
    return { child, port: Number(said) };
  };

  it('that is stopped like a frozen machine holds no append longer than its time, and is used again when it goes on', async () => {
    const { child, port } = await started();
    const log = logAt(port);
    await surely(log, 's', 'no_stream');
    const seen: number[] = [];
    const subscription = log.subscribe(-1n, async (events) => void seen.push(...events.map(({ revision }) => revision)));
    await subscription.caughtUp;
    child.kill('SIGSTOP');
    const frozen = await Promise.all(Array.from({ length: 200 }, (_, i) => settled(log, `f${i}`, 'no_stream')));
    for (const { outcome, ms } of frozen) {
      expect(['unknown', 'unavailable']).toContain(outcome);
      expect(ms).toBeLessThan(TIMEOUT_MS + SLACK_MS);
    }
    await expect(log.readStream('s')).rejects.toThrow(LogUnavailable);
    child.kill('SIGCONT');
    expect(await surely(log, 's', 0)).toMatchObject({ outcome: 'appended', revision: 1 });
    for (const [i, append] of frozen.entries()) await expectTrue(log, `f${i}`, [append]);
    await until('the follower', () => seen.includes(1));
    await subscription.close();
  });

  it('that is killed and started again on its port is used again, by writers and followers', async () => {
    const first = await started();
    const log = logAt(first.port);
    await surely(log, 's', 'no_stream', someEvents(3));
    const seen: string[] = [];
    // From the beginning: a double forgets, so what comes after its start has no place behind an old position.
    const subscription = log.subscribe(-1n, async (events) => void seen.push(...events.map(({ id }) => id)));
    await subscription.caughtUp;
    const inFlight = Array.from({ length: 20 }, (_, i) => settled(log, `k${i}`, 'no_stream'));
    first.child.kill('SIGKILL');
    await first.child.end();
    for (const { ms } of await Promise.all(inFlight)) expect(ms).toBeLessThan(TIMEOUT_MS + SLACK_MS);
    await started(first.port);
    expect(await surely(log, 'after', 'no_stream')).toMatchObject({ outcome: 'appended', revision: 0 });
    await subscription.close();
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('says its port, and ends on SIGTERM', async () => {
    const { child } = await started();
    child.kill('SIGTERM');
    expect(await child.end()).toEqual({ code: 0, signal: null });
  });
});
