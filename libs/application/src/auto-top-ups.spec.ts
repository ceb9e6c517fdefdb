import { later } from '@drawdown/amounts';
import { Sweeper } from '@drawdown/ledger';
import { at, freshApplication, HOUR_MS, NOON, textAt, walletOfAda } from './application.fixtures';
import { AutoTopUpRunner } from './auto-top-up-runner';
import type { Message } from './operation';

const app = freshApplication();
const policy = { threshold: '5', amount: '20', cooldown_seconds: 3_600, maximum_money: '60', maximum_count: 3 };
const set = { ...walletOfAda, policy };
const confirm = (purchase_id: string) => ({ ...walletOfAda, purchase_id, amount: '20', currency: 'EUR', payment_id: `transfer-${purchase_id}` });

let faults: unknown[];
let runners: AutoTopUpRunner[];
let sweepers: Sweeper[];
/** As many of them as there are processes. */
async function alive(processes = 1): Promise<void> {
  const { ledger, projections, projector, clock } = app().parts;
  for (let i = 0; i < processes; i += 1) {
    const runner = new AutoTopUpRunner(app().parts, (fault) => faults.push(fault));
    runners.push(runner);
    sweepers.push(new Sweeper(ledger, projections, projector, clock, (fault) => faults.push(fault), runner.due));
    await runner.start();
  }
}
/** Until nothing that is due, and nothing that has happened, is left to be attended to. */
async function settled(): Promise<void> {
  const { log, projector } = app().parts;
  for (let head = -2n; head !== (await log.head()); ) {
    head = await log.head();
    await Promise.all(runners.map((runner) => runner.through(head)));
    await projector.save();
    await Promise.all(sweepers.map((sweeper) => sweeper.sweep()));
  }
}
const call = async (...asked: Parameters<ReturnType<typeof app>['call']>): Promise<Message> => {
  const answer = await app().call(...asked);
  await settled();
  return answer;
};
const passed = async (ms: number): Promise<void> => {
  app().pass(ms);
  await settled();
};
const decisions = async (): Promise<string[]> => {
  const { decisions: told } = await app().call('GetAutoTopUp', walletOfAda);
  return (told as Message[]).map((one) => [at(one, 'type'), at(one, 'reason')].filter(Boolean).join(' ')).reverse();
};
const phase = async (): Promise<unknown> => at((await app().call('GetAutoTopUp', walletOfAda))['auto_top_up'], 'phase');
const booked = async (): Promise<unknown> => at((await app().call('GetBalance', walletOfAda))['balance'], 'booked');

beforeEach(async () => {
  faults = [];
  runners = [];
  sweepers = [];
  await app().wallet();
});
afterEach(async () => {
  await Promise.all(runners.map((runner) => runner.stop()));
  expect(faults).toEqual([]);
});

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
    expect((await decisions()).at(-1)).toBe('held_back not_needed');
    expect(await phase()).toBe('ready');
  });

  it('is asked for once, and recorded once, by two processes that follow at the same time', async () => {
    await alive(2);
    await call('SetAutoTopUp', set);
    await call('ConfirmPurchase', confirm('p1'));
    await passed(HOUR_MS);
    const made = (await decisions()).filter((one) => !one.startsWith('held_back'));
    expect(made).toEqual(['configured', 'requested', 'started', 'succeeded']);
    expect((await app().call('ListPurchases', walletOfAda))['purchases']).toHaveLength(1);
    expect(await booked()).toBe('20');
  });

  it('backs off after a failure, longer each time, is suspended after the fourth, and resumed by a person', async () => {
    await alive();
    await call('SetAutoTopUp', { ...set, policy: { ...policy, cooldown_seconds: 0 } });
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
    expect((await decisions()).at(-1)).toBe('held_back maximum_count');
    await passed(Date.parse('2026-04-01T00:00:00Z') - NOON);
    expect((await decisions()).slice(-2)).toEqual(['requested', 'started']);
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

  it('that the wallet refuses is told as declined, with the reason', async () => {
    await app().call('SetAutoTopUp', set);
    await app().call('UpdateSettings', { enabled: false });
    await alive();
    await settled();
    expect(await decisions()).toEqual(['configured', 'requested', 'declined wallets_disabled']);
  });

  it('goes on where a crash has left it: what was confirmed before it was told as started is not waited for', async () => {
    await app().call('SetAutoTopUp', set);
    const crashing = new AutoTopUpRunner(app().parts, (fault) => faults.push(fault));
    const { ledger } = app().parts;
    const execute = ledger.execute.bind(ledger);
    const crash = jest.spyOn(ledger, 'execute').mockImplementation((aggregate, stream, command, context) => {
      const type = typeof command === 'object' && command !== null && 'type' in command ? command.type : undefined;
      return type === 'RecordPurchaseStarted' ? Promise.reject(new Error('killed (a double)')) : execute(aggregate, stream, command, context);
    });
    const of = [...crashing.due.values()][0]!;
    await of('autoTopUp-ada', app().now, app().now);
    await expect(of('autoTopUp-ada', app().now, app().now)).rejects.toThrow('killed');
    crash.mockRestore();
    expect(await phase()).toBe('starting');
    await app().call('ConfirmPurchase', confirm('p1'));
    await alive();
    await settled();
    expect((await decisions()).slice(-2)).toEqual(['started', 'succeeded']);
    expect((await app().call('ListPurchases', walletOfAda))['purchases']).toHaveLength(1);
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
    expect(first['decisions']).toMatchObject([{ type: 'started', purchase_id: 'p1' }, { type: 'requested', amount: '20', available: '0', pending: '0' }]);
    const second = await app().call('GetAutoTopUp', { ...walletOfAda, page_size: 2, page_token: textAt(first, 'next_page_token') });
    expect([second['decisions'], second['next_page_token']]).toMatchObject([[{ type: 'configured', revision: 0 }], '']);
  });

  it('is refused by name where it cannot be', async () => {
    expect(await app().says('GetAutoTopUp', walletOfAda)).toEqual({ refused: 'auto_top_up_not_configured' });
    expect(await app().says('ResumeAutoTopUp', walletOfAda)).toEqual({ refused: 'auto_top_up_not_configured' });
    expect(await app().says('SetAutoTopUp', { ...walletOfAda, policy: { ...policy, amount: '0.001' } })).toEqual({ refused: 'auto_top_up_policy_invalid' });
    expect(await app().says('SetAutoTopUp', { ...walletOfAda, policy: { maximum_money: '1' } })).toEqual({
      invalid: ['policy does not say when', 'policy does not say how much', 'policy.maximum_count is missing'],
    });
    await alive();
    await call('SetAutoTopUp', set);
    expect(await app().says('ResumeAutoTopUp', walletOfAda)).toEqual({ refused: 'auto_top_up_not_suspended' });
  });

  it('of a schedule tells when it looks again', async () => {
    await alive();
    const { auto_top_up: told } = await call('SetAutoTopUp', { ...walletOfAda, policy: { every_days: 30, target: '50', minimum: '10', maximum_money: '50', maximum_count: 1, maximum_period: 'week' } });
    expect(told).toMatchObject({ phase: 'ready', considered_again_at: '2026-03-31T12:00:00.000Z', policy: { every_days: 30, target: '50', minimum: '10', maximum_period: 'week' } });
    await passed(later(NOON, 30 * 24 * HOUR_MS) - NOON);
    expect((await app().call('ListPurchases', walletOfAda))['purchases']).toMatchObject([{ amount: '50' }]);
  });
});
