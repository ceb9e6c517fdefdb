import { readdirSync, readFileSync } from 'node:fs';
import { amount } from '@drawdown/domain/amounts';
import { readEvent, writeEvent } from '@drawdown/domain/decider';
import { autoTopUp } from './auto-top-up';
import { at5add20, EXAMPLES, policyOf } from './auto-top-up.fixtures';
import { policy } from './policy';

const golden = (type: string): string => readFileSync(`${__dirname}/golden/${type}.json`, 'utf8').trimEnd();

describe('the stored events', () => {
  it('are these', () => {
    const types = Object.keys(autoTopUp.events).sort();
    expect(readdirSync(`${__dirname}/golden`).sort()).toEqual(types.map((type) => `${type}.json`));
    expect(Object.keys(EXAMPLES).sort()).toEqual(types);
    expect(autoTopUp.category).toBe('autoTopUp');
  });

  it.each(Object.values(EXAMPLES))('$type is written and read as ever', (event) => {
    expect(writeEvent(autoTopUp, event)).toBe(golden(event.type));
    expect(readEvent(autoTopUp, event.type, golden(event.type))).toEqual(event);
  });

  it('hold every kind of policy', () => {
    for (const changed of [
      at5add20,
      policyOf({ trigger: { kind: 'day_of_month', day: 31 } }),
      policyOf({ trigger: { kind: 'every_days', days: 7 } }),
      policyOf({ quantity: { kind: 'to_target', target: amount('50') } }),
    ])
      expect(policy.read(JSON.parse(policy.write(changed)))).toEqual(changed);
  });

  it.each([
    [{ trigger: { kind: 'threshold' } }, 'trigger.threshold is not there'],
    [{ trigger: { kind: 'day_of_month' } }, 'trigger.day is not there'],
    [{ quantity: { kind: 'fixed' } }, 'quantity.amount is not there'],
  ])('name what a policy lacks: %j', (change, message) => {
    const json = { ...(JSON.parse(policy.write(at5add20)) as object), ...change };
    expect(() => policy.read(json)).toThrow(message);
  });
});
