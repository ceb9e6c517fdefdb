import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { amount, formatInstant, later } from '@drawdown/domain/amounts';
import { type Document, NO_KEYS, NOTHING_FOUND, type Projections } from '@drawdown/engine/derived-state';
import { creditBalance, wallet } from '@drawdown/domain/balance';
import { until, MACHINE_BUSY_MS, turn } from '../../../test/support/waiting';
import {
  CHAIN_START,
  commandFingerprint,
  type EventLog,
  LogClosed,
  readMetadata,
  type RecordedEvent,
  chainEvent,
  streams,
  usageFingerprint,
} from '@drawdown/engine/event-store';
import { double, START, STREAM, TestLedger, tokens } from '../event-store/ledger.fixtures';
import { DIRTY_MAX, Projector } from './projector';
import { DEDUPE_WINDOW_MS_DEFAULT } from '@drawdown/engine/usage-pipeline';

/** All but the mark that says which log they were made of. */
const isFolded = ({ stream }: { readonly stream: string }): boolean => !stream.startsWith('projection-');
const ALL = 100_000;

let opened: TestLedger[] = [];

const open = async (...args: Parameters<typeof TestLedger.open>): Promise<TestLedger> => {
  const home = await TestLedger.open(...args);
  opened.push(home);
  return home;
};
afterEach(async () => {
  for (const home of opened) await home.remove();
  opened = [];
});

/** Derived state that can be down: a double that saves nothing then. */
function canBeDown(): { down: boolean; wrap: (real: Projections) => Projections } {
  const state = {
    down: false,
    wrap: (real: Projections) =>
      double(real, { save: (changes) => (state.down ? Promise.reject(new Error('down (a double)')) : real.save(changes)) }),
  };
  return state;
}

/** A little of everything: customers, a wallet, holds, expiry, usage of every outcome, keys of commands. */
async function live(home: TestLedger): Promise<void> {
  await home.addCustomer('ada');
  await home.addProduct('llm');
  await home.addBalance('ada', 'llm', '100', { expiresAt: later(START, 3_600_000) });
  await home.ledger.execute(
    wallet,
    streams.wallet('ada'),
    { type: 'Create', at: home.now, customerId: 'ada', currency: 'EUR', limits: [] },
    { key: 'w', body: 'w' },
  );
  await home.ledger.execute(
    creditBalance,
    STREAM,
    { type: 'PlaceHold', at: home.now, amount: amount('10'), expiresAt: later(START, 60_000) },
    { key: 'h', body: 'h' },
  );
  await home.use(tokens('1', 10), tokens('2', 85), tokens('2', 85), tokens('2', 86), tokens('3', 1, { subject: 'nobody' }));
}

/** What answers are made of: every document, what is due, and the places of every key there is. */
async function derived(home: TestLedger) {
  await home.projector.save();
  const events = await home.log.readAll(-1n, 4_096);
  return {
    documents: (await home.projections.list({ prefix: '', limit: ALL })).filter(isFolded),
    due: await home.projections.due(later(START, 1e10), ALL),
    keys: await home.projections.find(events.flatMap(keysOf)),
    checkpoint: await home.projections.checkpoint(),
  };
}

function keysOf({ stream, metadata, type, data }: RecordedEvent): number[] {
  const { key } = JSON.parse(metadata) as { key?: string };
  const lines = type === 'CreditsConsumed' ? (JSON.parse(data) as { lines: { source: string; id: string }[] }).lines : [];
  return [...(key === undefined ? [] : [commandFingerprint(stream, key)]), ...lines.map(({ source, id }) => usageFingerprint(source, id))];
}

async function answers(home: TestLedger) {
  const again = await home.ledger.execute(
    creditBalance,
    STREAM,
    { type: 'PlaceHold', at: home.now, amount: amount('10'), expiresAt: later(START, 60_000) },
    { key: 'h', body: 'h' },
  );
  const outcomes = await home.use(tokens('1', 10), tokens('2', 85));
  return { again, outcomes, balance: await home.balance('ada', 'llm'), wallet: await home.ledger.load(wallet, streams.wallet('ada')) };
}

