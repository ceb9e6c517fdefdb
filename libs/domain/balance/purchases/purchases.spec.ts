import { later } from '@drawdown/domain/amounts';
import { type BalanceCommand, decide, evolve } from '../balance';
import { dueAt } from '../due';
import { GRANTS_MAX } from '../grants/grant';
import { ENDED_PURCHASES_MAX, PENDING_PORTAL_PURCHASES_MAX, PENDING_PURCHASES_MAX } from './purchase';
import type { Balance } from '../state';
import {
  absolute,
  after,
  afterwards,
  close,
  closed,
  confirm,
  confirmed,
  created,
  failed,
  failPurchase,
  given,
  grant,
  money,
  NOON,
  paused,
  purchase,
  purchased,
  sweep,
  swept,
  toppedUp,
  topUp,
  units,
  use,
} from '../model/drawdown.fixtures';

const inMs = (ms: number) => later(NOON, ms);

describe('a purchase', () => {
  it('adds nothing until it is confirmed, and is pending', () =>
    given(toppedUp(5)).when(purchase(10)).then('started p1:10 for 10 EUR -> 5, 10 pending'));

  it('is credited in the append of its confirmation', () =>
    given(toppedUp(5), purchased(10)).when(confirm('p1', 10)).then('succeeded p1 with 10 EUR as g2 -> 5', 'topped up g2:10 -> 15'));

  it('is credited with its own terms, at what was paid for it, under the reference of the payment', () => {
    const bought = grant(1000, { priority: 7, expiresAt: inMs(99), metadata: { bundle: 'large' } });
    const conversion = { credits: units(1000), creditPrice: units('0.01'), priceVersion: 3 };
    const started = purchase(1000, { grant: bought, conversion, asked: money('9.99') });
    const { events } = given({ happened: started }).when(confirm('p1', '9.99', { providerPaymentId: 'pi_1' }));
    expect(events).toMatchObject([
      { type: 'PurchaseSucceeded', purchaseId: 'p1', grantId: 'g1', providerEventId: 'evt_1', providerPaymentId: 'pi_1' },
      { type: 'ToppedUp', purchaseId: 'p1', conversion, grant: { ...grant, id: 'g1', costBasis: money('9.99'), reference: 'pi_1' } },
    ]);
  });

  it('is referred to by the event of the provider where no payment is named', () =>
    expect(given(purchased(10)).when(confirm('p1', 10)).events).toMatchObject([{}, { grant: { reference: 'evt_1' } }]));

  it('is of paid origin, whatever was said', () =>
    expect(given(purchased(10, { grant: grant(10, { origin: 'free' }) })).when(confirm('p1', 10)).events).toMatchObject([
      {},
      { grant: { origin: 'paid' } },
    ]));

  it('lets the balance recover when it is credited, and not before', () => {
    const spent = [created({ limits: [absolute('warning', 5)] }), toppedUp(10), { happened: use(10) }] as const;
    given(...spent)
      .when(purchase(10))
      .then('started p1:10 for 10 EUR -> 0, 10 pending');
    given(...spent, purchased(10))
      .when(confirm('p1', 10))
      .then(
        'succeeded p1 with 10 EUR as g2 -> 0',
        'topped up g2:10 -> 10',
        'recovered from run_out at 0 -> 10',
        'recovered from warning at 5 -> 10',
      );
  });

  it('is accepted while paused, from its start to its credit', () => {
    given(paused()).when(purchase(10)).then('started p1:10 for 10 EUR -> 0, 10 pending');
    given(purchased(10), paused()).when(confirm('p1', 10)).then('succeeded p1 with 10 EUR as g1 -> 0', 'topped up g1:10 -> 10');
  });

  it('is one of several, each under its own number', () =>
    given(purchased(10), purchased(20), purchased(30))
      .when(confirm('p2', 20))
      .then('succeeded p2 with 20 EUR as g1 -> 0, 40 pending', 'topped up g1:20 -> 20, 40 pending'));

  it('asks for money, and for a grant that can count', () => {
    given()
      .when(purchase(1, { asked: money(0) }))
      .thenRefused('amount_not_positive');
    given()
      .when(purchase(0, { asked: money(1) }))
      .thenRefused('amount_not_positive');
    given().when(purchase('0.000000001')).then('started p1:0.000000001 for 0.000000001 EUR -> 0, 0.000000001 pending');
    given()
      .when(purchase(1, { grant: grant(1, { expiresAt: NOON }) }))
      .thenRefused('grant_never_effective');
    given()
      .when(purchase(1, { expiresAt: NOON }))
      .thenRefused('purchase_already_expired');
    given()
      .when(purchase(1, { expiresAt: inMs(1) }))
      .then('started p1:1 for 1 EUR -> 0, 1 pending');
    given(closed()).when(purchase(1)).thenRefused('balance_closed');
  });
});

