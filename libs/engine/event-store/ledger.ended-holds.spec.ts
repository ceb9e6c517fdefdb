import { amount, later } from '@drawdown/domain/amounts';
import { balanceAt } from '@drawdown/engine/read-models';
import { type Balance, type BalanceCommand, type BalanceEvent, creditBalance, wallet } from '@drawdown/domain/balance';
import { TestLedger, tokens } from './ledger.fixtures';
import { streams } from './streams';

/** More holds have ended than one append ends beside a command, and nobody has swept them. */
let home: TestLedger;
beforeEach(async () => {
  home = await TestLedger.open();
  await home.addCustomer('ada');
});
afterEach(() => home.remove());

const HOLD_MS = 60_000;
const balanceStream = streams.creditBalance('ada', 'api');
const walletStream = streams.wallet('ada');

/** As many holds, each of an equal share of all there is. */
async function heldAndEnded(stream: string, count: number, share: string): Promise<void> {
  const aggregate = stream === walletStream ? wallet : creditBalance;
  const { decide, evolve } = aggregate.decider;
  const entry = await home.states.load(stream);
  for (let placed = 0; placed < count;) {
    // Many in one append: a thousand appends are slow.
    const events: BalanceEvent[] = [];
    for (let state = entry.state as Balance; placed < count && events.length < 250; placed += 1) {
      const decision = decide({ type: 'PlaceHold', at: home.now, amount: amount(share), expiresAt: later(home.now, HOLD_MS) }, state);
      if (!decision.accepted) throw new Error(decision.refusal.code);
      events.push(...decision.events);
      state = decision.events.reduce(evolve, state);
    }
    await home.ledger.append(aggregate, entry, { events }, {});
  }
  home.pass(HOLD_MS);
}
async function balanceWithHolds(count: number): Promise<void> {
  await home.addProduct('api');
  await home.addBalance('ada', 'api', String(count));
  await heldAndEnded(balanceStream, count, '1');
}
const execute = (command: BalanceCommand, context = {}) => home.ledger.execute(creditBalance, balanceStream, command, context);
const types = async (stream: string) => (await home.log.readStream(stream, { from: 0, limit: 5_000 })).map(({ type }) => type);
const CLEAN = { summary: { findings: 0 } };

describe.each([101, 1_000])('with %i holds that have ended', (count) => {
  it('usage draws on all that they gave back, as readers saw it', async () => {
    await balanceWithHolds(count);
    expect(balanceAt(await home.balance('ada', 'api'), home.now).available).toBe(amount(String(count)));
    expect(await home.use(tokens('1', count))).toMatchObject([
      { status: 'applied', charges: [{ amount: amount(String(count)), uncovered: amount('0') }] },
    ]);
    expect((await home.balance('ada', 'api')).holds).toEqual([]);
    expect(await home.use(tokens('1', count))).toEqual([{ status: 'duplicate' }]);
    expect((await home.verify()).at(-1)).toMatchObject(CLEAN);
  });

  it('a deduction takes all, once for its key', async () => {
    await balanceWithHolds(count);
    const deduct: BalanceCommand = { type: 'Deduct', at: home.now, amount: amount(String(count)), reason: 'r' };
    const first = await execute(deduct, { key: 'k', body: 'b' });
    expect(first).toMatchObject({ outcome: 'done', replayed: false, state: { holds: [], totals: { deducted: amount(String(count)) } } });
    expect(await execute(deduct, { key: 'k', body: 'b' })).toEqual({ ...first, replayed: true, foundBy: 'k' });
    expect((await types(balanceStream)).filter((type) => type === 'HoldExpired')).toHaveLength(count);
  });

  it('the balance is closed', async () => {
    await balanceWithHolds(count);
    expect(await execute({ type: 'Close', at: home.now, reason: 'r' })).toMatchObject({
      outcome: 'done',
      state: { status: 'closed', totals: { closed: amount(String(count)) } },
    });
  });

  it('an invoice is paid out of all that they gave back', async () => {
    await home.addWallet('ada', '50000');
    await heldAndEnded(walletStream, count, '49');
    const paying = await home.ledger.execute(wallet, walletStream, {
      type: 'PayInvoice',
      at: home.now,
      invoiceId: 'I1',
      due: amount('50000'),
      minorUnitDigits: 2,
    });
    expect(paying).toMatchObject({ outcome: 'done', state: { totals: { paid: amount('50000') } } });
    expect((await home.verify()).at(-1)).toMatchObject(CLEAN);
  });
});

it('usage that another process was first with is a duplicate, though holds were ended for it', async () => {
  await balanceWithHolds(101);
  const other = TestLedger.beside(home);
  other.now = home.now;
  await other.balance('ada', 'api');
  await home.projector.save();
  await other.catalog.start(home.projections);
  expect(await home.use(tokens('1', 60))).toMatchObject([{ status: 'applied' }]);
  expect(await other.use(tokens('1', 60))).toEqual([{ status: 'duplicate' }]);
  expect((await home.balance('ada', 'api')).totals.consumed).toBe(amount('60'));
});
