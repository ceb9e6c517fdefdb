import { amount, instant } from '@drawdown/domain/amounts';
import { given } from '@drawdown/domain/decider';
import { autoTopUp, FAILURES_MAX } from './auto-top-up';
import {
  after,
  configure,
  consider,
  DAY,
  declined,
  disable,
  dueAfter,
  expired,
  history,
  HOUR,
  noon,
  notStarted,
  outcomeOf,
  policyOf,
  resume,
  started,
  succeeded,
  suspend,
  when,
} from './auto-top-up.fixtures';
import { ENDED_KEPT_MAX, phaseAt } from './auto-top-up.state';

const { decider } = autoTopUp;
const on = configure();
const REQUESTED = 'AutoTopUpRequested';
/** Declined so often in a row, each time as soon as it may be asked again. */
function declines(times: number) {
  const commands = [configure(policyOf({ cooldownMs: 0, maximum: { period: 'day', money: amount('1000'), count: 9 } }))];
  let at = noon;
  for (let i = 1; i <= times; i++) {
    commands.push(consider('0', at), declined(`a${i}`, at));
    at = (dueAfter(...commands) ?? at) as typeof noon;
  }
  return { commands, at };
}

describe('configuring', () => {
  it('turns it on, with who did it', () =>
    given(decider)
      .when({ ...configure(), actor: 'ann' } as typeof on)
      .then({ type: 'AutoTopUpConfigured', at: noon, customerId: 'cus_1', currency: 'EUR', policy: policyOf({}), actor: 'ann' }));
  it('looks at the wallet at once, since it may be low already', () => expect(dueAfter(on)).toBe(noon));
  it('is refused in no currency, and with a policy that could not work', () => {
    given(decider)
      .when({ ...configure(), currency: 'eur' } as typeof on)
      .thenRefused('unknown_currency', { currency: 'eur' });
    given(decider)
      .when(configure(policyOf({ cooldownMs: -1 })))
      .thenRefused('auto_top_up_policy_invalid', { field: 'cooldown_seconds' });
  });
});

describe('whoever has configured nothing', () => {
  it.each([consider('0'), disable(), resume(), started(), notStarted(), succeeded(), declined(), expired()])(
    'is refused $type',
    (command) => given(decider).when(command).thenRefused('auto_top_up_not_configured'),
  );
});

describe('turning it off', () => {
  it('leaves a purchase in flight to its end', () => {
    const off = [on, consider('0'), disable()];
    expect(dueAfter(...off)).toBe(noon);
    expect(outcomeOf(off, started())).toBe('AutoTopUpStarted');
    expect(outcomeOf([...off, started()], succeeded())).toBe('AutoTopUpSucceeded');
    expect(dueAfter(...off, succeeded())).toBeUndefined();
  });
  it('is refused when it is off', () => when([on, disable()], disable()).thenRefused('auto_top_up_disabled'));
  it('is not undone by resuming', () => when([on, disable()], resume()).thenRefused('auto_top_up_disabled'));
});

describe('a purchase', () => {
  const asked = [on, consider('0', noon)];
  it('is due to be started from its request on, until somebody says that it was', () => {
    expect(dueAfter(...asked)).toBe(noon);
    expect(dueAfter(...asked, started())).toBeUndefined();
  });
  it('is recorded step by step', () => {
    when(asked, started()).then({ type: 'AutoTopUpStarted', at: noon, requestId: 'a1', purchaseId: 'p-a1' });
    when([...asked, started()], succeeded()).then({ type: 'AutoTopUpSucceeded', at: noon, requestId: 'a1', amount: amount('20') });
    when(asked, declined()).then({
      type: 'AutoTopUpDeclined',
      at: noon,
      requestId: 'a1',
      reason: 'card_declined',
      failures: 1,
      retryAt: after(HOUR),
    });
    when(asked, expired()).then({ type: 'AutoTopUpExpired', at: noon, requestId: 'a1', failures: 1, retryAt: after(HOUR) });
  });
  it.each([started(), notStarted(), succeeded(), declined(), expired()])('that never was is refused: $type', (command) => {
    when([on], command).thenRefused('auto_top_up_request_unknown', { requestId: 'a1' });
    for (const requestId of ['a2', 'a0', 'a01', 'b1', ''])
      when(asked, { ...command, requestId } as typeof command).thenRefused('auto_top_up_request_unknown', { requestId });
  });
  it('has one outcome: a repeat, or a later report, changes nothing', () => {
    for (const again of [started(), notStarted(), succeeded(), declined(), expired()])
      when([...asked, started(), succeeded()], again).then();
    for (const again of [started(), notStarted(), declined(), expired()]) {
      when([...asked, declined()], again).then();
      when([...asked, expired()], again).then();
    }
    for (const again of [started(), notStarted()]) when([...asked, started()], again).then();
  });
});