describe('a confirmation', () => {
  const credited = [purchased(10), confirmed('p1', 10, { providerPaymentId: 'pi_1' })] as const;

  it('twice is one credit, and both are recorded', () => {
    const twice = given(...credited).when(confirm('p1', 10, { providerPaymentId: 'pi_1' }));
    twice.then('repeated that p1 succeeded -> 10');
    expect(twice.events).toMatchObject([
      { type: 'DuplicateNotification', paid: money(10), providerEventId: 'evt_1', providerPaymentId: 'pi_1' },
    ]);
  });

  it('under another event of the same payment is one credit', () =>
    given(...credited)
      .when(confirm('p1', 10, { providerEventId: 'evt_2', providerPaymentId: 'pi_1' }))
      .then('repeated that p1 succeeded -> 10'));

  it('of a payment that was credited to another purchase is flagged, and names it', () => {
    const shared = confirm('p2', 10, { providerEventId: 'evt_2', providerPaymentId: 'pi_1', creditedTo: 'p1' });
    const second = given(...credited, purchased(10)).when(shared);
    second.then('flagged p2: payment_of_other_purchase (10 EUR) -> 10, 10 pending');
    expect(second.events).toMatchObject([{ creditedTo: 'p1', asked: money(10), providerPaymentId: 'pi_1' }]);
    given(...credited, purchased(10))
      .when({ ...shared, paid: money(9) } as BalanceCommand)
      .then('flagged p2: payment_of_other_purchase (9 EUR) -> 10, 10 pending');
    given(...credited)
      .when(confirm('p1', 10, { providerPaymentId: 'pi_1', creditedTo: 'p1' }))
      .then('repeated that p1 succeeded -> 10');
  });

  it('of another payment is flagged: the money was taken twice', () => {
    given(...credited)
      .when(confirm('p1', 10, { providerEventId: 'evt_2', providerPaymentId: 'pi_2' }))
      .then('flagged p1: already_succeeded (10 EUR) -> 10');
    given(...credited)
      .when(confirm('p1', 10, { providerEventId: 'evt_2' }))
      .then('flagged p1: already_succeeded (10 EUR) -> 10');
  });

  it('of the same payment with another amount is flagged', () =>
    given(...credited)
      .when(confirm('p1', 11, { providerPaymentId: 'pi_1' }))
      .then('flagged p1: already_succeeded (11 EUR) -> 10'));

  it('of another amount or currency is flagged, by the unit, and the purchase waits on', () => {
    const waiting = given(purchased(10));
    waiting.when(confirm('p1', '9.999999999')).then('flagged p1: other_amount (9.999999999 EUR) -> 0, 10 pending');
    waiting.when(confirm('p1', '10.000000001')).then('flagged p1: other_amount (10.000000001 EUR) -> 0, 10 pending');
    waiting.when(confirm('p1', money(10, 'USD'))).then('flagged p1: other_currency (10 USD) -> 0, 10 pending');
    given(purchased(10), confirmed('p1', 9)).when(confirm('p1', 10)).then('succeeded p1 with 10 EUR as g1 -> 0', 'topped up g1:10 -> 10');
  });

  it('says what was asked beside what was paid, when it is flagged', () =>
    expect(given(purchased(10)).when(confirm('p1', 9, { providerPaymentId: 'pi_1' })).events).toMatchObject([
      { type: 'PurchaseFlagged', paid: money(9), asked: money(10), providerEventId: 'evt_1', providerPaymentId: 'pi_1' },
    ]));

  it('of a purchase that never was is refused', () => {
    given(purchased(10)).when(confirm('p2', 10)).thenRefused('purchase_not_found', { purchaseId: 'p2' });
    given().when(failPurchase('p1')).thenRefused('purchase_not_found');
    given(purchased(10)).when(confirm('p01', 10)).thenRefused('purchase_not_found');
  });

  it('of another provider than the one that was asked is refused, as long as it is known who was', () => {
    const other = { provider: 'manual', providerPaymentId: 'pi_1' };
    given(purchased(10))
      .when(confirm('p1', 10, other))
      .thenRefused('purchase_of_other_provider', { provider: 'stripe', reportedBy: 'manual' });
    given(purchased(10), failed('p1'))
      .when(confirm('p1', 10, other))
      .thenRefused('purchase_of_other_provider');
    given(purchased(10), confirmed('p1', 10))
      .when(confirm('p1', 9, other))
      .then('flagged p1: already_succeeded (9 EUR) -> 10');
  });

  it('of a grant that would have expired is flagged, by a millisecond: nobody pays for nothing', () => {
    const short = given(purchased(10, { grant: grant(10, { expiresAt: inMs(5) }) }));
    short.when(after(4, confirm('p1', 10))).then('succeeded p1 with 10 EUR as g1 -> 0', 'topped up g1:10 -> 10');
    short.when(after(5, confirm('p1', 10))).then('flagged p1: grant_already_expired (10 EUR) -> 0, 10 pending');
  });
});