const append = (log: EventLog, stream: string, type: string, data: string) =>
  log.append(stream, [chainEvent(CHAIN_START, stream, 0, type, data, { index: 0, size: 1 })], 'no_stream');

const caughtUp = async (home: TestLedger): Promise<void> => {
  const head = await home.log.head();
  await until('the projector to meet the end of the log', () => home.projector.position === head);
};

it('does not start on a log that is closed before it has caught up', async () => {
  const home = await open();
  const closed = double(home.log, {
    subscribe: () => {
      throw new LogClosed('closed (a double)');
    },
  });
  await expect(new Projector(closed, home.projections, home.states).start()).rejects.toThrow(LogClosed);
});

describe('what this process appends', () => {
  it('is answered at once and saved soon after, without being asked to', async () => {
    const home = await open();
    await home.addBalance('ada', 'llm', '100');
    expect((await home.balance('ada', 'llm')).totals.granted).toBe(amount('100'));
    const document = await until<Document>('the document to be saved', () => home.projections.load(STREAM));
    expect(document.revision).toBe(1);
  });

  it('by another process is met in the log', async () => {
    const home = await open();
    await TestLedger.beside(home).addBalance('ada', 'llm', '100');
    await caughtUp(home);
    expect(home.states.cached(STREAM)).toMatchObject({ revision: 1, state: { totals: { granted: amount('100') } } });
  });
});

describe('after a crash', () => {
  it.each([
    ['nothing had been saved', 'before'],
    ['half had been saved', 'between'],
    ['all but the checkpoint had been saved', 'after'],
  ])('every answer is the same: %s', async (_, when) => {
    const store = canBeDown();
    store.down = when === 'before';
    const home = await open(undefined, undefined, store.wrap);
    await live(home);
    if (when !== 'before') await home.projector.save();
    store.down = when !== 'after';
    await home.use(tokens('4', 1));
    if (when === 'after') await home.projector.save();
    store.down = true;
    const after = await open(home.crashed());
    store.down = false;
    expect(await answers(after)).toEqual(await answers(home));
    await Promise.all([caughtUp(home), caughtUp(after)]);
    expect(await derived(after)).toEqual(await derived(home));
    expect((await after.verify()).at(-1)).toMatchObject({ summary: { findings: 0 } });
  });

  it('all derived folders may be gone: documents come back byte for byte', async () => {
    const home = await open();
    await live(home);
    await caughtUp(home);
    const [before, answered] = [await derived(home), await answers(home)];
    await home.stop();
    for (const folder of ['balances', 'stream-index']) rmSync(join(home.directory, folder), { recursive: true });
    opened = [];
    const after = await open(home.directory);
    expect(await derived(after)).toEqual(before);
    expect(await answers(after)).toEqual(answered);
  });
});

