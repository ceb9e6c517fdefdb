import { amount, formatInstant, later } from '@drawdown/domain/amounts';
import { balanceAt } from '@drawdown/engine/read-models';
import { type BalanceCommand, wallet } from '@drawdown/domain/balance';
import { readRated, writeRated } from '@drawdown/domain/usage';
import { TestLedger, tokens } from '../event-store/ledger.fixtures';
import { streams } from '@drawdown/engine/event-store';
import { LINES_PER_EVENT_MAX } from './usage-outcome';
import { DAY_MS } from '../../domain/amounts/amounts.fixtures';

const WALLET = streams.wallet('ada');
let home: TestLedger;

beforeEach(async () => {
  home = await TestLedger.open();
  await home.addCustomer('ada');
  await home.price('0.01');
});
afterEach(() => home.remove());

const outcomes = async (...args: Parameters<TestLedger['use']>) =>
  (await home.use(...args)).map((outcome) => (outcome.status === 'rejected' ? outcome.rejection.reason : outcome.status));
const execute = (command: BalanceCommand) => home.ledger.execute(wallet, WALLET, command);
interface Stored {
  readonly type: string;
  readonly data: { readonly amount?: string; readonly lines?: readonly { readonly [name: string]: unknown }[] };
}
const stored = async (): Promise<Stored[]> =>
  (await home.log.readStream(WALLET)).map(({ type, data }) => ({ type, data: JSON.parse(data) as Stored['data'] }));
const findings = async () => (await home.verify()).at(-1);
const CLEAN = { summary: { findings: 0 } };

describe('usage that draws on the wallet at once', () => {
  beforeEach(async () => {
    await home.addWalletProduct('pages', [{ drawsOn: 'wallet_immediate', weight: '2' }]);
    await home.addWallet('ada', '1');
  });

  it('debits money at the credit price, and the line says how', async () => {
    expect(await home.use(tokens('1', 10))).toEqual([
      { status: 'applied', charges: [{ creditProductId: 'pages', amount: amount('0.2'), uncovered: amount('0'), revision: 2 }] },
    ]);
    expect((await stored()).at(-1)).toMatchObject({
      type: 'CreditsConsumed',
      data: {
        amount: '0.2',
        lines: [
          {
            amount: '0.2',
            creditProductId: 'pages',
            conversion: { credits: '20', creditPrice: '0.01', priceVersion: 1 },
            parts: [{ meter: 'wallet_immediate', quantity: '10', weight: '2', weightVersion: 1, credits: '20' }],
          },
        ],
      },
    });
    expect(await findings()).toMatchObject(CLEAN);
  });

  it('goes uncovered beyond what is there, to the last digit of money', async () => {
    const [covered, beyond] = await home.use(tokens('1', 49), tokens('2', 2));
    expect(covered).toMatchObject({ charges: [{ amount: amount('0.98'), uncovered: amount('0') }] });
    expect(beyond).toMatchObject({ charges: [{ amount: amount('0.02'), uncovered: amount('0.02') }] });
  });

  it.each([
    ['0.000000001', '0.25', '0.000000000'],
    ['0.000000001', '0.750000000', '0.000000002'],
    ['0.000000003', '0.25', '0.000000002'],
    ['0.000000001', '0.250000001', '0.000000001'],
  ])('rounds once, half to even: %s of quantity at weight 2 and price %s is %s', async (quantity, price, money) => {
    home.pass(1);
    await home.price(price);
    await home.use({ id: '1', data: { tokens: quantity } });
    expect((await home.wallet('ada')).totals.consumed).toBe(amount(money));
  });

  it('is worth the price in force when it happened, not when it came', async () => {
    home.pass(DAY_MS);
    await home.price('0.02');
    await home.use(tokens('before', 1, { time: formatInstant(later(home.now, -1)) }), tokens('after', 1));
    expect((await stored()).at(-1)?.data.lines?.map(({ conversion }) => conversion)).toEqual([
      { credits: '2', creditPrice: '0.01', priceVersion: 1 },
      { credits: '2', creditPrice: '0.02', priceVersion: 2 },
    ]);
    expect(await findings()).toMatchObject(CLEAN);
  });

  it('goes uncovered while the wallet is paused, and while wallets are disabled, and leaves the money where it is', async () => {
    await execute({ type: 'Pause', at: home.now });
    await home.use(tokens('1', 10));
    await execute({ type: 'Resume', at: home.now });
    await home.price('0.01', undefined, false);
    await home.use(tokens('2', 10));
    expect((await home.wallet('ada')).totals).toMatchObject({ consumed: amount('0'), uncovered: amount('0.4') });
    await home.price('0.01');
    await home.use(tokens('3', 10));
    expect((await home.wallet('ada')).totals).toMatchObject({ consumed: amount('0.2'), uncovered: amount('0.4') });
  });

  it('is rated the same when it was rated elsewhere', async () => {
    const offer = home.offer(tokens('1', 10));
    if (!('usage' in offer.parsed)) throw new Error('not parsed');
    const { rating } = readRated(writeRated(offer.parsed.usage, home.catalog.table.rate(offer.parsed.usage)))!;
    expect(await home.intake.submit([{ ...offer, rating }])).toMatchObject([{ charges: [{ amount: amount('0.2') }] }]);
  });

  it.each([
    ['later', async () => undefined],
    ['after its key is in the index', () => home.projector.save()],
    ['after a restart', async () => void (home = await home.reopen())],
  ])('is charged once, %s', async (_, between) => {
    await home.use(tokens('1', 10));
    await between();
    expect(await outcomes(tokens('1', 10), tokens('1', 11))).toEqual(['duplicate', 'usage_conflict']);
    expect((await home.wallet('ada')).totals.consumed).toBe(amount('0.2'));
  });
});

