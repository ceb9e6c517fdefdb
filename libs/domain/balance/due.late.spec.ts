/** Whoever comes when it is time may be late: what is posted, from when it counts and what it says are the same. */
import { deepStrictEqual } from 'node:assert/strict';
import { type Instant, later } from '@drawdown/domain/amounts';
import fc from 'fast-check';
import type { BalanceCommand } from './balance';
import { dueAt } from './due';
import type { BalanceEvent } from './events';
import { EXPIRY_WARNING_LEAD_MS } from './grants/grant';
import { type Balance, initialBalance } from './state';
import { absolute, at, create, hold, NOON, grant, purchase, sweep, realDecider, topUp } from './model/drawdown.fixtures';
import { HOUR_MS } from '../amounts/amounts.fixtures';

const SEED = 20_260_401;
const HISTORIES = 300;
/** The last thing that any history has is due before. */
const HOURS_MAX = 30 * 24;
const hours = (n: number): Instant => later(NOON, n * HOUR_MS);
const END = hours(HOURS_MAX + 1);

const moment = fc.integer({ min: 1, max: HOURS_MAX }).map(hours);
const given: fc.Arbitrary<readonly BalanceCommand[]> = fc.array(
  fc.oneof(
    fc
      .record({ value: fc.integer({ min: 1, max: 9 }), begins: fc.option(moment), ends: fc.option(moment) })
      .map(({ value, begins, ends }) =>
        topUp(value, { ...(begins !== null && { effectiveAt: begins }), ...(ends !== null && { expiresAt: ends }) }),
      ),
    fc.record({ value: fc.integer({ min: 1, max: 9 }), ends: moment }).map(({ value, ends }) => hold(value, ends)),
    fc
      .record({ value: fc.integer({ min: 1, max: 9 }), ends: moment })
      .map(({ value, ends }) => purchase(value, { expiresAt: ends, grant: grant(value) })),
  ),
  { minLength: 1, maxLength: 12 },
);

class Life {
  state: Balance = initialBalance;
  events: BalanceEvent[] = [];
  do(command: BalanceCommand): void {
    const decision = realDecider.decide(command, this.state);
    if (!decision.accepted) return;
    this.state = decision.events.reduce(realDecider.evolve, this.state);
    this.events.push(...decision.events);
  }
  /** All but when it was recorded. */
  get recorded(): readonly unknown[] {
    return this.events.map((event) => ({ ...event, recordedAt: undefined }));
  }
}

const begun = (commands: readonly BalanceCommand[]): Life => {
  const life = new Life();
  life.do(create({ limits: [absolute('low', 5)] }));
  for (const command of commands) life.do(command);
  return life;
};

describe('a service that slept', () => {
  it('over any times ends with the entries, the times they count from and the figures of one that was always awake', () => {
    const counts = new Map<string, number>();
    fc.assert(
      fc.property(given, fc.array(moment, { maxLength: 6 }), (commands, wakings) => {
        const awake = begun(commands);
        for (let due = dueAt(awake.state); due !== undefined && due <= END; due = dueAt(awake.state)) awake.do(at(due, sweep()));
        const asleep = begun(commands);
        for (const waking of [...wakings].sort((a, b) => a - b)) asleep.do(at(waking, sweep()));
        asleep.do(at(END, sweep()));
        deepStrictEqual(asleep.recorded, awake.recorded);
        deepStrictEqual(asleep.state, awake.state);
        for (const { type } of asleep.events) counts.set(type, (counts.get(type) ?? 0) + 1);
      }),
      { seed: SEED, numRuns: HISTORIES },
    );
    for (const type of [
      'GrantExpired',
      'GrantExpiring',
      'GrantBecameEffective',
      'HoldExpired',
      'PurchaseExpired',
      'BalanceRanOut',
      'LowBalanceReached',
    ])
      expect([type, (counts.get(type) ?? 0) > 20]).toEqual([type, true]);
  });

  it('says when it recorded what it was late with, and nothing of it where it was not', () => {
    const life = begun([topUp(10, { expiresAt: hours(1) })]);
    life.do(at(hours(3), sweep()));
    expect(life.events.slice(2)).toMatchObject([
      { type: 'GrantExpired', at: hours(1), recordedAt: hours(3) },
      { type: 'LowBalanceReached', at: hours(1), recordedAt: hours(3) },
      { type: 'BalanceRanOut', at: hours(1), recordedAt: hours(3) },
    ]);
    const prompt = begun([topUp(10, { expiresAt: hours(1) })]);
    prompt.do(at(hours(1), sweep()));
    expect(prompt.events.some((event) => 'recordedAt' in event)).toBe(false);
  });

  it('goes back behind nothing that was recorded meanwhile', () => {
    const life = begun([topUp(10, { expiresAt: hours(1) })]);
    life.do(at(hours(2), topUp(1)));
    life.do(at(hours(3), sweep()));
    expect(life.events.at(-1)).toMatchObject({ type: 'GrantExpired', at: hours(2), expiresAt: hours(1), recordedAt: hours(3) });
  });
});

describe('the warning of an expiry', () => {
  const warned = (life: Life) => life.events.filter(({ type }) => type === 'GrantExpiring');
  const lived = (ms: number): Life => begun([topUp(10, { expiresAt: later(NOON, ms) })]);

  it('comes the lead time ahead, to the millisecond, and once', () => {
    const life = lived(EXPIRY_WARNING_LEAD_MS + 2);
    life.do(at(later(NOON, 1), sweep()));
    expect(warned(life)).toEqual([]);
    life.do(at(later(NOON, 2), sweep()));
    life.do(at(later(NOON, 3), sweep()));
    expect(warned(life)).toMatchObject([{ at: later(NOON, 2), grantId: 'g1' }]);
  });

  it('does not come for a grant that was given for no longer than the lead time', () => {
    const life = lived(EXPIRY_WARNING_LEAD_MS);
    life.do(at(END, sweep()));
    expect(warned(life)).toEqual([]);
  });

  it('does not come for a grant that is spent', () => {
    const life = lived(EXPIRY_WARNING_LEAD_MS + 2);
    life.do({ type: 'Deduct', at: NOON, amount: grant(10).amount, reason: 'test' });
    expect(dueAt(life.state)).toBeUndefined();
  });
});
