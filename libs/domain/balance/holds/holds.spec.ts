import { later } from '@drawdown/domain/amounts';
import {
  after,
  afterwards,
  capture,
  captured,
  given,
  held,
  hold,
  NOON,
  paused,
  release,
  released,
  sweep,
  toppedUp,
  use,
} from '../model/drawdown.fixtures';

const MINUTE_MS = 60_000;
const inMinutes = (minutes: number) => later(NOON, minutes * MINUTE_MS);
const reserved = [toppedUp(10), toppedUp(5), held(12)];

describe('placing a hold', () => {
  it('reserves in burn-down order and spends nothing', () =>
    given(toppedUp(10), toppedUp(5)).when(hold(12)).then('held h1:12 in g1:10 g2:2 -> 15 booked, 12 held, 3 available'));

  it('reserves the last unit, and the balance runs out', () =>
    given(toppedUp(10))
      .when(hold(10))
      .then('held h1:10 in g1:10 -> 10 booked, 10 held, 0 available', 'ran out -> 10 booked, 10 held, 0 available'));

  it('is refused whole when the balance is one unit short', () =>
    given(toppedUp(10)).when(hold('10.000000001')).thenRefused('insufficient_credits'));

  it('does not reserve what another hold reserves', () => {
    given(toppedUp(10), held(4))
      .when(hold(6))
      .then('held h2:6 in g1:6 -> 10 booked, 10 held, 0 available', 'ran out -> 10 booked, 10 held, 0 available');
    given(toppedUp(10), held(4)).when(hold('6.000000001')).thenRefused('insufficient_credits');
  });

  it('does not reserve what has expired or has not begun', () => {
    given(toppedUp(1, { expiresAt: inMinutes(1) }))
      .when(after(MINUTE_MS, hold(1)))
      .thenRefused('insufficient_credits');
    given(toppedUp(1, { effectiveAt: inMinutes(1) }))
      .when(hold(1))
      .thenRefused('insufficient_credits');
  });

  it('needs an end that is still to come, by a millisecond', () => {
    given(toppedUp(1)).when(hold(1, NOON)).thenRefused('hold_already_expired');
    expect(given(toppedUp(1)).when(hold(1, later(NOON, 1))).state.holds).toHaveLength(1);
  });

  it('never uses a number twice', () =>
    given(toppedUp(10), held(1), released('h1')).when(hold(1)).then('held h2:1 in g1:1 -> 10 booked, 1 held, 9 available'));
});

describe('capturing a hold', () => {
  it('spends all of it, out of the grants it was reserved in', () =>
    given(...reserved)
      .when(capture('h1', 12))
      .then('captured h1:12 out of g1:10 g2:2, beyond it nothing, released nothing, remaining 0 -> 3'));

  it('spends a part and gives the rest back to its own grants', () =>
    given(...reserved)
      .when(capture('h1', 4))
      .then('captured h1:4 out of g1:4, beyond it nothing, released g1:6 g2:2, remaining 0 -> 11'));

  it('spends a part and keeps the rest reserved', () =>
    given(...reserved)
      .when(capture('h1', 11, { keepOpen: true }))
      .then('captured h1:11 out of g1:10 g2:1, beyond it nothing, released nothing, remaining 1 -> 4 booked, 1 held, 3 available'));

  it('spends the kept rest later', () =>
    given(...reserved, captured('h1', 4, { keepOpen: true }))
      .when(capture('h1', 8))
      .then('captured h1:8 out of g1:6 g2:2, beyond it nothing, released nothing, remaining 0 -> 3'));

  it('ends the hold when nothing remains to keep', () => {
    const balance = given(...reserved, captured('h1', 12, { keepOpen: true }));
    expect(balance.state.holds).toEqual([]);
    balance.when(capture('h1', 1)).thenRefused('hold_not_open', { holdId: 'h1' });
  });

  it('of more than it reserves is refused, by the unit', () =>
    given(...reserved)
      .when(capture('h1', '12.000000001'))
      .thenRefused('capture_exceeds_hold'));

  it('of more than it reserves takes the rest from available where that is allowed', () =>
    given(...reserved)
      .when(capture('h1', 15, { overrun: 'from_available' }))
      .then('captured h1:15 out of g1:10 g2:2, beyond it g2:3, released nothing, remaining 0 -> 0', 'ran out -> 0'));

  it('of more than is held and available together is refused whole', () =>
    given(...reserved)
      .when(capture('h1', '15.000000001', { overrun: 'from_available' }))
      .thenRefused('insufficient_credits'));

  it('takes an overrun from no other hold', () =>
    given(...reserved, held(3))
      .when(capture('h1', 13, { overrun: 'from_available' }))
      .thenRefused('insufficient_credits'));

  it('spends what it reserved though the grant has expired meanwhile', () =>
    given(toppedUp(10, { expiresAt: inMinutes(1) }), held(10))
      .when(after(2 * MINUTE_MS, capture('h1', 10)))
      .then('captured h1:10 out of g1:10, beyond it nothing, released nothing, remaining 0 -> 0'));

  it('takes no overrun from a grant that has expired', () =>
    given(toppedUp(10, { expiresAt: inMinutes(1) }), held(9))
      .when(after(MINUTE_MS, capture('h1', 10, { overrun: 'from_available' })))
      .thenRefused('insufficient_credits'));

  it('is refused while the balance is paused', () =>
    given(...reserved, paused())
      .when(capture('h1', 1))
      .thenRefused('balance_paused'));
});

