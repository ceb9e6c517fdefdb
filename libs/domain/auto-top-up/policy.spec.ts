import { amount } from '@drawdown/domain/amounts';
import { policyOf } from './auto-top-up.fixtures';
import { COOLDOWN_SECONDS_MAX, COUNT_MAX, DAY_OF_MONTH_MAX, DAYS_MAX, type Policy, policyProblem } from './policy';

const field = (changes: Partial<Policy>, currency = 'EUR') => policyProblem(policyOf(changes), currency)?.field;
const fixed = (text: string): Partial<Policy> => ({ quantity: { kind: 'fixed', amount: amount(text) } });
const target = (text: string, minimum?: string): Partial<Policy> => ({
  quantity: { kind: 'to_target', target: amount(text), ...(minimum !== undefined && { minimum: amount(minimum) }) },
});
const threshold = (text: string): Partial<Policy> => ({ trigger: { kind: 'threshold', threshold: amount(text) } });
const every = (days: number): Partial<Policy> => ({ trigger: { kind: 'every_days', days } });
const onDay = (day: number): Partial<Policy> => ({ trigger: { kind: 'day_of_month', day } });
const maximum = (text: string, count = 4): Partial<Policy> => ({ maximum: { period: 'day', money: amount(text), count } });

describe('a policy', () => {
  it('may look for nothing left, and not for less', () =>
    expect([field(threshold('0')), field(threshold('-0.000000001'))]).toEqual([undefined, 'threshold']));
  it.each([
    ['every_days', every, DAYS_MAX],
    ['day_of_month', onDay, DAY_OF_MONTH_MAX],
    ['maximum_count', (count: number) => maximum('100', count), COUNT_MAX],
  ])('has %s from 1 to a limit', (name, policyWith, max) => {
    expect([field(policyWith(1)), field(policyWith(max))]).toEqual([undefined, undefined]);
    expect([field(policyWith(0)), field(policyWith(max + 1)), field(policyWith(1.5)), field(policyWith(NaN))]).toEqual([
      name,
      name,
      name,
      name,
    ]);
  });
  it('has a cooldown from none to a limit', () => {
    const cooldown = (seconds: number) => field({ cooldownMs: seconds * 1_000 });
    expect([cooldown(0), cooldown(COOLDOWN_SECONDS_MAX)]).toEqual([undefined, undefined]);
    expect([cooldown(-1), cooldown(0.5), cooldown(COOLDOWN_SECONDS_MAX + 1)]).toEqual(Array.from({ length: 3 }, () => 'cooldown_seconds'));
  });
  it('asks for what can be paid', () => {
    expect([field(fixed('0.01')), field(fixed('0')), field(fixed('0.001')), field(fixed('-1'))]).toEqual([
      undefined,
      'amount',
      'amount',
      'amount',
    ]);
    expect([field(fixed('1'), 'JPY'), field(fixed('0.01'), 'JPY')]).toEqual([undefined, 'amount']);
    expect([field(target('50', '0.01')), field(target('50', '0.001')), field(target('50', '0'))]).toEqual([
      undefined,
      'minimum',
      'minimum',
    ]);
  });
  it('has a target above its threshold', () => expect([field(target('5.000000001')), field(target('5'))]).toEqual([undefined, 'target']));
  it('has a target above zero', () =>
    expect([field({ ...target('0.01'), ...every(1) }), field({ ...target('0'), ...every(1) })]).toEqual([undefined, 'target']));
  it('allows one top-up at least', () => {
    expect([field(maximum('20')), field(maximum('19.999999999'))]).toEqual([undefined, 'maximum_money']);
    expect([field({ ...target('50'), ...maximum('50') }), field({ ...target('50'), ...maximum('49.99') })]).toEqual([
      undefined,
      'maximum_money',
    ]);
    expect([field({ ...target('6', '30'), ...maximum('30') }), field({ ...target('6', '30'), ...maximum('29') })]).toEqual([
      undefined,
      'maximum_money',
    ]);
  });
});