describe('usage that waits for its invoice', () => {
  beforeEach(async () => {
    await home.addWalletProduct('pages', [{ drawsOn: 'wallet_on_invoice', weight: '1' }]);
    await home.addWallet('ada', '1');
  });

  it('lowers what is projected at once and takes nothing', async () => {
    expect(await home.use(tokens('1', 30))).toMatchObject([
      { charges: [{ amount: amount('0'), uncovered: amount('0'), accrued: amount('0.3'), revision: 2 }] },
    ]);
    const state = await home.wallet('ada');
    expect(state).toMatchObject({ unbilled: amount('0.3'), totals: { consumed: amount('0') } });
    expect(balanceAt(state, home.now)).toMatchObject({ available: amount('1'), projected: amount('0.7') });
  });

  it('warns by what is projected, in the same append', async () => {
    await execute({ type: 'SetLimits', at: home.now, limits: [{ id: 'half', kind: 'absolute', value: amount('0.5') }] });
    await home.use(tokens('1', 50), tokens('2', 50));
    expect((await stored()).slice(-3).map(({ type }) => type)).toEqual(['UsageAccrued', 'LowBalanceReached', 'BalanceRanOut']);
  });

  it('is settled by the invoice', async () => {
    await home.use(tokens('1', 30));
    await execute({ type: 'PayInvoice', at: home.now, invoiceId: 'inv', due: amount('0.3'), minorUnitDigits: 2 });
    expect(await home.wallet('ada')).toMatchObject({ totals: { paid: amount('0.3') } });
    expect((await home.wallet('ada')).unbilled).toBeUndefined();
    expect(await findings()).toMatchObject(CLEAN);
  });

  it('waits also on a paused wallet, and while wallets are disabled', async () => {
    await execute({ type: 'Pause', at: home.now });
    await home.price('0.01', undefined, false);
    await home.use(tokens('1', 30));
    expect(await home.wallet('ada')).toMatchObject({ unbilled: amount('0.3'), totals: { uncovered: amount('0') } });
  });

  it.each([
    ['later', async () => undefined],
    ['after its key is in the index', () => home.projector.save()],
    ['after a restart', async () => void (home = await home.reopen())],
    [
      'after it was settled',
      async () => void (await execute({ type: 'PayInvoice', at: home.now, invoiceId: 'inv', due: amount('0.3'), minorUnitDigits: 2 })),
    ],
  ])('accrues once, %s', async (_, between) => {
    await home.use(tokens('1', 30));
    await between();
    const { unbilled } = await home.wallet('ada');
    expect(await outcomes(tokens('1', 30), tokens('1', 31))).toEqual(['duplicate', 'usage_conflict']);
    expect((await home.wallet('ada')).unbilled).toBe(unbilled);
    expect(await findings()).toMatchObject(CLEAN);
  });
});