describe('a request that is withdrawn', () => {
  const reason = 'wallets_disabled';
  it('is recorded with its reason and the next look, and is no failure', () => {
    when([on, consider('0')], notStarted()).then({
      type: 'AutoTopUpWithdrawn',
      at: noon,
      requestId: 'a1',
      reason,
      considerAt: after(HOUR),
    });
    const { state } = given(decider, ...history(on, consider('0'), notStarted()));
    expect(state).toMatchObject({ status: 'on', failures: 0, ended: [] });
    expect(state.inFlight).toBeUndefined();
    expect(dueAfter(on, consider('0'), notStarted())).toBe(after(HOUR));
  });
  it('is asked for again under another id, and never paid itself', () => {
    const before = [on, consider('0'), notStarted()];
    expect(when(before, consider('0', after(HOUR))).events).toMatchObject([{ type: REQUESTED, requestId: 'a2' }]);
    for (const again of [started(), notStarted(), succeeded(), declined(), expired()]) when(before, again).then();
  });
  it('leaves the cooldown where it was: nobody was asked', () => {
    expect(outcomeOf([on, consider('0'), notStarted()], consider('0'))).toBe(REQUESTED);
    const paid = [on, consider('0'), succeeded(), consider('0', after(HOUR)), notStarted('a2', after(HOUR))];
    expect(outcomeOf(paid, consider('0', after(HOUR)))).toBe(REQUESTED);
    expect(given(decider, ...history(...paid)).state.lastRequestedAt).toBe(noon);
  });
  it('leaves the time of its schedule due', () => {
    const weekly = configure(policyOf({ trigger: { kind: 'every_days', days: 7 } }));
    const before = [weekly, consider('0', after(7 * DAY)), notStarted('a1', after(7 * DAY))];
    expect(outcomeOf(before, consider('0', after(7 * DAY + HOUR)))).toBe(REQUESTED);
  });
});

describe('a success that comes late', () => {
  const late = { type: 'AutoTopUpSucceeded', at: after(1), requestId: 'a1', amount: amount('20'), late: true } as const;
  it.each([declined(), expired()])('after $type is recorded once', (ended) => {
    const before = [on, consider('0'), ended];
    when(before, succeeded('a1', after(1))).then(late);
    when([...before, succeeded('a1', after(1))], succeeded('a1', after(2))).then();
  });
  it('ends the back-off, and leaves another in flight', () => {
    const before = [on, consider('0'), declined(), consider('0', after(HOUR)), succeeded('a1', after(HOUR))];
    expect(given(decider, ...history(...before)).state).toMatchObject({ failures: 0, inFlight: { id: 'a2' } });
  });
  it('lets it look again at once, and ends no suspension', () => {
    const before = [on, consider('0'), started(), declined()];
    expect(dueAfter(...before, succeeded('a1', after(1)))).toBe(after(HOUR));
    const uncooled = [configure(policyOf({ cooldownMs: 0 })), consider('0'), started(), declined()];
    expect(dueAfter(...uncooled, succeeded('a1', after(1)))).toBe(after(1));
    const suspended = [...before, suspend(), succeeded('a1', after(1))];
    expect(dueAfter(...suspended)).toBeUndefined();
    expect(given(decider, ...history(...suspended)).state).toMatchObject({ status: 'suspended', failures: 0 });
    expect(given(decider, ...history(...suspended)).state.considerAt).toBeUndefined();
  });
  it('is forgotten after so many others', () => {
    const commands = [configure(policyOf({ cooldownMs: 0 })), consider('0'), declined()];
    const ended = (count: number) => {
      for (let i = commands.filter(({ type }) => type === 'Consider').length + 1; i <= count; i++)
        commands.push(consider('0', after(i * DAY)), succeeded(`a${i}`, after(i * DAY)));
      return commands;
    };
    expect(outcomeOf(ended(ENDED_KEPT_MAX), succeeded('a1', after(DAY)))).toBe('AutoTopUpSucceeded');
    expect(outcomeOf(ended(ENDED_KEPT_MAX + 1), succeeded('a1', after(DAY)))).toBe('nothing');
  });
});

