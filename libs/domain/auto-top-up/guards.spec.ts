import { amount, instant } from '@drawdown/domain/amounts';
import { given } from '@drawdown/domain/decider';
import { autoTopUp } from './auto-top-up';
import {
  after,
  at5add20,
  configure,
  consider,
  DAY,
  declined,
  disable,
  dueAfter,
  expired,
  figures,
  history,
  HOUR,
  MINUTE,
  noon,
  notStarted,
  obstructed,
  outcomeOf,
  policyOf,
  resume,
  started,
  succeeded,
  when,
} from './auto-top-up.fixtures';

const on = configure();
const REQUESTED = 'AutoTopUpRequested';

describe('a threshold', () => {
  it.each([
    ['5.000000001', 'not_needed'],
    ['5', REQUESTED],
    ['0', REQUESTED],
  ])('of 5 with %s left: %s', (left, outcome) => expect(outcomeOf([on], consider(left))).toBe(outcome));

  it('counts what is pending as if it had come already', () => {
    expect(outcomeOf([on], consider('1', noon, '4'))).toBe(REQUESTED);
    expect(outcomeOf([on], consider('1', noon, '4.01'))).toBe('not_needed');
  });

  it('looks at the figure that the policy names', () => {
    const projected = configure(policyOf({ figure: 'projected' }));
    expect(outcomeOf([on], consider('6', noon, '0', '-3'))).toBe('not_needed');
    expect(outcomeOf([projected], consider('6', noon, '0', '-3'))).toBe(REQUESTED);
    expect(outcomeOf([projected], consider('5', noon, '0', '5.01'))).toBe('not_needed');
  });
});

describe('what is asked for', () => {
  it('is recorded with its cause and the figures that it was decided on', () =>
    when([on], consider('5', after(1), '0', '2')).then({
      type: 'AutoTopUpRequested',
      at: after(1),
      requestId: 'a1',
      amount: amount('20'),
      cause: 'threshold',
      figures: figures('5', '0', '2'),
    }));

  const toTarget = (changes: { readonly minimum?: string; readonly currency?: string } = {}) => ({
    ...configure(
      policyOf({
        quantity: { kind: 'to_target', target: amount('50'), ...(changes.minimum && { minimum: amount(changes.minimum) }) },
      }),
    ),
    ...(changes.currency && { currency: changes.currency }),
  });
  it.each([
    ['2.5', '0', '47.5'],
    ['2.5', '1.25', '46.25'],
    ['2.499999999', '0', '47.51'],
    ['-10', '0', '60'],
  ])('up to a target of 50 with %s left and %s pending is %s', (left, pending, asked) =>
    expect(when([toTarget()], consider(left, noon, pending)).events).toMatchObject([{ amount: amount(asked) }]),
  );
  it('is rounded up to what can be paid in the currency', () => {
    const events = when([toTarget({ currency: 'JPY' })], consider('2.5')).events;
    expect(events).toMatchObject([{ amount: amount('48') }]);
  });
  it('is the minimum when less is missing', () => {
    expect(when([toTarget({ minimum: '46' })], consider('4')).events).toMatchObject([{ amount: amount('46') }]);
    expect(when([toTarget({ minimum: '46' })], consider('3.99')).events).toMatchObject([{ amount: amount('46.01') }]);
  });
});

describe('one in flight', () => {
  it('keeps another from being asked for, from the decision on until its outcome', () => {
    const asked = [on, consider('5')];
    expect(outcomeOf(asked, consider('0', after(DAY)))).toBe('in_flight');
    expect(outcomeOf([...asked, started()], consider('0', after(DAY)))).toBe('in_flight');
    expect(outcomeOf([...asked, started(), succeeded()], consider('0', after(DAY)))).toBe(REQUESTED);
    expect(outcomeOf([...asked, succeeded()], consider('0', after(DAY)))).toBe(REQUESTED);
  });
  it('is no way around for who configures again, or turns it off and on', () =>
    expect(outcomeOf([on, consider('5'), on, disable(), on], consider('0', after(DAY)))).toBe('in_flight'));
});

describe('the cooldown', () => {
  const paid = [on, consider('5'), started(), succeeded('a1', after(MINUTE))];
  it('runs from one request to the next, to the millisecond', () => {
    expect(outcomeOf(paid, consider('0', after(HOUR - 1)))).toBe('cooling_down');
    expect(outcomeOf(paid, consider('0', after(HOUR)))).toBe(REQUESTED);
  });
  it('is looked at again when it ends, whatever moves meanwhile', () => {
    expect(dueAfter(...paid)).toBe(after(HOUR));
    expect(dueAfter(...paid, consider('0', after(2 * MINUTE)), consider('9', after(3 * MINUTE)))).toBe(after(HOUR));
    expect(dueAfter(...paid, consider('9', after(HOUR)))).toBeUndefined();
  });
  it('can be none', () => {
    const at = configure(policyOf({ cooldownMs: 0 }));
    expect(outcomeOf([at, consider('5'), succeeded()], consider('5'))).toBe(REQUESTED);
  });
});