describe('one usage event that several meters take', () => {
  const both = [
    { drawsOn: 'wallet_immediate', weight: '1' },
    { drawsOn: 'wallet_on_invoice', weight: '3' },
  ] as const;

  it('is debited and accrued in one append, where a product does both', async () => {
    await home.addWalletProduct('pages', both);
    await home.addWallet('ada', '1');
    expect(await home.use(tokens('1', 10), tokens('2', 10))).toMatchObject([
      {
        charges: [
          { amount: amount('0.1'), revision: 2 },
          { accrued: amount('0.3'), revision: 3 },
        ],
      },
      {
        charges: [
          { amount: amount('0.1'), revision: 2 },
          { accrued: amount('0.3'), revision: 3 },
        ],
      },
    ]);
    const events = await home.log.readStream(WALLET, { from: 2 });
    expect(events.map(({ type, metadata }) => [type, (JSON.parse(metadata) as { size: number }).size])).toEqual([
      ['CreditsConsumed', 2],
      ['UsageAccrued', 2],
    ]);
    expect(await outcomes(tokens('1', 10), tokens('2', 10))).toEqual(['duplicate', 'duplicate']);
    expect(await findings()).toMatchObject(CLEAN);
  });

  it('is charged to each product that draws on the wallet, in lines of their own, and once', async () => {
    await home.addWalletProduct('pages', both);
    await home.addWalletProduct('scans', [{ drawsOn: 'wallet_immediate', weight: '5' }]);
    await home.addWallet('ada', '10');
    await home.use(tokens('1', 10));
    const consumed = (await stored()).find(({ type }) => type === 'CreditsConsumed');
    expect(consumed?.data.lines?.map(({ creditProductId, amount: money, alsoCharged }) => [creditProductId, money, alsoCharged])).toEqual([
      ['pages', '0.1', ['scans']],
      ['scans', '0.5', ['pages']],
    ]);
    home = await home.reopen();
    expect(await outcomes(tokens('1', 10))).toEqual(['duplicate']);
    expect(await findings()).toMatchObject(CLEAN);
  });

  it('draws on a credit balance and on the wallet, and a repeat completes what a crash left out, and adds no more', async () => {
    await home.addProduct('llm');
    await home.addBalance('ada', 'llm', '100');
    await home.addWalletProduct('pages', both);
    await home.addWallet('ada', '1');
    const write = home.log.append.bind(home.log);
    for (const [id, first] of [
      ['a', WALLET],
      ['b', streams.creditBalance('ada', 'llm')],
    ] as const) {
      const crash = jest
        .spyOn(home.log, 'append')
        .mockImplementation((stream, ...rest) =>
          stream === first ? write(stream, ...rest) : Promise.reject(new Error('crashed before the second append')),
        );
      await expect(home.use(tokens(id, 10))).rejects.toThrow('crashed');
      crash.mockRestore();
      await home.addWalletProduct(`since-${id}`, both);
      expect(await outcomes(tokens(id, 10))).toEqual(['applied']);
      expect(await outcomes(tokens(id, 10))).toEqual(['duplicate']);
    }
    expect((await home.balance('ada', 'llm')).totals.consumed).toBe(amount('20'));
    // The second began when one more product drew on the wallet, and that one is completed with it.
    expect(await home.wallet('ada')).toMatchObject({ unbilled: amount('0.9'), totals: { consumed: amount('0.3') } });
    expect(await findings()).toMatchObject(CLEAN);
  });

  it('goes into the next append whole, where lines are too many for one', async () => {
    await home.addWalletProduct('pages', both);
    await home.addWallet('ada', '100');
    const many = Array.from({ length: LINES_PER_EVENT_MAX / 2 + 1 }, (_, i) => tokens(`${i}`, 0));
    await home.use(...many);
    const packs = (await stored()).filter(({ data }) => data.lines);
    expect(packs.map(({ type, data }) => [type, data.lines?.length])).toEqual([
      ['CreditsConsumed', LINES_PER_EVENT_MAX / 2],
      ['UsageAccrued', LINES_PER_EVENT_MAX / 2],
      ['CreditsConsumed', 1],
      ['UsageAccrued', 1],
    ]);
  });

  it('is charged once by two processes', async () => {
    await home.addWalletProduct('pages', both);
    await home.addWallet('ada', '100');
    await home.projector.save();
    const other = TestLedger.beside(home);
    await other.catalog.start(home.projections);
    await other.ledger.load(wallet, WALLET);
    await home.use(tokens('1', 10), tokens('2', 10));
    expect((await other.use(tokens('1', 10), tokens('3', 10))).map(({ status }) => status)).toEqual(['duplicate', 'applied']);
    expect((await home.states.reload(WALLET)).state).toMatchObject({ unbilled: amount('0.9'), totals: { consumed: amount('0.3') } });
  });
});