describe('failing again and again', () => {
  it('suspends it after the last of so many in a row, and not one before', () => {
    expect(given(decider, ...history(...declines(FAILURES_MAX - 1).commands)).state.status).toBe('on');
    const { commands, at } = declines(FAILURES_MAX);
    const events = history(...commands).slice(-2);
    expect(events).toEqual([
      { type: 'AutoTopUpDeclined', at, requestId: `a${FAILURES_MAX}`, reason: 'card_declined', failures: FAILURES_MAX },
      { type: 'AutoTopUpSuspended', at, failures: FAILURES_MAX },
    ]);
    expect(dueAfter(...commands)).toBeUndefined();
    expect(outcomeOf(commands, consider('0', after(30 * DAY)))).toBe('suspended');
  });
  it('is ended by a person who resumes it, who is recorded', () => {
    const { commands, at } = declines(FAILURES_MAX);
    when(commands, resume(at)).then({ type: 'AutoTopUpResumed', at, actor: 'ann' });
    expect(dueAfter(...commands, resume(at))).toBe(at);
    expect(outcomeOf([...commands, resume(at)], consider('0', at))).toBe(REQUESTED);
    expect(given(decider, ...history(...commands, resume(at))).state.failures).toBe(0);
  });
  it('is not ended by another policy', () => {
    const { commands, at } = declines(FAILURES_MAX);
    expect(outcomeOf([...commands, on], consider('0', at))).toBe('suspended');
  });
  it('suspends nothing that is off', () => {
    const { commands, at } = declines(FAILURES_MAX - 1);
    const last = [...commands, consider('0', at), disable(at), declined(`a${FAILURES_MAX}`, at)];
    expect(given(decider, ...history(...last)).state.status).toBe('off');
  });
  it('has nothing to resume otherwise', () => {
    when([on], resume()).thenRefused('auto_top_up_not_suspended');
    when([on, consider('0'), declined()], resume(after(HOUR))).thenRefused('auto_top_up_not_suspended');
    expect(outcomeOf([on, consider('0'), declined()], resume(after(HOUR - 1)))).toBe('AutoTopUpResumed');
  });
});

describe('suspending', () => {
  it('is recorded with its reason, once, and ended by a person', () => {
    when([on], suspend()).then({ type: 'AutoTopUpSuspended', at: noon, failures: 0, reason: 'purchase_flagged' });
    when([on, suspend()], suspend()).then();
    expect(outcomeOf([on, suspend()], consider('0', after(DAY)))).toBe('suspended');
    expect(outcomeOf([on, suspend(), resume()], consider('0', after(DAY)))).toBe(REQUESTED);
  });
  it('lets what is in flight come to its end, and nothing after it', () => {
    const before = [on, consider('0'), started(), suspend(), succeeded()];
    expect(dueAfter(...before)).toBeUndefined();
    expect(outcomeOf(before, consider('0', after(DAY)))).toBe('suspended');
    expect(history(on, consider('0'), suspend(), declined()).at(-1)?.type).toBe('AutoTopUpDeclined');
  });
  it('is refused when it is off', () => when([on, disable()], suspend()).thenRefused('auto_top_up_disabled'));
});

