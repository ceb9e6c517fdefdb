import { amount, formatInstant, type Instant, later } from '@drawdown/domain/amounts';
import { type BalanceCommand, type BalanceEvent, creditBalance } from '@drawdown/domain/balance';
import { KeyBatch, NOTHING_FOUND } from '@drawdown/engine/derived-state';
import { AppliedKeys } from './applied-keys';
import { commandFingerprint, usageFingerprint } from './keys';
import { double, START, TestLedger, tokens, STREAM } from './ledger.fixtures';
import { streams } from './streams';

const WINDOW_MS = 1_000;
const FOR_EVER = 8.64e15 as Instant;
let home: TestLedger;
let keys: AppliedKeys;

beforeEach(async () => {
  home = await TestLedger.open();
  keys = new AppliedKeys(home.projections, WINDOW_MS);
});
afterEach(() => home.remove());

const key = (name: string) => commandFingerprint(STREAM, name);
const usage = (id: string, source = 'test') => usageFingerprint(source, id);
const paused: BalanceEvent = {
  type: 'Paused',
  at: START,
  figures: { booked: amount('0'), held: amount('0'), available: amount('0'), uncovered: amount('0') },
};
const consumed = (...lines: readonly (readonly [id: string, time: Instant])[]): BalanceEvent => ({
  ...paused,
  type: 'CreditsConsumed',
  amount: amount('0'),
  uncovered: amount('0'),
  grants: [],
  lines: lines.map(([id, time]) => ({
    source: 'test',
    id,
    bodyHash: '',
    time: formatInstant(time),
    amount: amount('0'),
    uncovered: amount('0'),
    allocation: [],
    parts: [],
  })),
});
const find = async (...fingerprints: number[]) =>
  (await keys.findEach(fingerprints)).map((places) => places.map(({ stream, revision }) => `${stream} ${revision}`));
const save = async (): Promise<void> => {
  const taken = keys.take();
  await home.projections.save({ documents: [], keys: taken.keys, checkpoint: -1n });
  taken.saved();
};

