import { later } from '@drawdown/domain/amounts';
import {
  after,
  afterwards,
  deduct,
  given,
  held,
  NOON,
  paused,
  release,
  sweep,
  toppedUp,
  topUp,
  usage,
  use,
  used,
} from '../model/drawdown.fixtures';

const MINUTE_MS = 60_000;
const inMinutes = (minutes: number) => later(NOON, minutes * MINUTE_MS);

describe('usage', () => {
  it('draws on the balance and records from which grants', () =>
    given(toppedUp(60), toppedUp(40)).when(use(70)).then('consumed 70 (70 out of g1:60 g2:10) -> 30'));

  it('draws the last unit and runs out', () =>
    given(toppedUp(10)).when(use(10)).then('consumed 10 (10 out of g1:10) -> 0', 'ran out -> 0'));

  it('leaves the last unit', () =>
    given(toppedUp(10)).when(use('9.999999999')).then('consumed 9.999999999 (9.999999999 out of g1:9.999999999) -> 0.000000001'));

  it('is never refused: what is not there goes uncovered, by the unit', () =>
    given(toppedUp(10))
      .when(use('10.000000001'))
      .then(
        'consumed 10 and 0.000000001 uncovered (10.000000001 out of g1:10 and 0.000000001 uncovered) -> 0 booked, 0 held, 0 available, 0.000000001 uncovered',
        'ran out -> 0 booked, 0 held, 0 available, 0.000000001 uncovered',
      ));

  it('goes uncovered on a balance that never had anything, without a warning', () =>
    given()
      .when(use(5))
      .then('consumed 0 and 5 uncovered (5 out of nothing and 5 uncovered) -> 0 booked, 0 held, 0 available, 5 uncovered'));

  it('adds up what is uncovered, and a top-up does not pay for it', () =>
    given(toppedUp(1), used(3))
      .when(topUp(10))
      .then(
        'topped up g2:10 -> 10 booked, 0 held, 10 available, 2 uncovered',
        'recovered from run_out at 0 -> 10 booked, 0 held, 10 available, 2 uncovered',
      ));

  it('packs lines into one debit, each with its own allocation, in their order', () =>
    given(toppedUp(10), toppedUp(5))
      .when(use(8, 4, 5))
      .then(
        'consumed 15 and 2 uncovered (8 out of g1:8; 4 out of g1:2 g2:2; 5 out of g2:3 and 2 uncovered) -> 0 booked, 0 held, 0 available, 2 uncovered',
        'ran out -> 0 booked, 0 held, 0 available, 2 uncovered',
      ));

  it('of nothing takes nothing and is recorded', () => given(toppedUp(10)).when(use(0)).then('consumed 0 (0 out of nothing) -> 10'));

  it('does not draw on what is held', () =>
    given(toppedUp(10), held(4))
      .when(use(8))
      .then(
        'consumed 6 and 2 uncovered (8 out of g1:6 and 2 uncovered) -> 4 booked, 4 held, 0 available, 2 uncovered',
        'ran out -> 4 booked, 4 held, 0 available, 2 uncovered',
      ));

  it('goes uncovered where debits are suspended, whatever is there, and the next debit finds it all', () => {
    const stopped = given(toppedUp(10)).when({ type: 'Consume', at: NOON, lines: [usage(4, NOON)], suspended: true });
    stopped.then('consumed 0 and 4 uncovered (4 out of nothing and 4 uncovered) -> 10 booked, 0 held, 10 available, 4 uncovered');
  });

  it('goes uncovered while the balance is paused', () =>
    given(toppedUp(10), paused())
      .when(use(3))
      .then('consumed 0 and 3 uncovered (3 out of nothing and 3 uncovered) -> 10 booked, 0 held, 10 available, 3 uncovered'));

  it('below zero is a fault of the caller, never an amount that comes back', () =>
    expect(() => given(toppedUp(10)).when(use(-1))).toThrow(RangeError));
});

