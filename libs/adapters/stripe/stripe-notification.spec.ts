import { amount, type Instant, instant, later } from '@drawdown/domain/amounts';
import { type IncomingNotice, type PaymentNotification } from '@drawdown/engine/payments';
import fc from 'fast-check';
import { delivered, eventOf, session, WEBHOOK_SECRET } from './stripe-double.fixtures';
import { NOTICE_AGE_MS_MAX, NOTICE_BYTES_MAX, readStripeNotification } from './stripe-notification';

const now: Instant = instant('2024-03-01T12:00:00Z');
const read = (notification: IncomingNotice, secrets: readonly string[] = [WEBHOOK_SECRET], deployment = 'drawdown'): PaymentNotification =>
  readStripeNotification(notification, { secrets, deployment });
const outcome = (notification: PaymentNotification): string => ('problem' in notification ? notification.problem : notification.outcome);

const COMPLETED = 'checkout.session.completed';
const paid = eventOf(COMPLETED);
const about = {
  provider: 'stripe',
  eventId: 'evt_1',
  purchaseId: 'p1',
  customerId: 'cus_1',
  reference: 'cs_test_1',
  happenedAt: now,
};
const confirmed = { outcome: 'confirmed', ...about, paid: { amount: amount('20'), currency: 'EUR' } };

describe('a notice of Stripe', () => {
  it.each([COMPLETED, 'checkout.session.async_payment_succeeded'])('%s confirms what was paid', (type) =>
    expect(read(delivered(eventOf(type), now))).toEqual(confirmed),
  );

  it('of a checkout that is completed and not paid yet confirms nothing', () =>
    expect(read(delivered(eventOf(COMPLETED, session({ payment_status: 'unpaid' })), now))).toMatchObject({ outcome: 'ignored' }));

  it('says what was paid, whatever was asked for', () => {
    const event = eventOf(COMPLETED, session({ amount_total: 0, currency: 'jpy', payment_status: 'no_payment_required' }));
    expect(read(delivered(event, now))).toMatchObject({ outcome: 'confirmed', paid: { amount: amount('0'), currency: 'JPY' } });
  });

  it.each([
    ['checkout.session.async_payment_failed', 'declined'],
    ['checkout.session.expired', 'expired'],
  ])('%s says that it failed: %s', (type, code) =>
    expect(read(delivered(eventOf(type, session({ payment_status: 'unpaid' })), now))).toEqual({ outcome: 'failed', ...about, code }),
  );

  it.each([
    ['of another kind', eventOf('payment_intent.succeeded')],
    ['of a kind of checkout that nobody knows', eventOf('checkout.session.postponed')],
    ['of a checkout that is none of ours', eventOf(COMPLETED, session({ metadata: {} }))],
    ['of a checkout without metadata', eventOf(COMPLETED, session({ metadata: null }))],
  ])('%s is received and passed over', (_, event) => expect(read(delivered(event, now))).toMatchObject({ outcome: 'ignored' }));

  it('of another deployment is passed over', () =>
    expect(read(delivered(paid, now), [WEBHOOK_SECRET], 'staging')).toMatchObject({ outcome: 'ignored' }));

  it.each([
    ['no JSON', 'not json'],
    ['a list', '[]'],
    ['null', 'null'],
    ['an event without id', eventOf(COMPLETED, session(), { id: undefined })],
    ['an event without type', eventOf('')],
    ['an event without time', eventOf(COMPLETED, session(), { created: 'today' })],
    ['a thin event', '{"object":"v2.core.event"}'],
    ['a session without id', eventOf(COMPLETED, session({ id: 7 }))],
    ['an amount with a fraction', eventOf(COMPLETED, session({ amount_total: 20.5 }))],
    ['a currency that is none', eventOf(COMPLETED, session({ currency: 'xxx' }))],
  ])('that is signed and is %s is malformed', (_, event) => expect(outcome(read(delivered(event, now)))).toBe('malformed'));
});