describe('a schedule', () => {
  const weekly = configure(policyOf({ trigger: { kind: 'every_days', days: 7 } }));
  const monthly = configure(
    policyOf({ trigger: { kind: 'day_of_month', day: 31 }, quantity: { kind: 'to_target', target: amount('50') } }),
  );

  it('is due at its time, whatever is left', () => {
    expect(dueAfter(weekly)).toBe(after(7 * DAY));
    expect(outcomeOf([weekly], consider('0', after(7 * DAY - 1)))).toBe('not_due');
    expect(when([weekly], consider('1000', after(7 * DAY))).events).toMatchObject([
      { type: REQUESTED, cause: 'schedule', nextDueAt: after(14 * DAY) },
    ]);
  });
  it('asks once for all the times that nobody looked, and keeps its day', () =>
    expect(when([weekly], consider('0', after(30 * DAY))).events).toMatchObject([{ type: REQUESTED, nextDueAt: after(35 * DAY) }]));
  it('passes over a time at which the target is reached', () => {
    const due = instant('2024-03-31T00:00:00Z');
    expect(dueAfter(monthly)).toBe(due);
    expect(when([monthly], consider('50', due)).events).toMatchObject([
      { reason: 'target_reached', nextDueAt: instant('2024-04-30T00:00:00Z') },
    ]);
    expect(when([monthly], consider('49.99', due)).events).toMatchObject([{ amount: amount('0.01') }]);
    expect(dueAfter(monthly, consider('50', due))).toBe(instant('2024-04-30T00:00:00Z'));
  });
  it('stays due when a guard held it back, until it may', () => {
    const hasty = configure(policyOf({ trigger: { kind: 'every_days', days: 1 }, cooldownMs: 2 * DAY }));
    const paid = [hasty, consider('0', after(DAY)), succeeded('a1', after(DAY))];
    expect(dueAfter(...paid)).toBe(after(2 * DAY));
    expect(dueAfter(...paid, consider('0', after(2 * DAY)))).toBe(after(3 * DAY));
    expect(outcomeOf([...paid, consider('0', after(2 * DAY))], consider('0', after(3 * DAY)))).toBe(REQUESTED);
  });
  it('is tried again for the same time after a failure', () => {
    const failed = [weekly, consider('0', after(7 * DAY)), declined('a1', after(7 * DAY))];
    expect(dueAfter(...failed)).toBe(after(7 * DAY + HOUR));
    const again = when(failed, consider('0', after(7 * DAY + HOUR)));
    expect(again.events).toMatchObject([{ type: REQUESTED, nextDueAt: after(14 * DAY) }]);
  });
  it('has served its time when a success comes late', () => {
    const failed = [weekly, consider('0', after(7 * DAY)), declined('a1', after(7 * DAY)), succeeded('a1', after(7 * DAY + 1))];
    expect(dueAfter(...failed)).toBe(after(14 * DAY));
    expect(outcomeOf(failed, consider('0', after(7 * DAY + HOUR)))).toBe('not_due');
  });
  it('keeps its times when it is saved again, and gets others when it is another', () => {
    const again = { ...weekly, at: after(6 * DAY) } as typeof weekly;
    expect(dueAfter(weekly, again)).toBe(after(7 * DAY));
    expect(dueAfter(weekly, disable(), again)).toBe(after(13 * DAY));
    expect(dueAfter(weekly, { ...monthly, at: after(6 * DAY) })).toBe(instant('2024-03-31T00:00:00Z'));
  });
  it('of before owes nothing when a purchase fails under another', () => {
    const failed = [
      weekly,
      consider('0', after(7 * DAY)),
      { ...monthly, at: after(7 * DAY) } as typeof monthly,
      declined('a1', after(7 * DAY)),
    ];
    expect(outcomeOf(failed, consider('0', after(7 * DAY + HOUR)))).toBe('not_due');
  });
});

describe('the phase', () => {
  it.each([
    ['off', []],
    ['off', [on, disable()]],
    ['ready', [on]],
    ['starting', [on, consider('0')]],
    ['in_flight', [on, consider('0'), started()]],
    ['cooling_down', [on, consider('0'), started(), succeeded()]],
    ['backing_off', [on, consider('0'), started(), declined()]],
    ['suspended', declines(FAILURES_MAX).commands],
  ] as const)('is %s after so much', (phase, commands) =>
    expect(phaseAt(given(decider, ...history(...commands)).state, after(1))).toBe(phase),
  );
});

it('a state survives being stored', () => {
  const { state } = given(decider, ...history(...declines(2).commands, consider('0', after(3 * HOUR)), started('a3')));
  expect(autoTopUp.state.read(JSON.parse(autoTopUp.state.write(state)))).toEqual(state);
});