describe('usage that a wallet cannot take', () => {
  beforeEach(() => home.addWalletProduct('pages', [{ drawsOn: 'wallet_immediate', weight: '1' }]));
  const rejection = async () => {
    const [outcome] = await home.use(tokens('1', 10));
    return outcome?.status === 'rejected' ? outcome.rejection : outcome;
  };

  it('is rejected where there is none, and applied once there is one', async () => {
    expect(await outcomes(tokens('1', 10, { subject: 'eve' }))).toEqual(['unknown_customer']);
    expect(await rejection()).toMatchObject({
      reason: 'no_wallet',
      detail: expect.stringMatching(/customer ada has none; create it, then replay/) as string,
    });
    await home.addWallet('ada');
    expect(await outcomes(tokens('1', 10))).toEqual(['applied']);
  });

  it('asks for the credit balance where another product would take it from there', async () => {
    await home.addProduct('llm');
    expect(await rejection()).toMatchObject({ reason: 'no_credit_balance' });
  });

  it('is rejected where it was closed, and a repeat is still known', async () => {
    await home.addWallet('ada');
    await home.use(tokens('0', 1));
    await execute({ type: 'Close', at: home.now, reason: 'test' });
    expect(await rejection()).toMatchObject({ reason: 'wallet_closed' });
    expect(await outcomes(tokens('0', 1))).toEqual(['duplicate']);
  });

  it('is charged at the first price where it happened before there was one, and at one that is dated back from then on', async () => {
    home = await fresh();
    await home.price('0.01');
    await home.addWalletProduct('pages', [{ drawsOn: 'wallet_immediate', weight: '1' }]);
    await home.addWallet('ada');
    const used = (id: string, ms: number) => home.use(tokens(id, 10, { time: formatInstant(later(home.now, ms)) }));
    expect(await used('1', -1)).toMatchObject([{ charges: [{ amount: amount('0.1') }] }]);
    await home.price('0.02', later(home.now, -2));
    expect(await used('2', -1)).toMatchObject([{ charges: [{ amount: amount('0.2') }] }]);
    expect(await used('3', 0)).toMatchObject([{ charges: [{ amount: amount('0.1') }] }]);
  });

  it('is rejected where no credit price was in force then, and applied once one is dated back', async () => {
    home = await fresh();
    await home.price('0.01', later(home.now, 1));
    await home.addWalletProduct('pages', [{ drawsOn: 'wallet_immediate', weight: '1' }]);
    await home.addWallet('ada');
    const late = tokens('1', 10, { time: formatInstant(home.now) });
    const [outcome] = await home.use(late);
    expect(outcome).toMatchObject({
      rejection: {
        reason: 'no_credit_price',
        detail: expect.stringMatching(/^no credit price of EUR was in force at .*; set one in the settings/) as string,
      },
    });
    await home.price('0.02', later(home.now, -2));
    expect(await home.use(late)).toMatchObject([{ charges: [{ amount: amount('0.2') }] }]);
  });

  it('is rejected where its money has too many digits', async () => {
    home.pass(1);
    await home.price('999999999');
    await home.addWallet('ada');
    expect(await outcomes({ id: '1', data: { tokens: '999999999999' } })).toEqual(['number_out_of_range']);
  });
});

async function fresh(): Promise<TestLedger> {
  await home.remove();
  const opened = await TestLedger.open();
  await opened.addCustomer('ada');
  return opened;
}
