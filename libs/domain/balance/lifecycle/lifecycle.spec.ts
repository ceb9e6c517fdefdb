import { later } from '@drawdown/domain/amounts';
import {
  absolute,
  after,
  afterwards,
  close,
  closed,
  create,
  created,
  given,
  givenNothing,
  grant,
  held,
  hold,
  NOON,
  pause,
  paused,
  release,
  resume,
  resumed,
  setLimits,
  sweep,
  toppedUp,
  topUp,
  units,
  use,
  used,
} from '../model/drawdown.fixtures';

describe('creating a balance', () => {
  it('begins with nothing', () => givenNothing().when(create()).then('created for cus_1 -> 0'));

  it('tells its limits, and may begin with a grant', () =>
    givenNothing()
      .when(create({ limits: [absolute('warning', 5)], startingGrant: grant(20) }))
      .then('created for cus_1, warning at 5 -> 0', 'topped up g1:20 -> 20'));

  it('keeps what it was created with', () => {
    const { state } = givenNothing().when(create({ currency: 'EUR', creditProductId: 'api', name: 'API credits' }));
    expect(state).toMatchObject({
      status: 'open',
      customerId: 'cus_1',
      currency: 'EUR',
      creditProductId: 'api',
      name: 'API credits',
    });
  });
});

describe('a top-up', () => {
  it('is recorded with its terms', () => {
    const terms = {
      origin: 'free' as const,
      priority: 7,
      effectiveAt: later(NOON, -1),
      expiresAt: later(NOON, 1),
      costBasis: { amount: units('9.99'), currency: 'EUR' },
      reference: 'pay_1',
      metadata: { campaign: 'spring' },
    };
    const { events, state } = given().when(topUp(10, terms));
    expect(events).toMatchObject([{ type: 'ToppedUp', grant: { ...terms, id: 'g1', amount: units(10) } }]);
    expect(state.grants).toMatchObject([{ ...terms, id: 'g1', remaining: units(10), held: 0n }]);
  });

  it('is accepted while the balance is paused', () => given(paused()).when(topUp(10)).then('topped up g1:10 -> 10'));

  it('never uses a number twice', () =>
    given(toppedUp(1), used(1)).when(topUp(2)).then('topped up g2:2 -> 2', 'recovered from run_out at 0 -> 2'));
});

describe('a pause', () => {
  it('is recorded, with its reason', () => {
    given(toppedUp(10)).when(pause()).then('paused -> 10');
    given(toppedUp(10)).when(pause('a dispute')).then('paused: a dispute -> 10');
  });

  it('ends with a resumption, and debits work again', () => {
    given(toppedUp(10), paused()).when(resume()).then('resumed -> 10');
    given(toppedUp(10), paused(), resumed()).when(use(1)).then('consumed 1 (1 out of g1:1) -> 9');
  });

  it('may end with a reason', () => given(paused()).when(resume('settled')).then('resumed: settled -> 0'));

  it('does not stop expiry, nor the end of a hold', () =>
    given(toppedUp(10, { expiresAt: later(NOON, 2) }), toppedUp(5), held(3, later(NOON, 1)), paused())
      .when(after(2, sweep()))
      .then('hold h1:3 expired to g1:3 -> 15', 'expired g1:10 -> 5'));

  it('lets limits be set', () =>
    given(paused())
      .when(setLimits(absolute('warning', 5)))
      .then('limits set: warning at 5 -> 0'));
});

describe('closing', () => {
  it('posts the residual as an entry, from every grant', () =>
    given(toppedUp(10), toppedUp(5), used(3)).when(close()).then('closed 12 out of g1:7 g2:5 -> 0'));

  it('posts nothing of an empty balance, but its end', () =>
    given(toppedUp(3), used(3)).when(close()).then('closed 0 out of nothing -> 0'));

  it('crosses nothing on the way', () =>
    given(created({ limits: [absolute('warning', 5)] }), toppedUp(10))
      .when(close())
      .then('closed 10 out of g1:10 -> 0'));

  it('includes what has not begun yet', () =>
    given(toppedUp(10, { effectiveAt: later(NOON, 1) }))
      .when(close())
      .then('closed 10 out of g1:10 -> 0'));

  it('is allowed while paused', () => given(toppedUp(1), paused()).when(close()).then('closed 1 out of g1:1 -> 0'));

  it('ends holds whose time has come, and waits for the others', () => {
    const balance = given(toppedUp(10), held(4, later(NOON, 5)));
    balance.when(after(4, close())).thenRefused('holds_open', { holds: 1 });
    balance.when(after(5, close())).then('hold h1:4 expired to g1:4 -> 10', 'closed 10 out of g1:10 -> 0');
  });

  it('leaves nothing to sweep', () =>
    given(toppedUp(10, { expiresAt: later(NOON, 1) }), closed())
      .when(after(1, sweep()))
      .then());

  it.each([
    ['a top-up', topUp(1)],
    ['usage', use(1)],
    ['a hold', hold(1)],
    ['a release', release('h1')],
    ['limits', setLimits()],
    ['a pause', pause()],
    ['a resumption', resume()],
    ['a second close', close()],
  ])('refuses %s from then on', (_, command) => given(toppedUp(10), closed()).when(command).thenRefused('balance_closed'));
});

describe('a balance opened again', () => {
  const again = [toppedUp(10), held(2), used(4), { happened: release('h1') }, closed(), created()];

  it('begins with nothing, and its numbers go on', () => {
    given(toppedUp(10), closed()).when(create()).then('created for cus_1 -> 0');
    given(...again)
      .when(topUp(3))
      .then('topped up g2:3 -> 3');
    given(...again, toppedUp(3))
      .when(hold(1))
      .then('held h2:1 in g2:1 -> 3 booked, 1 held, 2 available');
  });

  it('keeps its books: all that was ever granted, consumed and closed', () => {
    expect(given(...again, toppedUp(3)).state.totals).toMatchObject({
      granted: units(13),
      consumed: units(4),
      closed: units(6),
    });
  });

  it('still tells what went uncovered before', () =>
    given(used(2), closed(), created()).when(topUp(1)).then('topped up g1:1 -> 1 booked, 0 held, 1 available, 2 uncovered'));

  it('has neither the limits nor the last top-up of its former life', () => {
    const { state } = given(created({ limits: [absolute('warning', 5)] }), toppedUp(10), closed(), created());
    expect(state).toMatchObject({ limits: [], lastTopUp: 0n, runOut: 'unarmed' });
  });

  it('may be closed again', () =>
    given(...again, afterwards(1, toppedUp(3)))
      .when(after(2, close()))
      .then('closed 3 out of g2:3 -> 0'));
});
