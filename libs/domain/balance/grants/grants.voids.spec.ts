import { later } from '@drawdown/domain/amounts';
import {
  absolute,
  after,
  afterwards,
  closed,
  created,
  given,
  held,
  NOON,
  paused,
  swept,
  toppedUp,
  units,
  used,
  voided,
  voidTopUp,
} from '../model/drawdown.fixtures';

const inMs = (ms: number) => later(NOON, ms);

describe('voiding a top-up', () => {
  it('takes back what is left of that grant, and of no other', () =>
    given(toppedUp(10), toppedUp(5), used(3)).when(voidTopUp('g1')).then('voided g1:7, charged back -> 5'));

  it('takes back the last unit', () =>
    given(toppedUp(10), toppedUp(5), used('9.999999999')).when(voidTopUp('g1')).then('voided g1:0.000000001, charged back -> 5'));

  it('finds nothing to take back of a grant that is spent, and never had one of the next number', () => {
    const balance = given(toppedUp(10), toppedUp(5), used(10));
    balance.when(voidTopUp('g1')).thenRefused('nothing_to_void', { grantId: 'g1' });
    balance.when(voidTopUp('g3')).thenRefused('grant_not_found', { grantId: 'g3' });
  });

  it.each(['', 'g', 'g0', 'g01', 'g1.5', 'g-1', 'h1', 'G1', 'g1 '])('knows no grant %j', (grantId) =>
    given(toppedUp(1), used(1)).when(voidTopUp(grantId)).thenRefused('grant_not_found', { grantId }),
  );

  it('is refused whole while one unit of it is held, and takes all once the hold has ended', () => {
    const balance = given(toppedUp(10), held('0.000000001', inMs(5)));
    balance.when(after(4, voidTopUp('g1'))).thenRefused('grant_held', { held: units('0.000000001') });
    balance
      .when(after(5, voidTopUp('g1')))
      .then('hold h1:0.000000001 expired to g1:0.000000001 -> 10', 'voided g1:10, charged back -> 0', 'ran out -> 0');
  });

  it('leaves to the expiry what has expired, by a millisecond', () => {
    const balance = given(toppedUp(10, { expiresAt: inMs(5) }), toppedUp(1));
    balance.when(after(4, voidTopUp('g1'))).then('voided g1:10, charged back -> 1');
    balance.when(after(5, voidTopUp('g1'))).thenRefused('nothing_to_void');
    given(toppedUp(10, { expiresAt: inMs(5) }), afterwards(5, swept()))
      .when(after(5, voidTopUp('g1')))
      .thenRefused('nothing_to_void');
  });

  it('takes back a grant that has not begun yet', () =>
    given(toppedUp(10, { effectiveAt: inMs(5) }))
      .when(voidTopUp('g1'))
      .then('voided g1:10, charged back -> 0'));

  it('works while paused, and not once closed', () => {
    given(toppedUp(10), paused()).when(voidTopUp('g1')).then('voided g1:10, charged back -> 0', 'ran out -> 0');
    given(toppedUp(10), closed()).when(voidTopUp('g1')).thenRefused('balance_closed');
  });

  it('warns as every other loss does, and is counted apart', () => {
    const voiding = given(created({ limits: [absolute('warning', 5)] }), toppedUp(10), toppedUp(5)).when(voidTopUp('g1'));
    voiding.then('voided g1:10, charged back -> 5', 'low on warning at 5 -> 5');
    expect(voiding.state.totals).toMatchObject({ granted: units(15), voided: units(10), deducted: 0n });
  });

  it('leaves the last top-up as it was, for limits in percent of it', () =>
    expect(given(toppedUp(5), toppedUp(10), voided('g2')).state.lastTopUp).toBe(units(10)));
});
