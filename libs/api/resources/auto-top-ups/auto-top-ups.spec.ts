import { later } from '@drawdown/domain/amounts';
import { freshApplication, HOUR_MS, like, NOON, textAt, walletOfAda } from '../application.fixtures';
import { confirm, lively, policy, set } from './auto-top-up.fixtures';
import { errorAnswer } from '@drawdown/api/errors';

const app = freshApplication();
const living = lively(app);
const alive = (processes?: number) => living().alive(processes);
const call: ReturnType<typeof living>['call'] = (...asked) => living().call(...asked);
const passed = (ms: number) => living().passed(ms);
const decisions = () => living().decisions();
const phase = () => living().phase();
const booked = () => living().booked();

describe('an auto top-up', () => {
  it('of a wallet that is low asks for money once, and is credited once', async () => {
    await alive();
    await call('SetAutoTopUp', set);
    expect(await decisions()).toEqual(['configured', 'requested', 'started']);
    expect(await phase()).toBe('in_flight');
    expect((await app().call('ListPurchases', walletOfAda))['purchases']).toMatchObject([
      { purchase_id: 'p1', amount: '20', by: 'auto_top_up', status: 'pending', expires_at: '2026-03-04T12:00:00.000Z' },
    ]);
    await call('ConfirmPurchase', confirm('p1'));
    await call('ConfirmPurchase', confirm('p1'));
    expect(await booked()).toBe('20');
    expect(await decisions()).toEqual(['configured', 'requested', 'started', 'succeeded']);
    expect(await phase()).toBe('cooling_down');
    await passed(HOUR_MS);
    expect((await decisions()).at(-1)).toBe('skipped not_needed');
    expect(await phase()).toBe('ready');
  });

  it('is asked for once, and recorded once, by two processes that follow at the same time', async () => {
    await alive(2);
    await call('SetAutoTopUp', set);
    await call('ConfirmPurchase', confirm('p1'));
    await passed(HOUR_MS);
    const made = (await decisions()).filter((one) => !one.startsWith('skipped'));
    expect(made).toEqual(['configured', 'requested', 'started', 'succeeded']);
    expect((await app().call('ListPurchases', walletOfAda))['purchases']).toHaveLength(1);
    expect(await booked()).toBe('20');
  });

  it('backs off after a failure, longer each time, is suspended after the fourth, and resumed by a person', async () => {
    await alive();
    await call('SetAutoTopUp', { ...set, policy: { ...policy, cooldown_seconds: 0, maximum_money: '100', maximum_count: 5 } });
    for (const [nth, hours] of [1, 2, 4, 0].entries()) {
      await call('FailPurchase', { ...walletOfAda, purchase_id: `p${nth + 1}`, code: 'declined' });
      expect(await phase()).toBe(hours > 0 ? 'backing_off' : 'suspended');
      await passed(hours * HOUR_MS);
    }
    expect((await decisions()).slice(-3)).toEqual(['started', 'declined declined', 'suspended']);
    await passed(24 * HOUR_MS);
    expect(await phase()).toBe('suspended');
    await call('ResumeAutoTopUp', { ...walletOfAda, reason: 'a new card' });
    expect((await decisions()).slice(-3)).toEqual(['resumed a new card', 'requested', 'started']);
  });

  it('asks for no more than the maximum of a period, and says so', async () => {
    await alive();
    await call('SetAutoTopUp', { ...set, policy: { ...policy, threshold: '1000', cooldown_seconds: 0, maximum_count: 2 } });
    await call('ConfirmPurchase', confirm('p1'));
    await call('ConfirmPurchase', confirm('p2'));
    expect((await decisions()).at(-1)).toBe('skipped maximum_count');
    await passed(Date.parse('2026-04-01T00:00:00Z') - NOON);
    expect((await decisions()).slice(-2)).toEqual(['requested', 'started']);
  });

  it('asks for no more than that whatever became of it, since money that comes late is credited', async () => {
    await alive();
    await call('SetAutoTopUp', { ...set, policy: { ...policy, cooldown_seconds: 0, maximum_money: '20', maximum_count: 1 } });
    await call('FailPurchase', { ...walletOfAda, purchase_id: 'p1', code: 'declined' });
    for (let i = 0; i < 4; i += 1) await passed(8 * HOUR_MS);
    expect((await decisions()).slice(-2)).toEqual(['declined declined', 'skipped maximum_count']);
    await call('ConfirmPurchase', confirm('p1'));
    expect(await booked()).toBe('20');
    expect((await app().call('ListPurchases', walletOfAda))['purchases']).toHaveLength(1);
    expect((await decisions()).filter((one) => one === 'requested')).toHaveLength(1);
  });

  it('that nobody pays expires in three days', async () => {
    await alive();
    await call('SetAutoTopUp', set);
    await passed(3 * 24 * HOUR_MS - 1);
    expect(await phase()).toBe('in_flight');
    await passed(1);
    expect((await decisions()).at(-1)).toBe('expired');
    expect(await phase()).toBe('backing_off');
  });

  it('is off when a person says so, and with the end of the wallet', async () => {
    await alive();
    await call('SetAutoTopUp', { ...set, policy: { ...policy, threshold: '0', amount: '20' } });
    await call('ConfirmPurchase', confirm('p1'));
    await call('DisableAutoTopUp', { ...walletOfAda, reason: 'by hand' });
    expect(await phase()).toBe('off');
    expect(await app().says('DisableAutoTopUp', walletOfAda)).toEqual({ refused: 'auto_top_up_disabled' });
    await call('SetAutoTopUp', { ...set, policy: { ...policy, threshold: '0' } });
    await call('CloseWallet', { ...walletOfAda, reason: 'left' });
    expect((await decisions()).at(-1)).toBe('disabled wallet_closed');
  });

  it('pages its decisions, the newest first', async () => {
    await alive();
    await call('SetAutoTopUp', set);
    const first = await app().call('GetAutoTopUp', { ...walletOfAda, page_size: 2 });
    expect(first['decisions']).toMatchObject([
      { type: 'started', purchase_id: 'p1' },
      { type: 'requested', amount: '20', available: '0', pending: '0' },
    ]);
    const second = await app().call('GetAutoTopUp', { ...walletOfAda, page_size: 2, page_token: textAt(first, 'next_page_token') });
    expect([second['decisions'], second['next_page_token']]).toMatchObject([[{ type: 'configured', revision: 0 }], '']);
  });

  it('is refused by name where it cannot be', async () => {
    expect(await app().says('GetAutoTopUp', walletOfAda)).toEqual({ refused: 'auto_top_up_not_configured' });
    expect(await app().says('ResumeAutoTopUp', walletOfAda)).toEqual({ refused: 'auto_top_up_not_configured' });
    await alive();
    await call('SetAutoTopUp', set);
    expect(await app().says('ResumeAutoTopUp', walletOfAda)).toEqual({ refused: 'auto_top_up_not_suspended' });
  });

  it.each([
    [{ ...policy, amount: '0.001' }, 'policy.amount', 'amount must be above zero'],
    [{ ...policy, maximum_money: '19' }, 'policy.maximum_money', 'maximum_money must allow one top-up'],
    [{ ...policy, amount: undefined, target: '5' }, 'policy.target', 'target must be above the threshold'],
  ])('is refused with the field by the name of the caller: %j', async (wrong, field, detail) => {
    const answer = await app()
      .call('SetAutoTopUp', { ...walletOfAda, policy: wrong })
      .catch(errorAnswer);
    expect(answer).toMatchObject({ code: 'AUTO_TOP_UP_POLICY_INVALID', violations: [{ field }], detail: like(detail) });
  });
  it.each([
    [{ maximum_money: '1' }, ['policy does not say when', 'policy does not say how much', 'policy.maximum_count is missing']],
    [{ ...policy, threshold: '-1' }, ['policy.threshold must be at least 0']],
    [{ ...policy, threshold: undefined, every_days: 0 }, ['policy.every_days must be a whole number from 1 to 366']],
    [{ ...policy, threshold: undefined, day_of_month: 32 }, ['policy.day_of_month must be a whole number from 1 to 31']],
    [{ ...policy, cooldown_seconds: -1 }, ['policy.cooldown_seconds must be a whole number from 0 to 2678400']],
    [{ ...policy, cooldown_seconds: 2_678_401 }, ['policy.cooldown_seconds must be a whole number from 0 to 2678400']],
    [{ ...policy, maximum_count: 0 }, ['policy.maximum_count must be a whole number from 1 to 100']],
    [{ ...policy, starting_at: '2026-04-01T00:00:00Z' }, ['policy.starting_at is of every_days only']],
    [
      { ...policy, threshold: undefined, day_of_month: 1, starting_at: '2026-04-01T00:00:00Z' },
      ['policy.starting_at is of every_days only'],
    ],
    [{ ...policy, minimum: '3' }, ['policy.minimum is of target only']],
  ])('is refused with all that is wrong: %j', async (wrong, invalid) =>
    expect(await app().says('SetAutoTopUp', { ...walletOfAda, policy: wrong })).toEqual({ invalid }),
  );

  it('of a schedule tells when it looks again', async () => {
    await alive();
    const { auto_top_up: autoTopUp } = await call('SetAutoTopUp', {
      ...walletOfAda,
      policy: { every_days: 30, target: '50', minimum: '10', maximum_money: '50', maximum_count: 1, maximum_period: 'week' },
    });
    expect(autoTopUp).toMatchObject({
      phase: 'ready',
      considered_again_at: '2026-03-31T12:00:00.000Z',
      policy: { every_days: 30, target: '50', minimum: '10', maximum_period: 'week' },
    });
    await passed(later(NOON, 30 * 24 * HOUR_MS) - NOON);
    expect((await app().call('ListPurchases', walletOfAda))['purchases']).toMatchObject([{ amount: '50' }]);
  });
});
