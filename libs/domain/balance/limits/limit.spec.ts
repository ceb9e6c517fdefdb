import { later } from '@drawdown/domain/amounts';
import {
  absolute,
  after,
  created,
  deduct,
  given,
  held,
  limited,
  NOON,
  percent,
  release,
  setLimits,
  sweep,
  toppedUp,
  topUp,
  units,
  use,
  used,
} from '../model/drawdown.fixtures';
import { type Limit, limitsProblem, thresholdOf } from './limit';

const MINUTE_MS = 60_000;
const warned = (...limits: readonly Limit[]) => created({ limits });
const at50 = warned(absolute('warning', 50));

describe('a low-balance limit', () => {
  it('warns when the balance comes to it exactly', () =>
    given(at50, toppedUp(100)).when(use(50)).then('consumed 50 (50 out of g1:50) -> 50', 'low on warning at 50 -> 50'));

  it('warns one unit below it', () =>
    given(at50, toppedUp(100))
      .when(use('50.000000001'))
      .then('consumed 50.000000001 (50.000000001 out of g1:50.000000001) -> 49.999999999', 'low on warning at 50 -> 49.999999999'));

  it('is silent one unit above it', () =>
    given(at50, toppedUp(100))
      .when(use('49.999999999'))
      .then('consumed 49.999999999 (49.999999999 out of g1:49.999999999) -> 50.000000001'));

  it('warns once per crossing', () => given(at50, toppedUp(100), used(50)).when(use(10)).then('consumed 10 (10 out of g1:10) -> 40'));

  it('is armed again only above it, and says so', () => {
    given(at50, toppedUp(100), used(60)).when(topUp(10)).then('topped up g2:10 -> 50');
    given(at50, toppedUp(100), used(60))
      .when(topUp('10.000000001'))
      .then('topped up g2:10.000000001 -> 50.000000001', 'recovered from warning at 50 -> 50.000000001');
  });

  it('warns again after it was armed again', () =>
    given(at50, toppedUp(100), used(60), toppedUp(20))
      .when(use(10))
      .then('consumed 10 (10 out of g1:10) -> 50', 'low on warning at 50 -> 50'));

  it('that was not recovered past does not warn again', () =>
    given(at50, toppedUp(100), used(60), toppedUp(10)).when(use(10)).then('consumed 10 (10 out of g1:10) -> 40'));

  it('does not warn of a balance that never was above it', () => {
    given(at50).when(topUp(50)).then('topped up g1:50 -> 50');
    given(at50, toppedUp(50)).when(use(1)).then('consumed 1 (1 out of g1:1) -> 49');
  });

  it('of zero warns together with the run-out, before it', () =>
    given(warned(absolute('zero', 0)), toppedUp(1))
      .when(use(1))
      .then('consumed 1 (1 out of g1:1) -> 0', 'low on zero at 0 -> 0', 'ran out -> 0'));

  it('warns of what is held, of what is deducted and of what expires', () => {
    given(at50, toppedUp(60), held(9))
      .when(deduct(1))
      .then('deducted 1 out of g1:1 -> 59 booked, 9 held, 50 available', 'low on warning at 50 -> 59 booked, 9 held, 50 available');
    given(at50, toppedUp(10, { expiresAt: later(NOON, MINUTE_MS) }), toppedUp(50))
      .when(after(MINUTE_MS, sweep()))
      .then('expired g1:10 -> 50', 'low on warning at 50 -> 50');
  });

  it('recovers when a hold gives back enough', () =>
    given(at50, toppedUp(60), held(10)).when(release('h1')).then('released h1:10 to g1:10 -> 60', 'recovered from warning at 50 -> 60'));
});

describe('several limits', () => {
  const two = warned(absolute('low', 20), absolute('high', 50));

  it('are met from the highest down, and the run-out last', () =>
    given(two, toppedUp(100))
      .when(use(100))
      .then('consumed 100 (100 out of g1:100) -> 0', 'low on high at 50 -> 0', 'low on low at 20 -> 0', 'ran out -> 0'));

  it('are recovered from the lowest up, the run-out first', () =>
    given(two, toppedUp(100), used(100))
      .when(topUp(51))
      .then(
        'topped up g2:51 -> 51',
        'recovered from run_out at 0 -> 51',
        'recovered from low at 20 -> 51',
        'recovered from high at 50 -> 51',
      ));

  it('are crossed each by itself', () =>
    given(two, toppedUp(100), used(50)).when(use(30)).then('consumed 30 (30 out of g1:30) -> 20', 'low on low at 20 -> 20'));
});