describe('a key', () => {
  it('of a command and of every usage line is known as soon as it is applied', async () => {
    keys.note(STREAM, 7, consumed(['1', START], ['2', START]), 'k');
    expect(await find(key('k'), usage('1'), usage('2'), usage('3'), key('l'))).toEqual([
      [`${STREAM} 7`],
      [`${STREAM} 7`],
      [`${STREAM} 7`],
      [],
      [],
    ]);
    expect(keys.recently([usage('3'), usage('1')])).toEqual(new Map([[1, [{ stream: STREAM, revision: 7 }]]]));
  });

  it('of another stream, another source or another kind is another key', () => {
    const all = [
      key('1'),
      commandFingerprint('wallet-ada', '1'),
      usage('1'),
      usage('1', 'other'),
      usageFingerprint('test\0', '1'),
      usageFingerprint('', 'test\u00001'),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('is known at every moment of being saved, by memory or by the index', async () => {
    keys.note(STREAM, 7, paused, 'k');
    const { keys: taken, saved } = keys.take();
    const known = async () => (await keys.findOne(key('k'))).length > 0;
    expect(await known()).toBe(true);
    await home.projections.save({ documents: [], keys: taken, checkpoint: -1n });
    expect(await known()).toBe(true);
    saved();
    expect(keys.recently([key('k')])).toEqual(NOTHING_FOUND);
    expect(await known()).toBe(true);
  });

  it('that was looked for while it was being saved is found', async () => {
    const asked: (() => void)[] = [];
    const slow = double(home.projections, {
      find: (fingerprints) => new Promise((resolve) => asked.push(() => resolve(home.projections.find(fingerprints)))),
    });
    keys = new AppliedKeys(slow, WINDOW_MS);
    keys.note(STREAM, 7, paused, 'k');
    const finding = keys.findOne(key('k'));
    await save();
    asked.forEach((answer) => answer());
    expect(await finding).toContainEqual({ stream: STREAM, revision: 7 });
  });

  it('that came while others were being saved stays in memory', async () => {
    keys.note(STREAM, 7, paused, 'k');
    const { saved } = keys.take();
    keys.note(STREAM, 8, paused, 'k');
    saved();
    expect(keys.recently([key('k')])).toEqual(new Map([[0, [{ stream: STREAM, revision: 8 }]]]));
    expect([...keys.take().keys]).toMatchObject([{ revision: 8 }]);
  });

  it('that could not be saved is saved the next time, before the newer ones', () => {
    keys.note(STREAM, 7, paused, 'k');
    const first = keys.take();
    keys.note(STREAM, 8, paused, 'l');
    expect([...keys.recently([key('k'), key('l')]).keys()]).toEqual([0, 1]);
    expect([...keys.take().keys].map(({ revision }) => revision)).toEqual([7, 8]);
    // An answer to the first save that comes this late covers one of the two.
    first.saved();
    expect([...keys.recently([key('k'), key('l')]).keys()]).toEqual([0, 1]);
  });

  it('is gone when all derived state is thrown away', async () => {
    keys.note(STREAM, 7, paused, 'k');
    keys.clear();
    expect(await find(key('k'))).toEqual([[]]);
    expect(keys.take().keys.size).toBe(0);
  });
});

describe('the index keeps', () => {
  const forgotten = async (at: Instant) => (await home.projections.forget(at), find(usage('1')));

  it('a usage key for the whole window after its recording, and not a millisecond longer than needed', async () => {
    keys.note(STREAM, 7, consumed(['1', later(START, -500)]), undefined);
    await save();
    expect(await forgotten(later(START, WINDOW_MS))).toEqual([[`${STREAM} 7`]]);
    expect(await forgotten(later(START, WINDOW_MS + 1))).toEqual([[]]);
  });

  it('a usage key for the whole window after its own time, when that is later', async () => {
    keys.note(STREAM, 7, consumed(['1', later(START, 500)]), undefined);
    await save();
    expect(await forgotten(later(START, 500 + WINDOW_MS))).toEqual([[`${STREAM} 7`]]);
    expect(await forgotten(later(START, 500 + WINDOW_MS + 1))).toEqual([[]]);
  });

  it('the key of a command for ever', async () => {
    keys.note(STREAM, 7, paused, 'k');
    await save();
    expect(await home.projections.forget(FOR_EVER)).toBe(0);
    expect(await find(key('k'))).toEqual([[`${STREAM} 7`]]);
  });
});

describe('a fingerprint that is met by chance', () => {
  beforeEach(async () => {
    await home.addCustomer('ada');
    await home.addProduct('llm');
    await home.addBalance('ada', 'llm', '100');
    await home.use(tokens('1', 10));
  });
  const places = [
    ['another usage event', STREAM, 2],
    ['an event that is no usage', STREAM, 0],
    ['an event that does not exist', STREAM, 99],
    ['a stream of something else', streams.customer('ada'), 0],
    ['a stream that nobody folds', 'deliveries-1', 0],
  ] as const;
  const plant = (fingerprint: number, stream: string, revision: number) =>
    home.projections.save({ documents: [], keys: new KeyBatch([{ fingerprint, stream, revision }]), checkpoint: -1n });

  it.each(places)('is no duplicate of %s', async (_, stream, revision) => {
    await plant(usage('2'), stream, revision);
    expect(await home.use(tokens('2', 10))).toMatchObject([{ status: 'applied', charges: [{ amount: amount('10') }] }]);
    expect((await home.use(tokens('2', 10))).map(({ status }) => status)).toEqual(['duplicate']);
  });

  it.each(places)('is no retry of %s', async (_, stream, revision) => {
    await plant(key('k'), stream, revision);
    const deduct: BalanceCommand = { type: 'Deduct', at: home.now, amount: amount('1'), reason: 'test' };
    const execute = () => home.ledger.execute(creditBalance, STREAM, deduct, { key: 'k', body: 'b' });
    expect(await execute()).toMatchObject({ outcome: 'done', replayed: false });
    expect(await execute()).toMatchObject({ outcome: 'done', replayed: true });
  });
});
