import { amount } from '@drawdown/domain/amounts';
import { given } from '@drawdown/domain/decider';
import { type Balance, type BalanceCommand, type BalanceEvent, decide, evolve, initialBalance } from '@drawdown/domain/balance';
import { autoTopUp } from './auto-top-up';
import type { AutoTopUpCommand } from './auto-top-up.commands';
import {
  after,
  at5add20,
  configure,
  consider,
  DAY,
  declined,
  disable,
  expired,
  history,
  HOUR,
  MINUTE,
  noon,
  obstructed,
  policyOf,
  started,
  succeeded,
  suspend,
} from './auto-top-up.fixtures';
import { reactionTo, REQUEST_METADATA } from './wallet-events';

const stateAfter = (...commands: readonly AutoTopUpCommand[]) => given(autoTopUp.decider, ...history(...commands)).state;

/** A wallet that has lived so far, with the last events it caused. */
function walletAfter(...commands: readonly BalanceCommand[]): readonly BalanceEvent[] {
  let state: Balance = initialBalance;
  const all: BalanceEvent[] = [];
  for (const command of commands) {
    const decision = decide(command, state);
    if (!decision.accepted) throw new Error(decision.refusal.code);
    state = decision.events.reduce(evolve, state);
    all.push(...decision.events);
  }
  return all;
}
const last = (...commands: readonly BalanceCommand[]): BalanceEvent => walletAfter(...commands).at(-1)!;

const create: BalanceCommand = { type: 'Create', at: noon, customerId: 'cus_1', currency: 'EUR', limits: [] };
const topUp = (text: string): BalanceCommand => ({
  type: 'TopUp',
  at: noon,
  grant: { origin: 'paid', priority: 100, amount: amount(text) },
});
const start = (by: 'auto_top_up' | 'portal' = 'auto_top_up', requestId = 'a1'): BalanceCommand => ({
  type: 'StartPurchase',
  at: noon,
  grant: { origin: 'paid', priority: 100, amount: amount('20'), metadata: { [REQUEST_METADATA]: requestId } },
  asked: { amount: amount('20'), currency: 'EUR' },
  provider: 'manual',
  by,
  expiresAt: after(HOUR),
});
const confirm = (at = noon): BalanceCommand => ({
  type: 'ConfirmPurchase',
  at,
  purchaseId: 'p1',
  provider: 'manual',
  providerEventId: 'e1',
  paid: { amount: amount('20'), currency: 'EUR' },
});
const fail: BalanceCommand = { type: 'FailPurchase', at: noon, purchaseId: 'p1', code: 'declined' };
const purchased = (...commands: readonly BalanceCommand[]): BalanceEvent =>
  walletAfter(create, start(), ...commands).find(({ type }) => /^Purchase(?:Succeeded|Failed|Expired)$/.test(type))!;

const starting = stateAfter(configure(), consider('0'));
const inFlight = stateAfter(configure(), consider('0'), { ...started(), purchaseId: 'p1' } as AutoTopUpCommand);

describe('a purchase of the wallet', () => {
  it('that serves a request says that it was started', () =>
    expect(reactionTo(last(create, start()), starting, after(1))).toEqual({
      kind: 'record',
      command: { type: 'RecordPurchaseStarted', at: after(1), requestId: 'a1', purchaseId: 'p1' },
    }));

  it.each([
    ['succeeded', purchased(confirm()), succeeded()],
    ['failed', purchased(fail), { ...declined(), reason: 'declined' } as AutoTopUpCommand],
    ['expired', purchased({ type: 'Sweep', at: after(HOUR) }), expired()],
  ])('that has %s is its outcome', (_, event, command) => {
    expect(reactionTo(event, inFlight, noon)).toEqual({ kind: 'record', command });
    expect(given(autoTopUp.decider, ...history(configure(), consider('0'), started())).when(command).events.length).toBeGreaterThan(0);
  });

  it('that is paid after it had ended is found among those that have', () => {
    const late = walletAfter(create, start(), { type: 'Sweep', at: after(HOUR) }, confirm(after(2 * HOUR))).find(
      ({ type }) => type === 'PurchaseSucceeded',
    )!;
    const ended = stateAfter(
      configure(),
      consider('0'),
      { ...started(), purchaseId: 'p1' } as AutoTopUpCommand,
      expired('a1', after(HOUR)),
    );
    expect(reactionTo(late, ended, after(2 * HOUR))).toEqual({ kind: 'record', command: succeeded('a1', after(2 * HOUR)) });
  });

  it('of somebody else is no business of it', () => {
    const quiet = stateAfter(configure(), consider('9'));
    const portal = walletAfter(create, topUp('6'), start('portal'), confirm());
    for (const event of portal) if (event.type.startsWith('Purchase')) expect(reactionTo(event, quiet, noon)).toBeUndefined();
  });
});