describe('the maximum of a period', () => {
  const limited = (money: string, count: number) =>
    configure(policyOf({ cooldownMs: 0, maximum: { period: 'day', money: amount(money), count } }));
  const twice = [consider('0'), succeeded('a1'), consider('0'), succeeded('a2')];
  const midnight = instant('2024-03-02T00:00:00Z');
  const beforeMidnight = instant('2024-03-01T23:59:59.999Z');

  it('counts requests', () => {
    expect(outcomeOf([limited('1000', 3), ...twice], consider('0'))).toBe(REQUESTED);
    expect(outcomeOf([limited('1000', 2), ...twice], consider('0'))).toBe('maximum_count');
  });
  it('counts money, and asks for all or nothing', () => {
    expect(outcomeOf([limited('60', 9), ...twice], consider('0'))).toBe(REQUESTED);
    expect(outcomeOf([limited('59.999999999', 9), ...twice], consider('0'))).toBe('maximum_money');
  });
  it('begins anew with the period, in UTC, and is looked at then', () => {
    const full = [limited('40', 9), ...twice];
    expect(outcomeOf(full, consider('0', beforeMidnight))).toBe('maximum_money');
    expect(dueAfter(...full, consider('0'))).toBe(midnight);
    expect(outcomeOf(full, consider('0', midnight))).toBe(REQUESTED);
  });
  it.each([declined(), expired()])('counts a request whatever became of it, for it may be paid yet: $type', (ended) => {
    for (const [one, held] of [
      [limited('1000', 1), 'maximum_count'],
      [limited('20', 9), 'maximum_money'],
    ] as const) {
      expect(outcomeOf([one, consider('0'), started(), ended], consider('0', after(HOUR)))).toBe(held);
      expect(outcomeOf([one, consider('0'), started(), ended, succeeded()], consider('0', after(HOUR)))).toBe(held);
      expect(outcomeOf([one, consider('0'), started(), ended], consider('0', midnight))).toBe(REQUESTED);
    }
  });
  it('leaves room for another try after a decline', () =>
    expect(outcomeOf([limited('40', 2), consider('0'), started(), declined()], consider('0', after(HOUR)))).toBe(REQUESTED));
  it('is no higher for who resumes it: whoever wants to try again raises the maximum', () => {
    const asked = [limited('20', 1), consider('0'), started(), declined(), resume(after(1))];
    expect(outcomeOf(asked, consider('0', after(1)))).toBe('maximum_count');
    expect(outcomeOf([...asked, limited('40', 2)], consider('0', after(1)))).toBe(REQUESTED);
  });
  it('gives back what was withdrawn, since nobody can pay it', () => {
    expect(outcomeOf([limited('20', 1), consider('0'), notStarted()], consider('0', after(HOUR)))).toBe(REQUESTED);
  });
  it('gives it back to the periods that it was asked for in, and to no later one', () => {
    const withdrawn = [limited('1000', 2), consider('0', beforeMidnight), notStarted('a1', midnight)];
    const { spent } = given(autoTopUp.decider, ...history(...withdrawn)).state;
    expect(spent).toMatchObject({ day: { count: 0, money: 0n }, week: { count: 0, money: 0n }, month: { count: 0, money: 0n } });
    const twiceMore = [
      ...withdrawn,
      consider('0', midnight),
      succeeded('a2', midnight),
      consider('0', midnight),
      succeeded('a3', midnight),
    ];
    expect(outcomeOf(twiceMore, consider('0', midnight))).toBe('maximum_count');
    const declinedLater = [limited('1000', 2), consider('0', beforeMidnight), started(), declined('a1', midnight)];
    const oneMore = [...declinedLater, resume(midnight), consider('0', midnight), succeeded('a2', midnight)];
    expect(outcomeOf(oneMore, consider('0', midnight))).toBe(REQUESTED);
    expect(outcomeOf([...oneMore, consider('0', midnight), succeeded('a3', midnight)], consider('0', midnight))).toBe('maximum_count');
  });
  it('is not forgotten by a policy with another period', () => {
    const monthly = configure(policyOf({ maximum: { period: 'month', money: amount('1000'), count: 2 } }));
    expect(outcomeOf([limited('1000', 9), ...twice, monthly], consider('0', after(5 * DAY)))).toBe('maximum_count');
  });
  it('is not freed by a clock that is set back', () =>
    expect(outcomeOf([limited('40', 9), ...twice], consider('0', after(-3 * DAY)))).toBe('cooling_down'));
});

