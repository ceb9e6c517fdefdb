/** A wallet that asks for money by itself, on real processes. What takes hours (the growing back-off, the suspension) is rehearsed elsewhere. */
import type { BalanceAnswer } from '../support/clients/answers';
import type { Deployment } from '../support/services/deployment';
import { onEveryDeployment } from '../support/services/deployments';
import { until } from '../support/waiting';

interface AutoTopUp {
  readonly auto_top_up: { readonly phase: string };
  readonly decisions: readonly { readonly type: string; readonly at: string; readonly reason?: string }[];
}
interface Purchases {
  readonly purchases: readonly { readonly purchase_id: string; readonly status: string; readonly by: string }[];
}

const COOLDOWN_S = 3;
const POLICY = { threshold: '5', amount: '20', maximum_money: '100', maximum_count: 5 };

onEveryDeployment((deployment) => {
  let service: Deployment;
  let made = 0;

  beforeAll(async () => {
    service = deployment();
    await service.http.ask('PATCH', '/v1/settings', { allow_free_credits: true, credit_prices: [{ currency: 'EUR', price: '0.01' }] });
  });

  const wallet = async (): Promise<string> => {
    const customer_id = `low-${made++}`;
    await service.http.post('/v1/customers', { customer_id, currency: 'EUR' });
    const path = `/v1/customers/${customer_id}/wallet`;
    await service.http.post(path, {});
    return path;
  };
  const set = async (path: string, policy: object = {}): Promise<void> => {
    expect(await service.http.send('PUT', `${path}/auto-top-up`, { policy: { ...POLICY, ...policy } })).toMatchObject({ status: 200 });
  };
  const decisions = async (path: string): Promise<string[]> =>
    (await service.http.get<AutoTopUp>(`${path}/auto-top-up`)).decisions
      .map(({ type, reason }) => [type, reason].filter(Boolean).join(' '))
      .reverse();
  const decided = async (path: string, ...expected: readonly string[]): Promise<void> => {
    // One after another, and not the last: what follows by itself may have come before it is asked for.
    const contains = (all: readonly string[]): boolean => all.some((_, from) => expected.every((one, i) => all[from + i] === one));
    await until(`${expected.join(', ')} to be decided`, async () => contains(await decisions(path))).catch(async (error: unknown) => {
      throw new Error(`${String(error)}; decided was ${(await decisions(path)).join(', ')}`);
    });
  };
  const phase = async (path: string): Promise<string> => (await service.http.get<AutoTopUp>(`${path}/auto-top-up`)).auto_top_up.phase;
  const pay = (path: string, purchase: string, amount = '20'): Promise<unknown> =>
    service.http.post(`${path}/purchases/${purchase}/confirm`, { amount, currency: 'EUR', payment_id: `transfer-${purchase}` });
  const purchases = async (path: string): Promise<string[]> =>
    (await service.http.get<Purchases>(`${path}/purchases`)).purchases.map(
      ({ purchase_id, status, by }) => `${purchase_id} ${status} ${by}`,
    );
  const booked = async (path: string): Promise<string> => (await service.http.get<BalanceAnswer>(`${path}/balance`)).balance.booked;

  it('that is low asks once, and is credited once however often the payment is notified', async () => {
    const path = await wallet();
    await set(path);
    await decided(path, 'configured', 'requested', 'started');
    expect(await phase(path)).toBe('in_flight');
    expect(await purchases(path)).toEqual(['p1 pending auto_top_up']);
    await pay(path, 'p1');
    await pay(path, 'p1');
    await decided(path, 'succeeded', 'skipped not_needed');
    expect(await booked(path)).toBe('20');
    expect(await purchases(path)).toEqual(['p1 succeeded auto_top_up']);
  });

  it('backs off when the money is declined, and tries again when a person says so', async () => {
    const path = await wallet();
    await set(path);
    await decided(path, 'started');
    await service.http.post(`${path}/purchases/p1/fail`, { code: 'card_declined' });
    await decided(path, 'declined card_declined');
    expect(await phase(path)).toBe('backing_off');
    await service.http.post(`${path}/auto-top-up/resume`, { reason: 'a new card' });
    await decided(path, 'resumed a new card', 'requested', 'started');
    await service.http.post(`${path}/auto-top-up/disable`, { reason: 'enough' });
    expect(await phase(path)).toBe('in_flight');
    await pay(path, 'p2');
    await decided(path, 'disabled enough', 'succeeded');
    expect([await phase(path), await booked(path)]).toEqual(['off', '20']);
  });

  it('asks for no more than its maximum, whatever is declined first and paid late', async () => {
    const path = await wallet();
    await set(path, { maximum_money: '20', maximum_count: 1 });
    await decided(path, 'started');
    await service.http.post(`${path}/purchases/p1/fail`, { code: 'card_declined' });
    await decided(path, 'declined card_declined');
    await service.http.post(`${path}/auto-top-up/resume`, { reason: 'a new card' });
    await decided(path, 'resumed a new card', 'skipped maximum_count');
    await pay(path, 'p1');
    await decided(path, 'succeeded');
    expect([await booked(path), await purchases(path)]).toEqual(['20', ['p1 succeeded auto_top_up']]);
  });

  it('is refused by the names of its fields', async () => {
    const path = `${await wallet()}/auto-top-up`;
    const refused = async (policy: object) => (await service.http.send('PUT', path, { policy: { ...POLICY, ...policy } })).body as object;
    expect(await refused({ maximum_money: '19' })).toMatchObject({
      code: 'AUTO_TOP_UP_POLICY_INVALID',
      errors: [{ field: 'policy.maximum_money' }],
    });
    expect(await refused({ cooldown_seconds: -1, minimum: '3' })).toMatchObject({
      code: 'INVALID_REQUEST',
      errors: [{ field: 'policy.minimum' }, { field: 'policy.cooldown_seconds' }],
    });
  });

  it('counts what is pending already, whoever asked for it', async () => {
    const path = await wallet();
    await service.http.post(`${path}/purchases`, { provider: 'manual', amount: '6' });
    await set(path);
    await decided(path, 'configured', 'skipped not_needed');
    await service.http.post(`${path}/purchases/p1/fail`, { code: 'changed_their_mind' });
    await decided(path, 'requested', 'started');
    expect(await purchases(path)).toEqual(['p2 pending auto_top_up', 'p1 failed staff']);
  });

  it('cools down between requests, and stops at the maximum of a period', async () => {
    const path = await wallet();
    await set(path, { threshold: '90', cooldown_seconds: COOLDOWN_S, maximum_count: 2 });
    await decided(path, 'started');
    await pay(path, 'p1');
    await decided(path, 'succeeded', 'requested', 'started');
    const asked = (await service.http.get<AutoTopUp>(`${path}/auto-top-up`)).decisions
      .filter(({ type }) => type === 'requested')
      .map(({ at }) => Date.parse(at));
    expect((asked[0] ?? 0) - (asked[1] ?? 0)).toBeGreaterThanOrEqual(COOLDOWN_S * 1_000);
    await pay(path, 'p2');
    await decided(path, 'skipped maximum_count');
    expect(await purchases(path)).toEqual(['p2 succeeded auto_top_up', 'p1 succeeded auto_top_up']);
    expect(await booked(path)).toBe('40');
  });
});