describe('money that was taken and not credited', () => {
  const wrong: BalanceCommand = {
    type: 'ConfirmPurchase',
    at: noon,
    purchaseId: 'p1',
    provider: 'manual',
    providerEventId: 'e1',
    paid: { amount: amount('19'), currency: 'EUR' },
  };
  const flagged = last(create, start(), wrong);
  it('keeps it from asking for more until a person has looked', () => {
    expect(flagged.type).toBe('PurchaseFlagged');
    expect(reactionTo(flagged, inFlight, noon)).toEqual({
      kind: 'record',
      command: { type: 'Suspend', at: noon, reason: 'purchase_flagged: other_amount' },
    });
  });
  it('is no business of it where it was for somebody else, or no money was taken', () => {
    expect(reactionTo(flagged, stateAfter(configure(), consider('9')), noon)).toBeUndefined();
    const contradicted = last(create, start(), confirm(), fail);
    expect(contradicted).toMatchObject({ type: 'PurchaseFlagged', reason: 'failed_after_success' });
    expect(reactionTo(contradicted, inFlight, noon)).toBeUndefined();
  });
  it('is said once', () =>
    expect(
      reactionTo(flagged, stateAfter(configure(), consider('0'), { ...started(), purchaseId: 'p1' } as AutoTopUpCommand, suspend()), noon),
    ).toBeUndefined());
});

describe('a movement of the wallet', () => {
  const looks = (event: BalanceEvent, state = stateAfter(configure(), consider('9')), at = after(MINUTE)) =>
    reactionTo(event, state, at)?.kind === 'look';
  const left = (text: string) => last(create, topUp(text));

  it('is looked at when it leaves the figure at the threshold or below it', () => {
    expect([looks(left('5')), looks(left('5.000000001'))]).toEqual([true, false]);
    const projected = stateAfter(configure(policyOf({ figure: 'projected' })), consider('9'));
    const accrued: BalanceCommand = {
      type: 'Accrue',
      at: noon,
      lines: [{ source: 's', id: 'u', bodyHash: 'b', time: '2024-03-01T12:00:00Z', usedAt: noon, amount: amount('3'), parts: [] }],
    };
    expect([looks(last(create, topUp('8'), accrued), projected), looks(last(create, topUp('8'), accrued))]).toEqual([true, false]);
  });

  it('counts what is pending', () => expect(looks(last(create, topUp('1'), start('portal', 'none')))).toBe(false));

  it('is passed over while a look is arranged, something is in flight, or nothing is to be done', () => {
    const cooling = stateAfter(configure(), consider('0'), succeeded(), consider('0', after(1)));
    expect([looks(left('1'), cooling, after(HOUR - 1)), looks(left('1'), cooling, after(HOUR))]).toEqual([false, true]);
    expect(looks(left('1'), inFlight, after(DAY))).toBe(false);
    expect(looks(left('1'), stateAfter(configure(), disable()))).toBe(false);
    expect(looks(left('1'), stateAfter(configure(policyOf({ trigger: { kind: 'every_days', days: 1 } }))))).toBe(false);
    expect(looks(left('1'), autoTopUp.decider.initial)).toBe(false);
  });
});

describe('the end of a pause', () => {
  const resumed = last(create, topUp('9'), { type: 'Pause', at: noon }, { type: 'Resume', at: noon });
  it('is looked at, whatever is left and whenever the next look is', () => {
    const scheduled = configure(policyOf({ trigger: { kind: 'every_days', days: 1 } }));
    for (const state of [
      stateAfter(configure(), obstructed('wallet_paused')),
      stateAfter(scheduled),
      stateAfter(configure(), obstructed('wallets_disabled')),
    ])
      expect(reactionTo(resumed, state, noon)).toEqual({ kind: 'look' });
  });
  it('is nothing to one that is off, or has something in flight', () => {
    for (const state of [inFlight, stateAfter(configure(), disable()), autoTopUp.decider.initial])
      expect(reactionTo(resumed, state, noon)).toBeUndefined();
  });
});

describe('the end of the wallet', () => {
  const closed = last(create, { type: 'Close', at: noon, reason: 'left' });
  it('turns it off', () =>
    expect(reactionTo(closed, stateAfter(configure(at5add20)), noon)).toEqual({
      kind: 'record',
      command: { type: 'Disable', at: noon, reason: 'wallet_closed' },
    }));
  it('leaves one that is off as it is', () => {
    expect(reactionTo(closed, stateAfter(configure(), disable()), noon)).toBeUndefined();
    expect(reactionTo(closed, autoTopUp.decider.initial, noon)).toBeUndefined();
  });
});

it('the name that purchases are found by is stored forever', () => expect(REQUEST_METADATA).toBe('auto_top_up_request'));