describe('the time of usage', () => {
  const window = { effectiveAt: NOON, expiresAt: inMinutes(10) };
  const usedAt = (moment: typeof NOON) => given(toppedUp(10, window)).when(use(usage(1, moment))).events[0];
  const covered = { type: 'CreditsConsumed', lines: [{ allocation: [{ grant: 'g1' }] }] };
  const uncovered = { type: 'CreditsConsumed', lines: [{ allocation: [] }] };

  it.each([
    ['a millisecond before effective_at', later(NOON, -1), uncovered],
    ['at effective_at', NOON, covered],
    ['a millisecond before expires_at', later(inMinutes(10), -1), covered],
    ['at expires_at', inMinutes(10), uncovered],
  ])('%s', (_, moment, expected) => expect(usedAt(moment)).toMatchObject(expected));

  it('of any age is covered by a grant without effective_at', () =>
    given(toppedUp(10))
      .when(use(usage(1, inMinutes(-100_000))))
      .then('consumed 1 (1 out of g1:1) -> 9'));

  it('decides line by line, in one debit', () =>
    given(toppedUp(10, window), toppedUp(5))
      .when(use(usage(1, inMinutes(-1)), usage(2, NOON), usage(3, inMinutes(10))))
      .then('consumed 6 (1 out of g2:1; 2 out of g1:2; 3 out of g2:3) -> 9'));

  it('before the expiry is covered when it comes late, as long as the expiry is not posted', () =>
    given(toppedUp(10, window))
      .when(after(11 * MINUTE_MS, use(usage(4, inMinutes(9)))))
      .then('consumed 4 (4 out of g1:4) -> 6 booked, 0 held, 0 available', 'ran out -> 6 booked, 0 held, 0 available'));

  it('before the expiry goes uncovered once the expiry is posted', () =>
    given(toppedUp(10, window), afterwards(11 * MINUTE_MS, { happened: sweep() }))
      .when(after(12 * MINUTE_MS, use(usage(4, inMinutes(9)))))
      .then('consumed 0 and 4 uncovered (4 out of nothing and 4 uncovered) -> 0 booked, 0 held, 0 available, 4 uncovered'));
});

describe('a deduction', () => {
  it('takes the credits, to the last one', () =>
    given(toppedUp(60)).when(deduct(60)).then('deducted 60 out of g1:60 -> 0', 'ran out -> 0'));

  it('keeps its reason and the reference it was given', () =>
    expect(given(toppedUp(60)).when(deduct(1, 'ticket_1')).events).toMatchObject([
      { type: 'CreditsDeducted', reason: 'correction', reference: 'ticket_1' },
    ]));

  it('is refused whole when the balance is one unit short', () =>
    given(toppedUp(60)).when(deduct('60.000000001')).thenRefused('insufficient_credits'));

  it('does not touch what is held', () => given(toppedUp(60), held(1)).when(deduct(60)).thenRefused('insufficient_credits'));

  it('does not touch what has expired, swept or not', () =>
    given(toppedUp(60, { expiresAt: inMinutes(1) }))
      .when(after(MINUTE_MS, deduct(1)))
      .thenRefused('insufficient_credits'));

  it('finds what an ended hold gave back, and posts its end first', () =>
    given(toppedUp(10), held(10, inMinutes(5)))
      .when(after(5 * MINUTE_MS, deduct(10)))
      .then('hold h1:10 expired to g1:10 -> 10', 'deducted 10 out of g1:10 -> 0'));

  it('that is refused posts nothing, not even the end of a hold', () => {
    const balance = given(toppedUp(10), held(10, inMinutes(5)));
    balance.when(after(5 * MINUTE_MS, deduct(11))).thenRefused('insufficient_credits');
    balance.when(release('h1')).then('released h1:10 to g1:10 -> 10', 'recovered from run_out at 0 -> 10');
  });
});
