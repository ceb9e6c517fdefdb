import { amount, later } from '@drawdown/domain/amounts';
import { type Document, NOTHING_FOUND, type Projections } from '@drawdown/engine/derived-state';
import { type Balance, type BalanceCommand, creditBalance } from '@drawdown/domain/balance';
import { AppliedKeys } from './applied-keys';
import { type EventLog, type NewEvent, READ_LIMIT_MAX } from './event-log';
import { double, streamDefinitions, START, TestLedger, tokens, STREAM } from './ledger.fixtures';
import { Ledger } from './ledger';
import { CHAIN_START, chainEvent } from './hash-chain';
import { RoundAppend, tipOf } from './round-append';
import { StreamStates, TAIL_PAGE } from './stream-states';
import { streams } from './streams';
import { DEDUPE_WINDOW_MS_DEFAULT } from '@drawdown/engine/usage-pipeline';

let home: TestLedger;

beforeEach(async () => {
  home = await TestLedger.open();
  await home.addCustomer('ada');
  await home.addProduct('llm');
  await home.addBalance('ada', 'llm', '100', { expiresAt: later(START, 1_000) });
});
afterEach(() => home.remove());

/** What a process that has just started knows of the same log and derived state, or of what is put in their place. */
const states = ({
  log = home.log,
  projections = home.projections,
  foldedBy = streamDefinitions,
}: { log?: EventLog; projections?: Projections; foldedBy?: typeof streamDefinitions } = {}) =>
  new StreamStates(log, projections, new AppliedKeys(projections, DEDUPE_WINDOW_MS_DEFAULT), foldedBy);
const withDocument = (change: (document: Document | undefined) => Document | undefined): Projections =>
  double(home.projections, { load: async (stream) => change(await home.projections.load(stream)) });

const placeHold: BalanceCommand = { type: 'PlaceHold', at: START, amount: amount('10') };
/** A life with a snapshot in the middle of it. */
async function live(): Promise<Document> {
  await home.ledger.execute(creditBalance, STREAM, placeHold, { key: 'h', body: 'h' });
  await home.use(tokens('1', 10));
  await home.projector.save();
  const snapshot = await home.projections.load(STREAM);
  await home.use(tokens('2', 20), tokens('3', 1));
  await home.ledger.execute(creditBalance, STREAM, { type: 'ReleaseHold', at: START, holdId: 'h1' }, { key: 'r', body: 'r' });
  await home.projector.save();
  return snapshot!;
}

