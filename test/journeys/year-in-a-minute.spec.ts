/**
 * A year of expiries, warnings, holds and auto top-ups, rehearsed with a test clock against a real process. On standalone only: a test
 * clock belongs to one process, and is refused where a log is shared.
 */
import type { BalanceAnswer, HoldAnswer } from '../support/clients/answers';
import { overGrpc, overHttp } from '../support/clients/transports';
import { Standalone } from '../support/services/standalone';

const REHEARSED_WITHIN_MS = 60_000;
const ADA = '/v1/customers/ada/wallet';
const BEA = '/v1/customers/bea/wallet';

interface TestClock {
  readonly now: string;
}
interface Purchases {
  readonly purchases: readonly { readonly purchase_id: string; readonly status: string }[];
}
interface AutoTopUp {
  readonly auto_top_up: { readonly phase: string; readonly failures: number };
  readonly decisions: readonly { readonly type: string; readonly at: string; readonly reason?: string }[];
}
interface Movements {
  readonly movements: readonly { readonly type: string; readonly effective_at: string; readonly amount: string }[];
}

let service: Standalone;
let year = 0;

const moment = (month: number, day: number, hour = 0): string => new Date(Date.UTC(year, month - 1, day, hour)).toISOString();
const advance = (to: string): Promise<TestClock> => service.http.post('/v1/test-clock/advance', { to });
const put = async (path: string, body: object): Promise<void> => {
  expect(await service.http.send('PUT', path, body)).toMatchObject({ status: 200 });
};
const timesOf = async (path: string, type: string): Promise<string[]> =>
  (await service.http.get<Movements>(`${path}/movements?page_size=1000`)).movements
    .filter((movement) => movement.type === type)
    .map((movement) => movement.effective_at);
const booked = async (path: string, at?: string): Promise<string> =>
  (await service.http.get<BalanceAnswer>(`${path}/balance${at === undefined ? '' : `?at=${encodeURIComponent(at)}`}`)).balance.booked;

describe('a year', () => {
  beforeAll(async () => {
    service = await Standalone.start({ env: { TEST_CLOCK: 'true' } });
    const { now } = await service.http.get<TestClock>('/v1/test-clock');
    year = new Date(now).getUTCFullYear() + 1;
    await advance(moment(1, 1));
    await service.http.ask('PATCH', '/v1/settings', { allow_free_credits: true, credit_prices: [{ currency: 'EUR', price: '0.01' }] });
    for (const customer of ['ada', 'bea']) {
      await service.http.post('/v1/customers', { customer_id: customer, currency: 'EUR' });
      await service.http.post(`/v1/customers/${customer}/wallet`, {});
    }
  });
  afterAll(() => service.stop());

  it('is rehearsed in less than a minute: what is due happens in order, each at its own moment', async () => {
    const began = performance.now();
    await service.http.post(`${ADA}/credits`, { credits: '10000', origin: 'free', expires_at: moment(3, 1) });
    await service.http.post<HoldAnswer>(`${ADA}/holds`, { amount: '30', expires_at: moment(2, 1) });
    await put(`${ADA}/auto-top-up`, { policy: { day_of_month: 1, amount: '50', maximum_money: '50', maximum_count: 1 } });
    await put(`${BEA}/auto-top-up`, { policy: { every_days: 7, amount: '20', maximum_money: '40', maximum_count: 2 } });

    for (let month = 2; month <= 12; month += 1) {
      expect(await advance(moment(month, 1, 12))).toEqual({ now: moment(month, 1, 12) });
      const purchase_id = `p${month - 1}`;
      expect((await service.http.get<Purchases>(`${ADA}/purchases`)).purchases[0]).toMatchObject({ purchase_id, status: 'pending' });
      await service.http.post(`${ADA}/purchases/${purchase_id}/confirm`, {
        amount: '50',
        currency: 'EUR',
        payment_id: `transfer-${month}`,
      });
    }
    await advance(moment(12, 31));

    expect(await booked(ADA)).toBe('550');
    expect(await timesOf(ADA, 'hold_expired')).toEqual([moment(2, 1)]);
    expect(await timesOf(ADA, 'grant_expiring')).toEqual([moment(2, 22)]);
    expect(await timesOf(ADA, 'grant_expired')).toEqual([moment(3, 1)]);
    expect(await timesOf(ADA, 'purchase_started')).toEqual(Array.from({ length: 11 }, (_, i) => moment(i + 2, 1)));
    expect([
      await booked(ADA, moment(2, 1)),
      await booked(ADA, moment(2, 15)),
      await booked(ADA, moment(3, 1)),
      await booked(ADA, moment(3, 2)),
    ]).toEqual(['100', '150', '50', '100']);

    // Nobody pays for the other: two are asked for in January, the next ones when February begins, and the fourth failure ends it.
    expect(await booked(BEA)).toBe('0');
    expect((await service.http.get<Purchases>(`${BEA}/purchases`)).purchases.map(({ status }) => status)).toEqual([
      'expired',
      'expired',
      'expired',
      'expired',
    ]);
    const { auto_top_up, decisions } = await service.http.get<AutoTopUp>(`${BEA}/auto-top-up`);
    expect(auto_top_up).toMatchObject({ phase: 'suspended', failures: 4 });
    expect(
      decisions
        .filter(({ type }) => type === 'requested')
        .map(({ at }) => at)
        .reverse(),
    ).toEqual([moment(1, 8), moment(1, 11, 1), moment(2, 1), moment(2, 4, 4)]);
    expect(decisions.filter(({ reason }) => reason === 'maximum_count').map(({ at }) => at)).toEqual([moment(1, 14, 3)]);
    expect(decisions[0]).toMatchObject({ type: 'suspended', at: moment(2, 7, 4) });
    expect(performance.now() - began).toBeLessThan(REHEARSED_WITHIN_MS);
  });

  it('shows in the status, and its clock goes forwards only', async () => {
    expect(await service.http.get('/v1/operations/status')).toMatchObject({
      parts: expect.arrayContaining([expect.objectContaining({ name: 'test_clock' })]) as unknown,
    });
    for (const transport of [overHttp(service), overGrpc(service)]) {
      expect(await transport('AdvanceTestClock', { to: moment(1, 1) })).toMatchObject({ code: 'TEST_CLOCK_BACKWARDS' });
      expect(await transport('AdvanceTestClock', { to: moment(30, 1) })).toMatchObject({ code: 'TEST_CLOCK_TOO_FAR' });
    }
    expect(await service.http.send('POST', '/v1/test-clock/advance', {})).toMatchObject({ status: 400 });
  });

  it('goes on where it was after a restart', async () => {
    await service.kill9();
    await service.restart();
    expect(await service.http.get<TestClock>('/v1/test-clock')).toEqual({ now: moment(12, 31) });
    expect(await booked(ADA)).toBe('550');
  });
});
