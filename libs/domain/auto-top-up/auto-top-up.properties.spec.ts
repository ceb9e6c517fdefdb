import { type Amount, amount, later } from '@drawdown/domain/amounts';
import fc from 'fast-check';
import { autoTopUp } from './auto-top-up';
import type { AutoTopUpCommand } from './auto-top-up.commands';
import { skippedReason, OBSTACLES } from './auto-top-up.events';
import { DAY, HOUR, MINUTE, noon, policyOf } from './auto-top-up.fixtures';
import { Model } from './model.fixtures';
import type { Policy } from './policy';

const SEED = 20_261_122;
const RUNS = 600;
const STEPS = 60;
/** Of a history in which each of them can be met at all. */
const OFTEN = 20;

const cents = (max: number) => fc.integer({ min: 1, max }).map((n) => (BigInt(n) * 10_000_000n) as Amount);
const policies: fc.Arbitrary<Policy> = fc
  .record({
    trigger: fc.oneof(
      fc.integer({ min: 0, max: 20 }).map((n) => ({ kind: 'threshold', threshold: amount(`${n}`) }) as const),
      fc.integer({ min: 1, max: 3 }).map((days) => ({ kind: 'every_days', days }) as const),
      fc.integer({ min: 1, max: 31 }).map((day) => ({ kind: 'day_of_month', day }) as const),
    ),
    quantity: fc.oneof(
      cents(4_000).map((fixed) => ({ kind: 'fixed', amount: fixed }) as const),
      fc.record({ kind: fc.constant('to_target' as const), target: fc.constant(amount('25')), minimum: cents(500) }),
      fc.constant({ kind: 'to_target', target: amount('25.000000001') } as const),
    ),
    figure: fc.constantFrom('available' as const, 'projected' as const),
    cooldownMs: fc.constantFrom(0, MINUTE, HOUR, 2 * DAY),
    maximum: fc.record({
      period: fc.constantFrom('day' as const, 'week' as const, 'month' as const),
      money: fc.constantFrom(amount('40'), amount('60'), amount('200')),
      count: fc.integer({ min: 1, max: 4 }),
    }),
  })
  .map((terms) => policyOf(terms));

/** A request that may be in flight, ended long ago, or never made. */
const requestIds = fc.oneof({ weight: 3, arbitrary: fc.constant('latest') }, { weight: 1, arbitrary: fc.nat(6).map((n) => `a${n}`) });
const figures = fc
  .tuple(fc.integer({ min: -3_000, max: 4_000 }), fc.nat(500), fc.integer({ min: -3_000, max: 4_000 }))
  .map(([available, pending, projected]) => ({
    available: (BigInt(available) * 9_999_999n) as Amount,
    pending: (BigInt(pending) * 10_000_000n) as Amount,
    projected: (BigInt(projected) * 10_000_001n) as Amount,
  }));
const steps = fc.record({
  pass: fc.constantFrom(0, 1, MINUTE, HOUR - 1, HOUR, 5 * HOUR, DAY, 8 * DAY, 'due' as const, 'due' as const, 'almost due' as const),
  what: fc.oneof(
    { weight: 8, arbitrary: figures.map((seen) => ({ type: 'Consider', figures: seen }) as const) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(figures, fc.constantFrom(...OBSTACLES))
        .map(([seen, obstacle]) => ({ type: 'Consider', figures: seen, obstacle }) as const),
    },
    {
      weight: 1,
      arbitrary: requestIds.map((requestId) => ({ type: 'RecordPurchaseNotStarted', requestId, reason: 'wallets_disabled' }) as const),
    },
    { weight: 2, arbitrary: requestIds.map((requestId) => ({ type: 'RecordPurchaseStarted', requestId, purchaseId: 'p' }) as const) },
    { weight: 3, arbitrary: requestIds.map((requestId) => ({ type: 'RecordPurchaseSucceeded', requestId }) as const) },
    { weight: 4, arbitrary: requestIds.map((requestId) => ({ type: 'RecordPurchaseDeclined', requestId, reason: 'no' }) as const) },
    { weight: 2, arbitrary: requestIds.map((requestId) => ({ type: 'RecordPurchaseExpired', requestId }) as const) },
    { weight: 1, arbitrary: policies.map((policy) => ({ type: 'Configure', customerId: 'cus_1', currency: 'EUR', policy }) as const) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        { type: 'Disable' } as const,
        { type: 'Suspend' } as const,
        { type: 'Resume' } as const,
        { type: 'Resume' } as const,
      ),
    },
  ),
});

const counts = new Map<string, number>();
const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);

function live(policy: Policy, history: readonly (typeof steps extends fc.Arbitrary<infer T> ? T : never)[]): void {
  const { decide, evolve, initial } = autoTopUp.decider;
  const model = new Model();
  let state = initial;
  let at = noon;
  const carryOut = (command: AutoTopUpCommand): void => {
    const due = autoTopUp.dueAt?.(state);
    const decision = decide(command, state);
    if (!decision.accepted) {
      count(decision.refusal.code);
      return;
    }
    model.caused(command, decision.events);
    state = decision.events.reduce(evolve, state);
    for (const event of decision.events) count(event.type === 'AutoTopUpSkipped' ? event.reason : event.type);
    // Whoever comes when it is due is not called again for the same moment.
    const next = autoTopUp.dueAt?.(state);
    if (command.type === 'Consider' && due !== undefined && at >= due && !state.inFlight)
      expect(next === undefined || next > at).toBe(true);
    expect(state.inFlight?.id).toBe(model.inFlight?.id);
  };
  carryOut({ type: 'Configure', at, customerId: 'cus_1', currency: 'EUR', policy });
  for (const { pass, what } of history) {
    const due = autoTopUp.dueAt?.(state) ?? at;
    at = typeof pass === 'number' ? later(at, pass) : (Math.max(at, pass === 'due' ? due : due - 1) as typeof at);
    const latest = 'requestId' in what && what.requestId === 'latest' ? { requestId: `a${state.requestCount}` } : {};
    carryOut({ at, ...what, ...latest });
  }
  expect(autoTopUp.state.read(JSON.parse(autoTopUp.state.write(state)))).toEqual(state);
}

describe('whatever comes, in whatever order', () => {
  it('there are never two in flight, never more asked for in a period than its maximum, never one within a cooldown or a back-off', () =>
    fc.assert(
      fc.property(policies, fc.array(steps, { minLength: STEPS, maxLength: STEPS }), (policy, history) => {
        live(policy, history);
      }),
      { seed: SEED, numRuns: RUNS },
    ));

  const reasons = [
    'disabled',
    'suspended',
    'in_flight',
    'not_needed',
    'not_due',
    'target_reached',
    'backing_off',
    'cooling_down',
    'maximum_count',
    'maximum_money',
    ...OBSTACLES,
  ];
  it.each([
    ...Object.keys(autoTopUp.events).filter((type) => type !== 'AutoTopUpSkipped'),
    ...reasons.filter((reason) => skippedReason.read(reason)),
    'auto_top_up_request_unknown',
    'auto_top_up_not_suspended',
    'auto_top_up_disabled',
  ])('these histories meet %s often', (what) => expect(counts.get(what) ?? 0).toBeGreaterThan(OFTEN));
});
