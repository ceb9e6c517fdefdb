import { NOTHING_FOUND } from '@drawdown/engine/derived-state';
import { amount } from '@drawdown/domain/amounts';
import { type BalanceCommand, wallet } from '@drawdown/domain/balance';
import { creditedTo } from './credited-payments';
import { double, TestLedger } from './ledger.fixtures';
import { streams } from './streams';

const STREAM = streams.wallet('ada');
const money = { amount: amount('20'), currency: 'EUR' };
let home: TestLedger;

const execute = (command: BalanceCommand) => home.ledger.execute(wallet, STREAM, command);
const confirm = (purchaseId: string, providerPaymentId?: string) =>
  execute({
    type: 'ConfirmPurchase',
    at: home.now,
    purchaseId,
    provider: 'manual',
    providerEventId: purchaseId,
    paid: money,
    ...(providerPaymentId !== undefined && { providerPaymentId }),
  });
const known = (paymentId: string, stream = STREAM) => creditedTo(home.ledger, stream, paymentId);

beforeEach(async () => {
  home = await TestLedger.open();
  await home.addWallet('ada');
  for (let i = 0; i < 2; i++)
    await execute({
      type: 'StartPurchase',
      at: home.now,
      grant: { origin: 'paid', priority: 100, amount: money.amount },
      asked: money,
      provider: 'manual',
      by: 'staff',
    });
  await confirm('p1', 'pay-x');
  await confirm('p2');
});
afterEach(() => home.remove());

describe('the payment of a purchase', () => {
  it('is known as soon as it is credited, in its own wallet alone', async () => {
    expect([await known('pay-x'), await known('pay-y'), await known('pay-x', streams.wallet('bob'))]).toEqual(['p1', undefined, undefined]);
  });

  it('is known when memory has let go of it, after a restart, and when derived state is made anew from a log', async () => {
    await home.projector.save();
    expect(await known('pay-x')).toBe('p1');
    home = await home.reopen();
    expect(await known('pay-x')).toBe('p1');
    await home.projector.rebuild();
    expect(await known('pay-x')).toBe('p1');
  });

  it('is not taken for another whose fingerprint is the same', async () => {
    const keys = double(home.keys, {
      findOne: async () => [
        { stream: STREAM, revision: 4 },
        { stream: streams.wallet('bob'), revision: 4 },
      ],
    });
    expect(await creditedTo({ log: home.log, states: double(home.states, { keys }) }, STREAM, 'pay-y')).toBeUndefined();
  });

  it('is missed by the check of the ledger where the index lacks it', async () => {
    const steps = await home.verify({ projections: double(home.projections, { find: async () => NOTHING_FOUND }) });
    expect(steps).toMatchObject([{ finding: { kind: 'index', stream: STREAM, revision: 4 } }, { kind: 'summary' }]);
  });
});