describe('releasing a hold', () => {
  it('gives all of it back to its own grants', () =>
    given(...reserved)
      .when(release('h1'))
      .then('released h1:12 to g1:10 g2:2 -> 15'));

  it('gives back to its own grants though others come first by now', () =>
    given(toppedUp(10), held(4), toppedUp(5, { priority: 0 }))
      .when(release('h1'))
      .then('released h1:4 to g1:4 -> 15'));

  it('gives back what earlier captures left', () =>
    given(...reserved, captured('h1', 11, { keepOpen: true }))
      .when(release('h1'))
      .then('released h1:1 to g2:1 -> 4'));

  it('lets a balance recover that ran out by it', () =>
    given(toppedUp(10), held(10)).when(release('h1')).then('released h1:10 to g1:10 -> 10', 'recovered from run_out at 0 -> 10'));

  it('is allowed while the balance is paused: it is no debit', () =>
    given(...reserved, paused())
      .when(release('h1'))
      .then('released h1:12 to g1:10 g2:2 -> 15'));

  it('is refused a second time', () =>
    given(...reserved, released('h1'))
      .when(release('h1'))
      .thenRefused('hold_not_open'));
  it('is refused for a hold that never was', () =>
    given(...reserved)
      .when(release('h2'))
      .thenRefused('hold_not_open'));
});

describe('the end of a hold', () => {
  const ending = [toppedUp(10), held(4, inMinutes(10))];

  it('is not posted a millisecond too soon', () => {
    given(...ending)
      .when(after(10 * MINUTE_MS - 1, sweep()))
      .then();
    given(...ending)
      .when(after(10 * MINUTE_MS - 1, capture('h1', 4)))
      .then('captured h1:4 out of g1:4, beyond it nothing, released nothing, remaining 0 -> 6');
  });

  it('gives back to its own grants on time', () =>
    given(...ending)
      .when(after(10 * MINUTE_MS, sweep()))
      .then('hold h1:4 expired to g1:4 -> 10'));

  it('is judged by the time of the command, though nobody swept', () => {
    given(...ending)
      .when(after(10 * MINUTE_MS, capture('h1', 4)))
      .thenRefused('hold_not_open');
    given(...ending)
      .when(after(10 * MINUTE_MS, release('h1')))
      .thenRefused('hold_not_open');
    given(...ending)
      .when(after(10 * MINUTE_MS, use(10)))
      .then('hold h1:4 expired to g1:4 -> 10', 'consumed 10 (10 out of g1:10) -> 0', 'ran out -> 0');
  });

  it('posts the hold that ended first, first', () =>
    given(toppedUp(10), held(1, inMinutes(2)), held(2, inMinutes(1)), held(3, inMinutes(3)))
      .when(after(2 * MINUTE_MS, sweep()))
      .then('hold h2:2 expired to g1:2 -> 10 booked, 4 held, 6 available', 'hold h1:1 expired to g1:1 -> 10 booked, 3 held, 7 available'));

  it('gives back what earlier captures left', () =>
    given(...ending, captured('h1', 3, { keepOpen: true }))
      .when(after(10 * MINUTE_MS, sweep()))
      .then('hold h1:1 expired to g1:1 -> 7'));

  it('comes once', () =>
    given(...ending, afterwards(10 * MINUTE_MS, { happened: sweep() }))
      .when(after(11 * MINUTE_MS, sweep()))
      .then());
});