describe('money that comes late', () => {
  const short = purchased(10, { expiresAt: inMs(5) });

  it('after the purchase expired is credited, and said to be late, by a millisecond', () => {
    given(short)
      .when(after(4, confirm('p1', 10)))
      .then('succeeded p1 with 10 EUR as g1 -> 0', 'topped up g1:10 -> 10');
    given(short)
      .when(after(5, confirm('p1', 10)))
      .then('nobody paid p1 -> 0', 'succeeded p1 with 10 EUR as g1, late: it had expired -> 0', 'topped up g1:10 -> 10');
    given(short, afterwards(5, swept()))
      .when(after(6, confirm('p1', 10)))
      .then('succeeded p1 with 10 EUR as g1, late: it had expired -> 0', 'topped up g1:10 -> 10');
  });

  it('after a failure is credited, and said to be late', () =>
    given(purchased(10), failed('p1'))
      .when(confirm('p1', 10))
      .then('succeeded p1 with 10 EUR as g1, late: it had failed -> 0', 'topped up g1:10 -> 10'));

  it('is credited once', () =>
    given(purchased(10), failed('p1'), confirmed('p1', 10))
      .when(confirm('p1', 10, { providerEventId: 'evt_2' }))
      .then('flagged p1: already_succeeded (10 EUR) -> 10'));

  it('of another amount is flagged as ever', () =>
    given(purchased(10), failed('p1')).when(confirm('p1', 9)).then('flagged p1: other_amount (9 EUR) -> 0'));

  it('for a balance that is closed is flagged, and for its next life too', () => {
    given(purchased(10), failed('p1'), closed()).when(confirm('p1', 10)).then('flagged p1: balance_closed (10 EUR) -> 0');
    given(purchased(10), failed('p1'), closed(), created())
      .when(confirm('p1', 10))
      .then('flagged p1: purchase_no_longer_tracked (10 EUR) -> 0');
    given(purchased(10), failed('p1'), closed(), created()).when(purchase(1)).then('started p2:1 for 1 EUR -> 0, 1 pending');
  });

  it('for a closed balance that had been credited is the same payment repeated', () =>
    given(purchased(10), confirmed('p1', 10), closed()).when(confirm('p1', 10)).then('repeated that p1 succeeded -> 0'));
});

describe('a failure', () => {
  it('ends what is pending', () => given(toppedUp(1), purchased(10)).when(failPurchase('p1')).then('failed p1: declined -> 1'));

  it('has its code, its reason and the event that reported it', () =>
    expect(
      given(purchased(10)).when(failPurchase('p1', 'card_declined', { reason: 'no funds', providerEventId: 'evt_9' })).events,
    ).toMatchObject([{ type: 'PurchaseFailed', code: 'card_declined', reason: 'no funds', providerEventId: 'evt_9' }]));

  it('reported again, or after the expiry, changes nothing and is recorded', () => {
    given(purchased(10), failed('p1')).when(failPurchase('p1')).then('repeated that p1 failed -> 0');
    given(purchased(10, { expiresAt: inMs(5) }), afterwards(5, swept()))
      .when(after(5, failPurchase('p1')))
      .then('repeated that p1 expired -> 0');
    given(purchased(10, { expiresAt: inMs(5) }))
      .when(after(5, failPurchase('p1')))
      .then('nobody paid p1 -> 0', 'repeated that p1 expired -> 0');
  });

  it('after the money, out of order, is flagged and takes nothing back', () =>
    given(purchased(10), confirmed('p1', 10)).when(failPurchase('p1')).then('flagged p1: failed_after_success -> 10'));
});