describe('a limit in percent of the last top-up', () => {
  const tenth = warned(percent('tenth', 10));

  it('warns at its share, by the unit', () => {
    given(tenth, toppedUp(100)).when(use(90)).then('consumed 90 (90 out of g1:90) -> 10', 'low on tenth at 10 -> 10');
    given(tenth, toppedUp(100))
      .when(use('89.999999999'))
      .then('consumed 89.999999999 (89.999999999 out of g1:89.999999999) -> 10.000000001');
  });

  it('moves with every top-up', () =>
    given(tenth, toppedUp(100), toppedUp(200))
      .when(use(280))
      .then('consumed 280 (280 out of g1:100 g2:180) -> 20', 'low on tenth at 20 -> 20'));

  it('recovers by a top-up that moves it', () =>
    given(tenth, toppedUp(100), used(95)).when(topUp(20)).then('topped up g2:20 -> 25', 'recovered from tenth at 2 -> 25'));

  it('of a hundred percent is met by the first unit', () =>
    given(warned(percent('all', 100)), toppedUp(10), toppedUp(5))
      .when(use(10))
      .then('consumed 10 (10 out of g1:10) -> 5', 'low on all at 5 -> 5'));

  it('is rounded half to even', () => {
    const half = percent('half', 50);
    expect(['0.000000001', '0.000000003', '0.000000005'].map((last) => thresholdOf(half, units(last)))).toEqual([0n, 2n, 2n]);
  });
});

describe('running out', () => {
  it('is reported at zero and not one unit above it', () => {
    given(toppedUp(5)).when(use('4.999999999')).then('consumed 4.999999999 (4.999999999 out of g1:4.999999999) -> 0.000000001');
    given(toppedUp(5)).when(use(5)).then('consumed 5 (5 out of g1:5) -> 0', 'ran out -> 0');
  });

  it('is reported once', () =>
    given(toppedUp(5), used(5))
      .when(use(1))
      .then('consumed 0 and 1 uncovered (1 out of nothing and 1 uncovered) -> 0 booked, 0 held, 0 available, 1 uncovered'));

  it('is reported again after a recovery of one unit', () => {
    given(toppedUp(5), used(5))
      .when(topUp('0.000000001'))
      .then('topped up g2:0.000000001 -> 0.000000001', 'recovered from run_out at 0 -> 0.000000001');
    given(toppedUp(5), used(5), toppedUp(1)).when(use(1)).then('consumed 1 (1 out of g2:1) -> 0', 'ran out -> 0');
  });

  it('and back within one command is no news', () =>
    given(toppedUp(5), held(5, later(NOON, MINUTE_MS)))
      .when(after(MINUTE_MS, deduct(5)))
      .then('hold h1:5 expired to g1:5 -> 5', 'deducted 5 out of g1:5 -> 0'));
});

describe('setting limits', () => {
  it('above the balance does not warn: the balance has not crossed them', () =>
    given(toppedUp(10))
      .when(setLimits(absolute('warning', 20)))
      .then('limits set: warning at 20 -> 10'));

  it('below the balance arms them', () =>
    given(toppedUp(10), limited(absolute('warning', 5)))
      .when(use(5))
      .then('consumed 5 (5 out of g1:5) -> 5', 'low on warning at 5 -> 5'));

  it('keeps the state of one that stays as it was', () =>
    given(at50, toppedUp(100), used(60), limited(absolute('warning', 50), absolute('last', 5)))
      .when(topUp(20))
      .then('topped up g2:20 -> 60', 'recovered from warning at 50 -> 60'));

  it('starts one anew that was changed', () =>
    given(at50, toppedUp(100), used(60), limited(absolute('warning', 45)))
      .when(topUp(20))
      .then('topped up g2:20 -> 60'));

  it('can take all away', () => given(at50, toppedUp(100), limited()).when(use(60)).then('consumed 60 (60 out of g1:60) -> 40'));

  it.each([
    ['0% is out of range', [percent('a', 0)], 'limit_out_of_range'],
    ['more than 100% is out of range', [percent('a', '100.000000001')], 'limit_out_of_range'],
    ['an absolute limit below zero is out of range', [absolute('a', '-0.000000001')], 'limit_out_of_range'],
    ['a repeated id comes before a value out of range', [absolute('a', -1), absolute('b', 1), absolute('b', 1)], 'duplicate_limit'],
    ['nine are too many, whatever they are', Array.from({ length: 9 }, () => absolute('a', -1)), 'too_many_limits'],
  ])('%s', (_, limits, code) => expect(limitsProblem(limits)).toMatchObject({ code }));

  it.each([
    ['100%', [percent('a', 100)]],
    ['the least percentage', [percent('a', '0.000000001')]],
    ['zero', [absolute('a', 0)]],
    ['eight', Array.from({ length: 8 }, (__, i) => absolute(`l${i}`, i))],
  ])('%s will do', (_, limits) => expect(limitsProblem(limits)).toBeUndefined());
});
