import { later } from '@drawdown/domain/amounts';
import {
  absolute,
  after,
  afterwards,
  capture,
  close,
  created,
  deduct,
  given,
  held,
  NOON,
  release,
  sweep,
  swept,
  toppedUp,
  topUp,
  usage,
  use,
  used,
} from '../model/drawdown.fixtures';
import { dueAt } from '../due';

const MINUTE_MS = 60_000;
const inMinutes = (minutes: number) => later(NOON, minutes * MINUTE_MS);
const expiring = toppedUp(10, { expiresAt: inMinutes(10) });

describe('an expiry', () => {
  it('is not posted a millisecond too soon', () =>
    given(expiring)
      .when(after(10 * MINUTE_MS - 1, sweep()))
      .then());

  it('is posted on time, and the balance runs out by it', () =>
    given(expiring)
      .when(after(10 * MINUTE_MS, sweep()))
      .then('expired g1:10 -> 0', 'ran out -> 0'));

  it('is posted once', () =>
    given(expiring, afterwards(10 * MINUTE_MS, swept()))
      .when(after(11 * MINUTE_MS, sweep()))
      .then());

  it('takes what is left', () =>
    given(expiring, toppedUp(5), used(4))
      .when(after(10 * MINUTE_MS, sweep()))
      .then('expired g1:6 -> 5'));

  it('posts the soonest first, whatever is burnt first', () =>
    given(toppedUp(1, { priority: 0, expiresAt: inMinutes(2) }), toppedUp(2, { expiresAt: inMinutes(1) }), toppedUp(4))
      .when(after(2 * MINUTE_MS, sweep()))
      .then('expired g2:2 -> 5', 'expired g1:1 -> 4'));

  it('makes value unspendable though nobody swept', () =>
    given(expiring)
      .when(after(10 * MINUTE_MS, use(usage(1, inMinutes(10)))))
      .then(
        'consumed 0 and 1 uncovered (1 out of nothing and 1 uncovered) -> 10 booked, 0 held, 0 available, 1 uncovered',
        'ran out -> 10 booked, 0 held, 0 available, 1 uncovered',
      ));

  it('leaves alone what a hold reserves, and takes the rest', () =>
    given(expiring, held(4))
      .when(after(10 * MINUTE_MS, sweep()))
      .then('expired g1:6 -> 4 booked, 4 held, 0 available', 'ran out -> 4 booked, 4 held, 0 available'));

  it('takes at once what a release gives back too late', () =>
    given(expiring, toppedUp(1), held(4), afterwards(10 * MINUTE_MS, swept()))
      .when(after(11 * MINUTE_MS, release('h1')))
      .then('released h1:4 to g1:4 -> 5 booked, 0 held, 1 available', 'expired g1:4 -> 1'));

  it('takes at once what a capture gives back too late', () =>
    given(expiring, toppedUp(1), held(4), afterwards(10 * MINUTE_MS, swept()))
      .when(after(11 * MINUTE_MS, capture('h1', 3)))
      .then(
        'captured h1:3 out of g1:3, beyond it nothing, released g1:1, remaining 0 -> 2 booked, 0 held, 1 available',
        'expired g1:1 -> 1',
      ));

  it('takes at once what an ended hold gives back too late', () =>
    given(expiring, toppedUp(1), held(4, inMinutes(11)), afterwards(10 * MINUTE_MS, swept()))
      .when(after(11 * MINUTE_MS, sweep()))
      .then('hold h1:4 expired to g1:4 -> 5 booked, 0 held, 1 available', 'expired g1:4 -> 1'));

  it('a millisecond later than the release takes nothing yet', () =>
    given(expiring, held(4))
      .when(after(10 * MINUTE_MS - 1, release('h1')))
      .then('released h1:4 to g1:4 -> 10'));

  it('is no residual of a balance that closes before the sweeper came', () =>
    given(expiring, toppedUp(5))
      .when(after(10 * MINUTE_MS, close()))
      .then('expired g1:10 -> 5', 'closed 5 out of g2:5 -> 0'));
});

describe('a grant recorded ahead', () => {
  const ahead = toppedUp(10, { effectiveAt: inMinutes(10) });

  it('is booked and not available', () =>
    given()
      .when(topUp(10, { effectiveAt: inMinutes(10) }))
      .then('topped up g1:10 -> 10 booked, 0 held, 0 available'));

  it('begins on time, and the beginning is posted once', () => {
    given(ahead)
      .when(after(10 * MINUTE_MS - 1, sweep()))
      .then();
    given(ahead)
      .when(after(10 * MINUTE_MS, sweep()))
      .then('began g1 -> 10');
    given(ahead, afterwards(10 * MINUTE_MS, swept()))
      .when(after(10 * MINUTE_MS, sweep()))
      .then();
  });

  it('covers from its beginning though nobody swept', () => {
    given(ahead)
      .when(after(10 * MINUTE_MS - 1, deduct(1)))
      .thenRefused('insufficient_credits');
    given(ahead)
      .when(after(10 * MINUTE_MS, deduct(1)))
      .then('deducted 1 out of g1:1 -> 9');
  });

  it('lets the balance recover when it begins', () =>
    given(created({ limits: [absolute('warning', 5)] }), toppedUp(6), used(6), ahead)
      .when(after(10 * MINUTE_MS, sweep()))
      .then('began g2 -> 10', 'recovered from run_out at 0 -> 10', 'recovered from warning at 5 -> 10'));

  it('that ended before the sweeper came both begins and expires', () =>
    given(toppedUp(10, { effectiveAt: inMinutes(1), expiresAt: inMinutes(2) }))
      .when(after(3 * MINUTE_MS, sweep()))
      .then('began g1 -> 10', 'expired g1:10 -> 0', 'ran out -> 0'));
});

describe('the next due time', () => {
  it.each([
    ['is none where nothing ends', given(toppedUp(1), held(1)).state, undefined],
    [
      'is the soonest expiry',
      given(toppedUp(1, { expiresAt: inMinutes(9) }), toppedUp(1, { expiresAt: inMinutes(8) })).state,
      inMinutes(8),
    ],
    ['is the end of a hold', given(expiring, held(1, inMinutes(7))).state, inMinutes(7)],
    ['is the beginning of a grant', given(expiring, toppedUp(1, { effectiveAt: inMinutes(6) })).state, inMinutes(6)],
    ['is no expiry of what is held whole', given(expiring, held(10)).state, undefined],
    ['is no expiry of what is spent', given(expiring, used(10)).state, undefined],
  ])('%s', (_, state, due) => expect(dueAt(state)).toBe(due));
});