describe('a rebuild', () => {
  it('gives the same documents, keys and answers, and counts what it read', async () => {
    const home = await open();
    await live(home);
    await caughtUp(home);
    const [before, answered] = [await derived(home), await answers(home)];
    const heard: bigint[] = [];
    const read = await home.projector.rebuild((position) => heard.push(position));
    expect(read).toBe((await home.log.readAll(-1n, 4_096)).length);
    expect(heard.at(-1)).toBe(await home.log.head());
    expect(await derived(home)).toEqual(before);
    expect(await answers(home)).toEqual(answered);
  });

  it('drops a document that no stream accounts for', async () => {
    const home = await open();
    await live(home);
    await home.projections.save({ documents: [{ stream: 'wallet-ghost', revision: 9, json: '{}' }], keys: NO_KEYS, checkpoint: -1n });
    await home.projector.rebuild();
    expect(await home.projections.load('wallet-ghost')).toBeUndefined();
  });

  it('is whole even when a save was asked for while everything was cleared', async () => {
    let written = Promise.resolve();
    const home: TestLedger = await open(undefined, undefined, (real) =>
      double(real, {
        save: (changes) => (written = real.save(changes)),
        clear: async () => {
          await real.clear();
          written = Promise.resolve();
          void home.projector.save();
          for (let i = 0; i < 20; i++) await turn();
          await written;
        },
      }),
    );
    await live(home);
    await caughtUp(home);
    const before = await derived(home);
    await home.projector.rebuild();
    expect(await derived(home)).toEqual(before);
  });

  it('goes on following the log', async () => {
    const home = await open();
    let ended = false;
    void home.projector.ended.then(() => (ended = true));
    await live(home);
    await home.projector.rebuild();
    expect(ended).toBe(false);
    await TestLedger.beside(home).addBalance('bob', 'llm', '1');
    await caughtUp(home);
    expect(home.states.cached(streams.creditBalance('bob', 'llm'))?.revision).toBe(1);
    await home.projector.stop();
    await home.projector.ended;
    expect(ended).toBe(true);
  });
});

describe('saving that fails', () => {
  it('keeps everything in memory, keys included, and is tried again by itself', async () => {
    const store = canBeDown();
    const home = await open(undefined, undefined, store.wrap);
    store.down = true;
    await live(home);
    await expect(home.projector.save()).rejects.toMatchObject({ code: 'projection_unavailable', retriable: true });
    expect(home.projector.failure).toBeDefined();
    expect(await home.projections.find([usageFingerprint('test', '1')])).toEqual(NOTHING_FOUND);
    expect((await home.use(tokens('1', 10))).map(({ status }) => status)).toEqual(['duplicate']);
    expect(
      await home.ledger.execute(wallet, streams.wallet('ada'), { type: 'Pause', at: home.now }, { key: 'w', body: 'w' }),
    ).toMatchObject({ replayed: true });
    store.down = false;
    await until('the next try to save', () => home.projector.failure === undefined);
    expect(await home.projections.find([usageFingerprint('test', '1')])).toEqual(new Map([[0, [{ stream: STREAM, revision: 3 }]]]));
    expect(await home.projections.load(STREAM)).toMatchObject({ revision: (await home.ledger.load(creditBalance, STREAM)).revision });
  });

  it(
    'does not stop the following, however much has gathered',
    async () => {
      const first = await open();
      await Promise.all(
        Array.from({ length: DIRTY_MAX + 1 }, (_, i) => append(first.log, `rejectedUsage-${i}`, 'UsageRejected', rejected(i))),
      );
      const store = canBeDown();
      store.down = true;
      await first.stop();
      opened = [];
      rmSync(join(first.directory, 'balances'), { recursive: true });
      const home = await open(first.directory, undefined, store.wrap);
      expect(home.projector.position).toBe(await home.log.head());
      store.down = false;
      await home.projector.save();
      expect(await home.projections.list({ prefix: 'rejectedUsage-', limit: ALL })).toHaveLength(DIRTY_MAX + 1);
    },
    MACHINE_BUSY_MS,
  );

  const rejected = (i: number): string =>
    `{"at":"2026-01-01T00:00:00.000Z","detail":"","transport":"test","encoding":"utf8","original":"${i}","reason":"invalid_json"}`;
});