describe('the signature', () => {
  it('is asked for', () => {
    expect(outcome(read({ ...delivered(paid, now), headers: {} }))).toBe('signature_missing');
    expect(outcome(read({ ...delivered(paid, now), headers: { 'stripe-signature': '' } }))).toBe('signature_missing');
  });

  it.each(['nonsense', 't=1709294400', 'v1=00', 't=1709294400,v1=', 't=,v1=00', 't=1709294400,v0=00'])('is not %s', (header) =>
    expect(outcome(read({ ...delivered(paid, now), headers: { 'stripe-signature': header } }))).toBe('signature_wrong'),
  );

  it('of another secret is wrong', () =>
    expect(outcome(read(delivered(paid, now, { secret: 'whsec_of_somebody_else' })))).toBe('signature_wrong'));

  it('of either secret counts while one replaces the other', () => {
    const old = delivered(paid, now, { secret: 'whsec_old' });
    expect(read(old, [WEBHOOK_SECRET, 'whsec_old'])).toEqual(confirmed);
    expect(read(delivered(paid, now), [WEBHOOK_SECRET, 'whsec_old'])).toEqual(confirmed);
    expect(outcome(read(old, ['whsec_new', WEBHOOK_SECRET]))).toBe('signature_wrong');
  });

  it('covers every byte', () =>
    fc.assert(
      fc.property(fc.nat(paid.length - 1), fc.integer({ min: 1, max: 255 }), (place, flip) => {
        const { headers, body, receivedAt } = delivered(paid, now);
        const changed = Buffer.from(body);
        changed[place] = changed[place]! ^ flip;
        expect(outcome(read({ headers, body: changed, receivedAt }))).toBe('signature_wrong');
      }),
      { seed: 20_261_122 },
    ));

  it('covers the bytes as they came: the same JSON written in another way is another text', () => {
    const pretty = JSON.stringify(JSON.parse(paid), null, 2);
    const { headers, receivedAt } = delivered(paid, now);
    expect(outcome(read({ headers, body: Buffer.from(pretty), receivedAt }))).toBe('signature_wrong');
    expect(read(delivered(pretty, now))).toEqual(confirmed);
  });

  it('covers its time, so that an old one cannot be made young', () => {
    const old = delivered(paid, now, { signedAt: now - 3_600_000 });
    const younger = old.headers['stripe-signature']?.replace(/t=\d+/, `t=${now / 1_000}`);
    expect(outcome(read({ ...old, headers: { 'stripe-signature': younger } }))).toBe('signature_wrong');
  });

  it('is taken up to its age, in both directions, and not a millisecond beyond', () => {
    const at = (ms: number) => outcome(read({ ...delivered(paid, now), receivedAt: later(now, ms) }));
    expect([at(NOTICE_AGE_MS_MAX), at(NOTICE_AGE_MS_MAX + 1)]).toEqual(['confirmed', 'too_old']);
    expect([at(-NOTICE_AGE_MS_MAX), at(-NOTICE_AGE_MS_MAX - 1)]).toEqual(['confirmed', 'too_old']);
  });

  it('with two times is not believed in either', () => {
    const { headers, body } = delivered(paid, now, { signedAt: now - 3_600_000 });
    for (const header of [`t=${now / 1_000},${headers['stripe-signature']}`, `${headers['stripe-signature']},t=${now / 1_000}`])
      expect(read({ headers: { 'stripe-signature': header }, body, receivedAt: now })).toMatchObject({ outcome: 'problem' });
  });
});

describe('a delivery', () => {
  it('that comes again has the same key, however late it was signed anew', () => {
    const first = read(delivered(paid, now));
    const again = read(delivered(paid, later(now, 3_600_000)));
    expect(again).toEqual(first);
    expect(first).toMatchObject({ outcome: 'confirmed', eventId: 'evt_1' });
  });

  it('is read up to its limit', () => {
    const padded = (bytes: number) => paid + ' '.repeat(bytes - paid.length);
    expect(outcome(read(delivered(padded(NOTICE_BYTES_MAX), now)))).toBe('confirmed');
    expect(outcome(read(delivered(padded(NOTICE_BYTES_MAX + 1), now)))).toBe('too_large');
  });

  it('without any bytes is no notification', () =>
    expect(outcome(read({ ...delivered(paid, now), body: Buffer.alloc(0) }))).toBe('signature_wrong'));
});
