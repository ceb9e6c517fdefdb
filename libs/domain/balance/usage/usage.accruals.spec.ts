import { later } from '@drawdown/domain/amounts';
import {
  absolute,
  accrue,
  accrued,
  after,
  close,
  closed,
  created,
  deduct,
  given,
  held,
  NOON,
  paused,
  toppedUp,
  topUp,
  units,
  usage,
  use,
} from '../model/drawdown.fixtures';

describe('usage that an invoice settles', () => {
  it('takes nothing, and waits', () => given(toppedUp(10)).when(accrue(3, 4)).then('accrued 7 (3; 4) -> 10, 7 unbilled'));

  it('adds up', () =>
    given(toppedUp(10), accrued(3)).when(accrue('0.000000001')).then('accrued 0.000000001 (0.000000001) -> 10, 3.000000001 unbilled'));

  it('is kept with what identifies it, and without what it did not take', () => {
    const { events } = given().when(accrue(3));
    const { usedAt: _, ...line } = usage(3, NOON, 'a1');
    expect(events).toMatchObject([{ type: 'UsageAccrued', lines: [line] }]);
    expect(Object.keys(events[0]?.type === 'UsageAccrued' ? events[0].lines[0]! : {}).sort()).toEqual([
      'amount',
      'bodyHash',
      'id',
      'parts',
      'source',
      'time',
    ]);
  });

  it('says whose meters rated it and how money was made of its credits', () => {
    const conversion = { credits: units(300), creditPrice: units('0.01'), priceVersion: 2 };
    const line = { ...usage(3, NOON, 'a1'), creditProductId: 'scans', conversion };
    const { events } = given().when({ type: 'Accrue', at: NOON, lines: [line] });
    expect(events).toMatchObject([{ lines: [{ creditProductId: 'scans', conversion }] }]);
    expect(given().when({ type: 'Consume', at: NOON, lines: [line] }).events).toMatchObject([
      { lines: [{ creditProductId: 'scans', conversion }] },
    ]);
  });

  it('is never refused: not on an empty balance, and not on a paused one', () => {
    given().when(accrue(5)).then('accrued 5 (5) -> 0, 5 unbilled');
    given(toppedUp(1), paused()).when(accrue(5)).then('accrued 5 (5) -> 1, 5 unbilled', 'ran out -> 1, 5 unbilled');
  });

  it('of nothing is recorded, so that it is known when it comes again', () =>
    given(toppedUp(1)).when(accrue(0)).then('accrued 0 (0) -> 1'));

  it('rated below zero is a bug of whoever rated it', () => expect(() => given().when(accrue(-1))).toThrow('rated below zero'));

  it('counts as usage seen, for what may have been forgotten', () => expect(given(accrued(1)).state.consumingSince).toBe(NOON));
});

describe('what is projected', () => {
  const warned = [created({ limits: [absolute('warning', 5)] }), toppedUp(10)] as const;

  it('crosses the lines, by the unit', () => {
    given(...warned)
      .when(accrue('4.999999999'))
      .then('accrued 4.999999999 (4.999999999) -> 10, 4.999999999 unbilled');
    given(...warned)
      .when(accrue(5))
      .then('accrued 5 (5) -> 10, 5 unbilled', 'low on warning at 5 -> 10, 5 unbilled');
  });

  it('runs out though all is still there, and goes below zero, reported once', () => {
    given(...warned)
      .when(accrue(12))
      .then('accrued 12 (12) -> 10, 12 unbilled', 'low on warning at 5 -> 10, 12 unbilled', 'ran out -> 10, 12 unbilled');
    given(...warned, accrued(12))
      .when(accrue(1))
      .then('accrued 1 (1) -> 10, 13 unbilled');
  });

  it('recovers by what is added beyond what waits', () => {
    given(...warned, accrued(12))
      .when(topUp(2))
      .then('topped up g2:2 -> 12, 12 unbilled');
    given(...warned, accrued(12))
      .when(topUp('2.000000001'))
      .then('topped up g2:2.000000001 -> 12.000000001, 12 unbilled', 'recovered from run_out at 0 -> 12.000000001, 12 unbilled');
  });

  it('arms no line that it never was above', () =>
    given(created({ limits: [absolute('warning', 5)] }), accrued(6), toppedUp(10))
      .when(use(2))
      .then('consumed 2 (2 out of g1:2) -> 8, 6 unbilled'));

  it('falls by usage that is debited at once, too', () =>
    given(...warned, accrued(3))
      .when(use(2))
      .then('consumed 2 (2 out of g1:2) -> 8, 3 unbilled', 'low on warning at 5 -> 8, 3 unbilled'));

  it('keeps nobody from spending what is available', () =>
    given(toppedUp(10), accrued(10)).when(deduct(10)).then('deducted 10 out of g1:10 -> 0, 10 unbilled'));

  it('is judged after holds have ended, so that no warning is false', () =>
    given(...warned, held(4, later(NOON, 1)))
      .when(after(1, accrue(4)))
      .then('hold h1:4 expired to g1:4 -> 10', 'accrued 4 (4) -> 10, 4 unbilled'));
});

describe('closing', () => {
  it('waits for the invoice, by the unit', () =>
    given(toppedUp(10), accrued('0.000000001'))
      .when(close())
      .thenRefused('usage_unbilled', { unbilled: units('0.000000001') }));

  it('once done takes no more usage', () => given(toppedUp(1), closed()).when(accrue(1)).thenRefused('balance_closed'));
});