describe('a snapshot', () => {
  it.each([
    ['of the end of the stream', (_: Document) => (now: Document | undefined) => now],
    ['of its middle', (snapshot: Document) => () => snapshot],
    ['that is not there', () => () => undefined],
    [
      'of an older version of the state',
      (snapshot: Document) => () => ({ ...snapshot, json: snapshot.json.replace(/"state":.*/, '"state":"as it was then","version":0}') }),
    ],
    ['that was damaged', (snapshot: Document) => () => ({ ...snapshot, json: snapshot.json.replace('"remaining":"', '"remaining":"9') })],
    [
      'whose digest is another',
      (snapshot: Document) => () => ({ ...snapshot, json: snapshot.json.replace(/"digest":"..../, '"digest":"0000') }),
    ],
    ['that cannot be read', (snapshot: Document) => () => ({ ...snapshot, json: snapshot.json.slice(0, -40) })],
    [
      'of a newer version of the state',
      (snapshot: Document) => () => ({ ...snapshot, json: snapshot.json.replace(/"state":.*/, '"state":"as it will be","version":2}') }),
    ],
  ])('%s gives the same state and the same answers', async (_, change) => {
    const snapshot = await live();
    const projections = withDocument(change(snapshot));
    const known = home.states.cached(STREAM)!;
    expect(await states({ projections }).load(STREAM)).toEqual({
      ...known,
      epoch: 0,
      complete: true,
      dirty: expect.any(Boolean) as boolean,
    });
    const ledger = new Ledger(home.log, states({ projections }));
    const execute = (on: Ledger, command: BalanceCommand, key?: string) =>
      on.execute(creditBalance, STREAM, command, key === undefined ? {} : { key, body: key });
    expect(await execute(ledger, placeHold, 'h')).toEqual(await execute(home.ledger, placeHold, 'h'));
    const tooMuch: BalanceCommand = { type: 'Deduct', at: START, amount: amount('69.000000001'), reason: 'test' };
    expect(await execute(ledger, tooMuch)).toEqual(await execute(home.ledger, tooMuch));
    expect(await ledger.stateAt(creditBalance, STREAM, known.revision)).toEqual(known.state);
  });

  it('spares reading what came before it', async () => {
    await live();
    const read: number[] = [];
    const log = double(home.log, {
      readStream: (stream, options) => (read.push(options?.from ?? 0), home.log.readStream(stream, options)),
    });
    const { revision } = await states({ log }).load(STREAM);
    expect(read).toEqual([revision + 1]);
  });

  it('of another version is replaced with the next event of its stream', async () => {
    await live();
    const raised = streamDefinitions.map((definition) => ({ ...definition, stateVersion: definition.stateVersion + 1 }));
    const newer = states({ foldedBy: raised });
    const entry = await newer.load(STREAM);
    const withoutDigest = (json: string) => json.replace(/"digest":"[0-9a-f]+",/, '');
    const { json, ...rest } = newer.document(entry);
    const { json: before, ...restBefore } = (await home.projections.load(STREAM))!;
    expect(rest).toEqual(restBefore);
    expect(withoutDigest(json)).toBe(withoutDigest(before).replace(/(?<="version":)\d+/, (version) => `${Number(version) + 1}`));
    expect(entry.dirty).toBe(true);
  });

  it('knows the keys of the tail after it', async () => {
    const snapshot = await live();
    const fresh = states({
      projections: double(
        withDocument(() => snapshot),
        { find: async () => NOTHING_FOUND },
      ),
    });
    await fresh.load(STREAM);
    const { keys } = fresh.keys.take();
    expect([...keys].map(({ revision }) => revision)).toEqual([4, 4, 5]);
  });
});

describe('a stream', () => {
  it('that is asked for by many at once is read once', async () => {
    let reads = 0;
    const log = double(home.log, { readStream: (stream, options) => ((reads += 1), home.log.readStream(stream, options)) });
    const fresh = states({ log });
    const all = await Promise.all(Array.from({ length: 10 }, () => fresh.load(STREAM)));
    expect(new Set(all).size).toBe(1);
    expect(reads).toBe(1);
  });

  it('that does not exist is as it is at the beginning', async () => {
    expect(await home.states.load(streams.wallet('nobody'))).toMatchObject({
      revision: -1,
      chain: CHAIN_START,
      state: { status: 'none' },
      dirty: false,
    });
  });

  it('of a category that nobody folds is a mistake of the program', () =>
    expect(home.states.load('deliveries-1')).rejects.toThrow('no aggregate folds deliveries-1'));

  it('longer than one read is folded to its end', async () => {
    const stream = streams.rejectedUsage('long');
    const events: NewEvent[] = [];
    let chain = CHAIN_START;
    for (let revision = 0; revision <= READ_LIMIT_MAX + 1; revision++) {
      const chained = chainEvent(
        chain,
        stream,
        revision,
        'RejectedUsageReplayed',
        '{"at":"2026-01-01T00:00:00.000Z","status":"rejected"}',
        {
          index: 0,
          size: 1,
        },
      );
      events.push(chained);
      chain = chained.chain;
    }
    const half = events.length / 2;
    await home.log.append(stream, events.slice(0, half), 'no_stream');
    await home.log.append(stream, events.slice(half), half - 1);
    const asked: (number | undefined)[] = [];
    const stored = [...(await home.log.readStream(stream)), ...(await home.log.readStream(stream, { from: READ_LIMIT_MAX }))];
    // A double that answers out of memory: it leaves others no turn by itself.
    const atOnce = double(home.log, {
      readStream: (_, { from = 0, limit } = {}) => {
        asked.push(limit);
        return Promise.resolve(stored.slice(from, from + (limit ?? READ_LIMIT_MAX)));
      },
    });
    let turns = 0;
    const count = (): void => {
      turns += 1;
      ticking = setImmediate(count);
    };
    let ticking = setImmediate(count);
    await states({ log: atOnce }).load(stream);
    clearImmediate(ticking);
    expect(new Set(asked)).toEqual(new Set([TAIL_PAGE]));
    expect(turns).toBeGreaterThan(READ_LIMIT_MAX / TAIL_PAGE / 4);
    expect(await states().load(stream)).toMatchObject({ revision: READ_LIMIT_MAX + 1, chain, state: { replays: READ_LIMIT_MAX + 2 } });
  }, 30_000);
});

describe('an event that is met in the log', () => {
  const eventAt = async (revision: number) => (await home.log.readStream(STREAM, { from: revision, limit: 1 }))[0]!;

  it('and is known already changes nothing and tells nobody', async () => {
    await live();
    const notified = jest.fn();
    home.states.follow(notified);
    const before = { ...home.states.cached(STREAM)! };
    for (const revision of [0, 2, before.revision]) await home.states.handle(await eventAt(revision));
    expect(notified).not.toHaveBeenCalled();
    expect(home.states.cached(STREAM)).toEqual(before);
  });

  it('and is the next one moves the state on; one further on brings those between along', async () => {
    await live();
    const fresh = states({ projections: withDocument(() => undefined) });
    const notified: number[] = [];
    fresh.follow(({ revision }) => notified.push(revision));
    await fresh.handle(await eventAt(0));
    expect(notified).toEqual([0]);
    await fresh.handle(await eventAt(3));
    expect(notified).toEqual([0, 1, 2, 3, 4, 5]);
    expect(fresh.cached(STREAM)).toEqual({ ...home.states.cached(STREAM), dirty: true, epoch: 0, complete: false });
  });

  it('while this process appends it waits for the state that the append makes, and is not decoded', async () => {
    let decoded = 0;
    const counting = streamDefinitions.map((definition) => ({
      ...definition,
      decode: (type: string, data: string) => {
        decoded += 1;
        return definition.decode(type, data);
      },
    }));
    const own = states({ foldedBy: counting });
    const entry = await own.load(STREAM);
    let handled = Promise.resolve();
    // The log tells its followers before it answers.
    const log = double(home.log, {
      appendRound: async (appends) => {
        const outcomes = await home.log.appendRound(appends);
        handled = own.handle(await eventAt(entry.revision + 1));
        return outcomes;
      },
    });
    const { state } = entry;
    const decision = creditBalance.decider.decide(placeHold, state as Balance);
    if (!decision.accepted) throw new Error('the hold was refused');
    const after = decision.events.reduce(creditBalance.decider.evolve, state as Balance);
    const append = new RoundAppend(log, own);
    append.add(creditBalance, tipOf(entry), decision.events, after, undefined);
    const before = decoded;
    expect(await append.commit()).toEqual(['appended']);
    await handled;
    expect(entry.state).toBe(after);
    expect(decoded).toBe(before);
    expect(entry.appending).toBeUndefined();
  });

  it('and is none of the ledger is passed over', async () => {
    await home.log.append(
      'deliveries-1',
      [chainEvent(CHAIN_START, 'deliveries-1', 0, 'Delivered', '{}', { index: 0, size: 1 })],
      'no_stream',
    );
    const [event] = await home.log.readStream('deliveries-1');
    await home.states.handle(event!);
    expect(home.states.cached('deliveries-1')).toBeUndefined();
  });
});

describe('a follower', () => {
  it('gets every event once, in order, with the state after the append', async () => {
    const notified: string[] = [];
    const stop = home.states.follow(({ entry, event, revision }) => notified.push(`${entry.stream} ${revision} ${event.type}`));
    await live();
    stop();
    await home.use(tokens('4', 1));
    expect(notified).toEqual(
      ['2 HoldPlaced', '3 CreditsConsumed', '4 CreditsConsumed', '5 HoldReleased'].map((event) => `${STREAM} ${event}`),
    );
  });

  it('of one stream gets the events of that stream alone, until it stops', async () => {
    const notified: number[] = [];
    const stop = home.states.followStream(STREAM, ({ revision }) => notified.push(revision));
    const also = home.states.followStream(STREAM, () => undefined);
    expect(home.states.streamsFollowed).toBe(1);
    await home.addBalance('bob', 'llm', '1');
    await home.use(tokens('1', 1));
    stop();
    await home.use(tokens('2', 1));
    expect(notified).toEqual([2]);
    also();
    expect(home.states.streamsFollowed).toBe(0);
  });
});

describe('trimming', () => {
  const STREAMS = ['a', 'b', 'c', 'd'].map((customer) => streams.creditBalance(customer, 'llm'));
  const kept = (): string[] => STREAMS.filter((stream) => home.states.cached(stream));
  beforeEach(async () => {
    home.states.clear();
    for (const customer of ['a', 'b', 'c', 'd']) await home.addBalance(customer, 'llm', '5');
  });

  it('drops the longest known beyond the limit, and not one more', async () => {
    await home.projector.save();
    const room = STREAMS.length;
    home.states.trim(room);
    expect(kept()).toEqual(STREAMS);
    home.states.trim(room - 1);
    expect(kept()).toEqual(STREAMS.slice(1));
  });

  it('never drops what has not been saved', async () => {
    // Said here, and not left to when the projector last saved: it does so by the clock.
    const unsaved = (...names: readonly string[]) => {
      for (const stream of STREAMS) home.states.cached(stream)!.dirty = names.includes(stream);
    };
    unsaved(...STREAMS);
    home.states.trim(0);
    expect(kept()).toEqual(STREAMS);
    unsaved(STREAMS[1]!);
    home.states.trim(0);
    expect(kept()).toEqual([STREAMS[1]]);
  });

  it('costs a load, and changes no answer', async () => {
    await home.projector.save();
    const before = { ...home.states.cached(STREAMS[0]!)! };
    home.states.trim(0);
    expect(await home.states.load(STREAMS[0]!)).toEqual(before);
    expect(
      await home.ledger.execute(creditBalance, STREAMS[0]!, { type: 'Deduct', at: START, amount: amount('6'), reason: 'test' }),
    ).toMatchObject({ outcome: 'refused' });
    expect(
      await home.ledger.execute(creditBalance, STREAMS[0]!, { type: 'Deduct', at: START, amount: amount('5'), reason: 'test' }),
    ).toMatchObject({ outcome: 'done' });
  });
});
