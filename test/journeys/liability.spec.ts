/** What is owed to customers adds up to what their wallets have booked: now and at a past moment, on both transports, on the command line. */
import type { RpcName } from '@drawdown/api/contract';
import type { Deployment } from '../support/services/deployment';
import { onEveryDeployment } from '../support/services/deployments';
import { type Ask, TRANSPORTS, setCreditPrice } from '../support/purchasing-customer';
import { cli, summaryOf } from '../support/services/cli';
import { total } from '../support/decimal';
import type { Fields } from '../support/clients/grpc-client';
import { until } from '../support/waiting';

type Figures = Readonly<Record<string, string>>;
interface Report {
  readonly as_of: string;
  readonly currencies: readonly { readonly currency: string; readonly wallets: number; readonly paid: Figures; readonly free: Figures }[];
}

const CUSTOMERS = 12;
const TAKEN = ['consumed', 'captured', 'deducted', 'paid_to_invoices', 'expired', 'voided', 'closed'] as const;
const USD = 'USD';
/** Credits that expire are paid from and held first: a wallet has come that far long before, on the busiest machine. */
const EXPIRES_IN_MS = 5_000;

onEveryDeployment((deployment) => {
  let service: Deployment;
  let ask: Ask;
  let past: string;
  const currencies = new Map<string, string>();

  /** Of each currency, what its wallets have booked; wallets that there were not yet have nothing. */
  async function booked(at?: string): Promise<Figures> {
    const found = new Map<string, string[]>();
    for (const [customer_id, currency] of currencies) {
      const answer = await ask('GetBalance', { customer_id, ...(at !== undefined && { at }) });
      if ('refused' in answer) continue;
      found.set(currency, [...(found.get(currency) ?? []), String((answer['balance'] as Fields)['booked'])]);
    }
    return Object.fromEntries([...found].map(([currency, figures]) => [currency, total(figures)]));
  }
  /** Without expired_unposted: whether its entry is posted by now is a matter of moments. */
  const outstanding = ({ currencies: all }: Report): Figures =>
    Object.fromEntries(
      all.map(({ currency, paid, free }) => [
        currency,
        total([paid, free].flatMap((figures) => [figures['outstanding'] ?? '', `-${figures['expired_unposted']}`])),
      ]),
    );
  const reportOf = async (over: Ask, request: Fields = {}): Promise<Report> =>
    (await over('GetLiabilityReport', request)) as unknown as Report;

  /** @throws Error when it is refused */
  async function carryOut(rpc: RpcName, request: Fields): Promise<void> {
    const answer = await ask(rpc, request);
    if ('refused' in answer) throw new Error(`${rpc} was refused: ${JSON.stringify(answer)}`);
  }

  /** Each wallet goes another way: bought, given, held, paid from, given back, voided, expired, closed. */
  async function live(id: string, i: number): Promise<void> {
    const wallet = { customer_id: id };
    const path = `/v1/customers/${id}/wallet`;
    await service.http.post('/v1/customers', { ...wallet, currency: currencies.get(id) });
    await service.http.post(path, {});
    await carryOut('StartPurchase', { ...wallet, provider: 'manual', amount: '20' });
    await carryOut('ConfirmPurchase', { ...wallet, purchase_id: 'p1', amount: '20', currency: currencies.get(id), payment_id: 't' });
    await carryOut('AddCredits', {
      ...wallet,
      credits: `${1_000 + i}`,
      origin: 'free',
      ...(i % 3 === 0 && { expires_at: new Date(Date.now() + EXPIRES_IN_MS).toISOString() }),
    });
    await carryOut('PayInvoice', { ...wallet, invoice_id: 'INV', due: '3.21' });
    if (i % 2 === 0) await carryOut('ReverseInvoicePayment', { ...wallet, invoice_id: 'INV', amount: '1.11' });
    await carryOut('PlaceHold', { ...wallet, amount: '2' });
    if (i % 4 === 0) await carryOut('CaptureHold', { ...wallet, hold_id: 'h1', amount: '1.5' });
    if (i === 4) {
      await carryOut('AddCredits', { ...wallet, credits: '7', origin: 'free' });
      await carryOut('VoidTopUp', { ...wallet, grant_id: 'g3', reason: 'by mistake' });
    }
    if (i === 8) await carryOut('CloseWallet', { ...wallet, reason: 'left' });
  }

  beforeAll(async () => {
    service = deployment();
    ask = (
      TRANSPORTS[0]?.[1] ??
      (() => {
        throw new Error('there is no transport');
      })
    )(service);
    await setCreditPrice(service.http);
    await carryOut('UpdateSettings', { credit_prices: [{ currency: USD, price: '0.02' }] });
    for (let i = 0; i < CUSTOMERS; i++) currencies.set(`holder-${i}`, i % 5 === 0 ? USD : 'EUR');
    const ids = [...currencies.keys()];
    await Promise.all(ids.slice(0, CUSTOMERS / 2).map(live));
    past = new Date().toISOString();
    await until('the next millisecond', () => new Date().toISOString() > past);
    await Promise.all(ids.slice(CUSTOMERS / 2).map((id, i) => live(id, i + CUSTOMERS / 2)));
  });

  describe.each(TRANSPORTS)('over %s the liability report', (_, over) => {
    it('adds up to the balances of the moment, and each line to what moved it', async () => {
      const report = await reportOf(over(service));
      expect(report.currencies.map(({ currency, wallets }) => [currency, wallets])).toEqual([
        ['EUR', 9],
        ['USD', 3],
      ]);
      expect(outstanding(report)).toEqual(await booked(report.as_of));
      for (const { paid, free } of report.currencies)
        for (const figures of [paid, free]) {
          const left = total([figures['granted'] ?? '', figures['returned'] ?? '', ...TAKEN.map((name) => `-${figures[name]}`)]);
          expect(left).toBe(figures['outstanding']);
        }
    });

    it('adds up at a past moment, and stays what it was', async () => {
      const report = await reportOf(over(service), { at: past });
      expect(report.as_of).toBe(past);
      expect(report.currencies.reduce((sum, { wallets }) => sum + wallets, 0)).toBe(CUSTOMERS / 2);
      expect(outstanding(report)).toEqual(await booked(past));
      expect(outstanding(await reportOf(over(service), { at: past }))).toEqual(outstanding(report));
    });

    it('reports breakage once what has expired is posted', async () => {
      const report = await until('the expiry of free credits', async () => {
        const now = await reportOf(over(service));
        return now.currencies.every(({ free }) => free['expired'] !== '0' && free['expired_unposted'] === '0') && now;
      });
      expect(outstanding(report)).toEqual(await booked(report.as_of));
    });

    it('of a moment that has not come is refused', async () =>
      expect(await over(service)('GetLiabilityReport', { at: new Date(Date.now() + 3_600_000).toISOString() })).toMatchObject({
        refused: 'INVALID_REQUEST',
      }));
  });

  it('is the same on the command line', async () => {
    const { code, stdout } = await cli(service.url, ['report', 'liability', '--at', past]);
    expect([code, summaryOf(stdout)]).toEqual([0, await reportOf(ask, { at: past })]);
  });
});