describe('an obstacle', () => {
  it('is no failure: nothing is asked for, and it is looked at again in an hour', () => {
    for (const obstacle of ['wallets_disabled', 'no_credit_price', 'too_many_purchases'] as const) {
      expect(outcomeOf([on], obstructed(obstacle))).toBe(obstacle);
      expect(dueAfter(on, obstructed(obstacle))).toBe(after(HOUR));
      expect(outcomeOf([on, obstructed(obstacle)], consider('0', after(HOUR)))).toBe(REQUESTED);
    }
    const long = Array.from({ length: 9 }, (_, i) => obstructed('wallets_disabled', after(i * HOUR)));
    expect(given(autoTopUp.decider, ...history(on, ...long)).state).toMatchObject({ status: 'on', failures: 0, requestCount: 0 });
  });
  it('is recorded once by two runners with the same look', () =>
    expect(outcomeOf([on, obstructed('wallets_disabled')], obstructed('wallets_disabled', after(1)))).toBe('nothing'));
  it('that is a pause sets no next look: the end of the pause causes it', () =>
    expect(dueAfter(on, obstructed('wallet_paused'))).toBeUndefined());
  it('is none where nothing is needed, and comes before a back-off and a cooldown', () => {
    const enough = { ...obstructed('wallets_disabled'), figures: figures('6') } as ReturnType<typeof obstructed>;
    expect(outcomeOf([on], enough)).toBe('not_needed');
    expect(outcomeOf([on, consider('0'), declined()], obstructed('wallets_disabled'))).toBe('wallets_disabled');
  });
});

describe('a back-off', () => {
  const longCooled = configure(policyOf({ cooldownMs: 0 }));
  it('lasts an hour after the first decline and twice as long after each further one', () => {
    const once = [longCooled, consider('0'), declined()];
    expect(dueAfter(...once)).toBe(after(HOUR));
    expect(outcomeOf(once, consider('0', after(HOUR - 1)))).toBe('backing_off');
    expect(outcomeOf(once, consider('0', after(HOUR)))).toBe(REQUESTED);
    const twice = [...once, consider('0', after(HOUR)), declined('a2', after(HOUR))];
    expect(dueAfter(...twice)).toBe(after(3 * HOUR));
    const thrice = [...twice, consider('0', after(3 * HOUR)), expired('a3', after(3 * HOUR))];
    expect(dueAfter(...thrice)).toBe(after(7 * HOUR));
  });
  it('begins anew after a success', () => {
    const before = [longCooled, consider('0'), declined(), consider('0', after(HOUR)), succeeded('a2', after(HOUR))];
    expect(dueAfter(...before, consider('0', after(2 * HOUR)), declined('a3', after(2 * HOUR)))).toBe(after(3 * HOUR));
  });
  it('is ended by a person, and by nobody who only configures', () => {
    const once = [longCooled, consider('0'), declined()];
    expect(outcomeOf([...once, longCooled], consider('0', after(1)))).toBe('backing_off');
    expect(outcomeOf([...once, resume(after(1))], consider('0', after(1)))).toBe(REQUESTED);
  });
  it('ends without a request when nothing is needed any more', () => {
    const once = [longCooled, consider('0'), declined(), consider('9', after(HOUR))];
    expect(dueAfter(...once)).toBeUndefined();
  });
  it('does not shorten a cooldown that is longer', () => {
    const long = configure(policyOf({ cooldownMs: 2 * HOUR }));
    const once = [long, consider('0'), declined()];
    expect(outcomeOf(once, consider('0', after(HOUR)))).toBe('cooling_down');
    expect(dueAfter(...once, consider('0', after(HOUR)))).toBe(after(2 * HOUR));
  });
});

describe('not to act', () => {
  it('is recorded once for each reason, until something else happens', () => {
    const cooling = [on, consider('5'), succeeded()];
    expect(outcomeOf(cooling, consider('0', after(1)))).toBe('cooling_down');
    const repeated = [...cooling, consider('0', after(1)), consider('9', after(2))];
    expect(outcomeOf(repeated, consider('0', after(3)))).toBe('nothing');
    expect(outcomeOf(repeated, consider('9', after(4)))).toBe('nothing');
    expect(outcomeOf([...repeated, on], consider('9', after(5)))).toBe('not_needed');
  });
  it('is recorded again when the next look moves', () => {
    const full = [
      configure(policyOf({ cooldownMs: 0, maximum: { period: 'day', money: amount('20'), count: 1 } })),
      consider('0'),
      succeeded(),
      consider('0'),
    ];
    expect(outcomeOf(full, consider('0', after(1)))).toBe('nothing');
    expect(outcomeOf([...full, consider('9', after(DAY))], consider('0', after(DAY)))).toBe(REQUESTED);
  });
  it('is recorded of one that is off or suspended, too', () => {
    expect(outcomeOf([on, disable()], consider('0'))).toBe('disabled');
    expect(outcomeOf([on, disable(), consider('0')], consider('0', after(DAY)))).toBe('nothing');
  });
  it('carries why, on which figures, and when it is looked at again', () =>
    when([on, consider('5'), succeeded()], consider('1', after(1), '0', '0.5')).then({
      type: 'AutoTopUpSkipped',
      at: after(1),
      reason: 'cooling_down',
      figures: figures('1', '0', '0.5'),
      considerAt: after(HOUR),
    }));
});

it('the policy of these tests is what their names say', () =>
  expect(at5add20).toMatchObject({ trigger: { threshold: amount('5') }, cooldownMs: HOUR, maximum: { money: amount('100'), count: 4 } }));