describe('the expiry of a purchase', () => {
  const two = [purchased(10, { expiresAt: inMs(9) }), purchased(20, { expiresAt: inMs(5) })] as const;

  it('is posted when it is due, not a millisecond sooner, the soonest first', () => {
    given(...two)
      .when(after(4, sweep()))
      .then();
    given(...two)
      .when(after(5, sweep()))
      .then('nobody paid p2 -> 0, 10 pending');
    given(...two)
      .when(after(9, sweep()))
      .then('nobody paid p2 -> 0, 10 pending', 'nobody paid p1 -> 0');
    given(...two, afterwards(9, swept()))
      .when(after(9, sweep()))
      .then();
  });

  it('is the next due time', () => {
    expect(dueAt(given(...two).state)).toBe(inMs(5));
    expect(dueAt(given(purchased(1)).state)).toBeUndefined();
    expect(dueAt(given(...two, failed('p2')).state)).toBe(inMs(9));
  });

  it('lets the balance close, which waits for what is pending', () => {
    given(toppedUp(1), ...two)
      .when(after(8, close()))
      .thenRefused('purchases_pending', { purchases: 1 });
    given(toppedUp(1), ...two)
      .when(after(9, close()))
      .then('nobody paid p2 -> 1, 10 pending', 'nobody paid p1 -> 1', 'closed 1 out of g1:1 -> 0');
  });
});

describe('the bounds', () => {
  const stateAfter = (state: Balance, ...commands: readonly BalanceCommand[]): Balance =>
    commands.reduce((before, command) => {
      const decision = decide(command, before);
      if (!decision.accepted) throw new Error(decision.refusal.code);
      return decision.events.reduce(evolve, before);
    }, state);
  const times = <T>(count: number, one: (n: number) => T) => Array.from({ length: count }, (_, i) => one(i + 1));

  it('of what is pending: one less makes room, and so does what has expired', () => {
    const full = given(...times(PENDING_PURCHASES_MAX, (n) => purchased(1, n === 1 ? { expiresAt: inMs(5) } : {})));
    full.when(after(4, purchase(1))).thenRefused('too_many_purchases', { max: PENDING_PURCHASES_MAX });
    expect(full.when(after(5, purchase(1))).state.purchases?.pending).toHaveLength(PENDING_PURCHASES_MAX);
  });

  it('of what customers bought by themselves: the account has room beside it', () => {
    const full = given(...times(PENDING_PORTAL_PURCHASES_MAX, () => purchased(1, { by: 'portal' })));
    full.when(purchase(1, { by: 'portal' })).thenRefused('too_many_purchases', { max: PENDING_PORTAL_PURCHASES_MAX });
    for (const by of ['staff', 'auto_top_up'] as const)
      expect(full.when(purchase(1, { by })).state.purchases?.pending).toHaveLength(PENDING_PORTAL_PURCHASES_MAX + 1);
    const oneLess = given(
      ...times(PENDING_PORTAL_PURCHASES_MAX, () => purchased(1)),
      ...times(PENDING_PORTAL_PURCHASES_MAX - 1, () => purchased(1, { by: 'portal' })),
    );
    expect(oneLess.when(purchase(1, { by: 'portal' })).state.purchases?.pending).toHaveLength(PENDING_PURCHASES_MAX);
  });

  it('of what is remembered: money for the oldest is flagged, for the next one credited', () => {
    const ended = stateAfter(given().state, ...times(ENDED_PURCHASES_MAX + 1, (n) => [purchase(1), failPurchase(`p${n}`)]).flat());
    expect(ended.purchases?.ended).toHaveLength(ENDED_PURCHASES_MAX);
    expect(decide(confirm('p1', 1), ended)).toMatchObject({ events: [{ type: 'PurchaseFlagged', reason: 'purchase_no_longer_tracked' }] });
    expect(decide(failPurchase('p1'), ended)).toMatchObject({
      events: [{ type: 'PurchaseFlagged', reason: 'purchase_no_longer_tracked' }],
    });
    expect(decide(confirm('p2', 1), ended)).toMatchObject({
      events: [{ type: 'PurchaseSucceeded', late: 'failed' }, { type: 'ToppedUp' }],
    });
  });

  it('of grants: what is pending has its place among them, and what was paid late is added beyond them', () => {
    const almost = stateAfter(given().state, ...times(GRANTS_MAX - 2, () => topUp(1)), purchase(1), purchase(2), failPurchase('p2'));
    const full = stateAfter(almost, topUp(1));
    for (const command of [topUp(1), purchase(1)])
      expect(decide(command, full)).toEqual({ accepted: false, refusal: { code: 'too_many_grants', max: GRANTS_MAX } });
    expect(stateAfter(full, confirm('p1', 1)).grants).toHaveLength(GRANTS_MAX);
    expect(stateAfter(full, confirm('p1', 1), confirm('p2', 2)).grants).toHaveLength(GRANTS_MAX + 1);
  });
});