describe('every save is of one moment', () => {
  /** Looks at all that has been saved after each save: a crash there must lose no key and skip no event. */
  const audited =
    (findings: string[], answer: { after: Promise<unknown> }) =>
    (real: Projections): Projections => {
      const keys = new Set<number>();
      return double(real, {
        checkpoint: async () => (await answer.after, real.checkpoint()),
        save: async (changes) => {
          await real.save(changes);
          for (const { fingerprint } of changes.keys) keys.add(fingerprint);
          const checkpoint = await real.checkpoint();
          const documents = new Map(
            (await real.list({ prefix: '', limit: ALL })).filter(isFolded).map(({ stream, revision }) => [stream, revision]),
          );
          for (const event of await home.log.readAll(-1n, 4_096)) {
            if (!home.states.streamDefinitionOf(event.stream)) continue;
            const saved = (documents.get(event.stream) ?? -1) >= event.revision;
            if (!saved && event.position <= checkpoint) findings.push(`the checkpoint is ahead of ${event.stream} ${event.revision}`);
            if (saved && !keysOf(event).every((key) => keys.has(key)))
              findings.push(`${event.stream} ${event.revision} is saved without its keys`);
          }
        },
      });
    };
  let home: TestLedger;

  it(
    'under usage and commands that go on meanwhile, however slow the store answers',
    async () => {
      const findings: string[] = [];
      const answer: { after: Promise<unknown> } = { after: Promise.resolve() };
      home = await open(undefined, undefined, audited(findings, answer));
      await live(home);
      for (let i = 0; i < 30; i++) {
        // Every third time there is nothing to save but a position: of an event that is none of the ledger's.
        await home.projector.save();
        if (i % 3 === 0) await append(home.log, `deliveries-${i}`, 'Delivered', '{}');
        if (i % 3 !== 1) await caughtUp(home);
        answer.after = Promise.all([home.use(tokens(`u${i}`, 1)), home.addBalance(`c${i}`, 'llm', '1')]);
        await Promise.all([home.projector.save(), answer.after]);
      }
      await home.projector.save();
      expect(findings).toEqual([]);
    },
    MACHINE_BUSY_MS,
  );
});

it('an event that cannot be read ends the following, and says so', async () => {
  const home = await open();
  const metadata = readMetadata((await home.addCustomer('ada'), (await home.log.readAll(-1n, 1))[0]!));
  const unheard = chainEvent(metadata.chain, streams.customer('ada'), 1, 'CustomerRevered', '{}', { index: 0, size: 1 });
  await home.log.append(streams.customer('ada'), [unheard], 0);
  await expect(home.projector.ended).rejects.toMatchObject({ code: 'newer_than_this_program', retriable: false });
  await expect(home.projector.ended).rejects.toThrow(
    /unknown event type CustomerRevered at revision 1 of customer-ada: .* Upgrade this instance/,
  );
});

describe('derived state that was not made of this log as it is', () => {
  it('is thrown away when the log is another one, and what was applied in this one is known', async () => {
    const [mine, other] = [await TestLedger.open(), await TestLedger.open()];
    await mine.addCustomer('eve');
    for (const home of [mine, other]) await live(home);
    for (const home of [mine, other]) await home.stop();
    // The log of `mine` is put beside what was derived from `other`.
    for (const folder of ['log', 'stream-index']) {
      rmSync(join(other.directory, folder), { recursive: true });
      cpSync(join(mine.directory, folder), join(other.directory, folder), { recursive: true });
    }
    const restored = await open(other.directory);
    expect(await restored.use(tokens('1', 10))).toMatchObject([{ status: 'duplicate' }]);
    expect((await restored.verify()).at(-1)).toMatchObject({ summary: { findings: 0 } });
    rmSync(mine.directory, { recursive: true });
  });

  it('is made anew when the dedupe window has been raised: keys that the shorter one let go count again', async () => {
    const home = await TestLedger.open();
    await live(home);
    await home.projector.save();
    home.pass(DEDUPE_WINDOW_MS_DEFAULT + 3_600_000);
    await home.projections.forget(home.now);
    const now = home.now;
    await home.stop();
    const longer = await open(home.directory, undefined, undefined, 2 * DEDUPE_WINDOW_MS_DEFAULT);
    longer.now = now;
    expect(await longer.use(tokens('1', 10, { time: formatInstant(START) }))).not.toMatchObject([{ status: 'applied' }]);
  });
});
