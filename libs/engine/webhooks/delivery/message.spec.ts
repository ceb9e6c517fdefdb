import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { amount, later } from '@drawdown/domain/amounts';
import { autoTopUp } from '@drawdown/domain/auto-top-up';
import { type BalanceCommand, creditBalance, type UsageToConsume, wallet } from '@drawdown/domain/balance';
import { type Aggregate, type AggregateTypes, storedTypeOf, writeEvent } from '@drawdown/domain/decider';
import { type RecordedEvent, streams } from '@drawdown/engine/event-store';
import { HOUR, NOON, SECRET } from '../dispatch/dispatcher.fixtures';
import { type WebhookMessage, messagesOf, USAGE_LINES_MAX } from './message';
import { webhookEndpoint } from '../endpoint/webhook-endpoint';
import { WEBHOOK_TYPES } from './webhook-types';

/** What the ledger would have recorded of these commands. */
function recorded<T extends AggregateTypes>(aggregate: Aggregate<T>, stream: string, ...commands: T['command'][]): RecordedEvent[] {
  let state = aggregate.decider.initial;
  const events: RecordedEvent[] = [];
  for (const command of commands) {
    const decision = aggregate.decider.decide(command, state);
    if (!decision.accepted) throw new Error(decision.refusal.code);
    for (const event of decision.events) {
      state = aggregate.decider.evolve(state, event);
      const revision = events.length;
      const id = `00000000-0000-8000-8000-${String(revision).padStart(12, '0')}`;
      const data = writeEvent(aggregate, event);
      events.push({
        id,
        type: storedTypeOf(aggregate, event),
        data,
        metadata: '{}',
        stream,
        revision,
        position: BigInt(revision),
        recordedAt: later(NOON, 7),
      });
    }
  }
  return events;
}

const line = (value: string, id: string): UsageToConsume => ({
  source: 'api',
  id,
  bodyHash: 'b',
  time: '2026-03-01T12:00:00Z',
  usedAt: NOON,
  amount: amount(value),
  parts: [],
});
const topUp = (value: string): BalanceCommand => ({
  type: 'TopUp',
  at: NOON,
  grant: {
    origin: 'paid',
    priority: 100,
    amount: amount(value),
    reference: 'pi_1',
    expiresAt: later(NOON, HOUR),
    metadata: { orderId: 'A7' },
  },
});
const life = (create: BalanceCommand): BalanceCommand[] => [
  create,
  topUp('10'),
  { type: 'Consume', at: NOON, lines: [line('6', 'u1')] },
  { type: 'Consume', at: NOON, lines: [line('3', 'u2'), line('2.5', 'u3')] },
  topUp('20'),
  { type: 'Deduct', at: NOON, amount: amount('1'), reason: 'mistake' },
  { type: 'PlaceHold', at: NOON, amount: amount('2') },
  { type: 'CaptureHold', at: NOON, holdId: 'h1', amount: amount('1'), keepOpen: false, overrun: 'refuse' },
  { type: 'PlaceHold', at: NOON, amount: amount('2'), expiresAt: later(NOON, 1) },
  { type: 'Pause', at: NOON, reason: 'fraud' },
  { type: 'Resume', at: NOON },
  { type: 'Sweep', at: later(NOON, HOUR) },
  { type: 'Close', at: later(NOON, HOUR), reason: 'left' },
];
const euros = (text: string) => ({ amount: amount(text), currency: 'EUR' });
/** What only a wallet does, in its next life. */
const money = (create: BalanceCommand): BalanceCommand[] => [
  create,
  topUp('10'),
  { type: 'PayInvoice', at: NOON, invoiceId: 'inv_1', due: amount('12.34'), minorUnitDigits: 2 },
  {
    type: 'StartPurchase',
    at: NOON,
    grant: { origin: 'paid', priority: 100, amount: amount('5') },
    asked: euros('5'),
    provider: 'stripe',
    by: 'portal',
  },
  {
    type: 'ConfirmPurchase',
    at: NOON,
    purchaseId: 'p1',
    provider: 'stripe',
    providerEventId: 'evt_1',
    providerPaymentId: 'pi_1',
    paid: euros('4.99'),
  },
  { type: 'FailPurchase', at: NOON, purchaseId: 'p1', providerEventId: 'evt_2', code: 'card_declined', reason: 'Your card was declined.' },
  {
    type: 'ConfirmPurchase',
    at: NOON,
    purchaseId: 'p1',
    provider: 'stripe',
    providerEventId: 'evt_3',
    providerPaymentId: 'pi_2',
    paid: euros('5'),
  },
];
const limits = [{ id: 'warning', kind: 'absolute', value: amount('5') }] as const;
const all: readonly RecordedEvent[] = [
  ...recorded(
    wallet,
    streams.wallet('Ada'),
    ...life({ type: 'Create', at: NOON, customerId: 'Ada', currency: 'EUR', limits }),
    ...money({ type: 'Create', at: NOON, customerId: 'Ada', currency: 'EUR', limits }),
  ),
  ...recorded(
    creditBalance,
    streams.creditBalance('Ada', 'api'),
    ...life({ type: 'Create', at: NOON, customerId: 'Ada', creditProductId: 'api', limits }),
  ),
  ...recorded(
    creditBalance,
    streams.creditBalance('Bea', 'api'),
    { type: 'Create', at: NOON, customerId: 'Bea', creditProductId: 'api', limits },
    { type: 'TopUp', at: NOON, grant: { origin: 'paid', priority: 100, amount: amount('7'), expiresAt: later(NOON, 192 * HOUR) } },
    { type: 'Sweep', at: later(NOON, 24 * HOUR) },
  ),
  ...recorded(
    autoTopUp,
    streams.autoTopUp('Ada'),
    {
      type: 'Configure',
      at: NOON,
      customerId: 'Ada',
      currency: 'EUR',
      policy: {
        trigger: { kind: 'threshold', threshold: amount('5') },
        quantity: { kind: 'fixed', amount: amount('20') },
        figure: 'available',
        cooldownMs: 0,
        maximum: { period: 'month', money: amount('60'), count: 3 },
      },
    },
    { type: 'Consider', at: NOON, figures: { available: amount('0'), projected: amount('0'), pending: amount('0') } },
    { type: 'RecordPurchaseStarted', at: NOON, requestId: 'a1', purchaseId: 'p1' },
    { type: 'RecordPurchaseDeclined', at: NOON, requestId: 'a1', reason: 'card_declined' },
    { type: 'Suspend', at: NOON, reason: 'purchase_flagged: other_amount' },
  ),
  ...recorded(
    webhookEndpoint,
    streams.webhookEndpoint('e1'),
    { type: 'CreateEndpoint', at: NOON, id: 'e1', url: 'https://a.example/', eventTypes: [], secret: SECRET },
    { type: 'SendTestPing', at: NOON },
    { type: 'DisableEndpoint', at: NOON, reason: 'only_failures' },
  ),
];
const messages = all.flatMap(messagesOf);
const firstOf = (type: string): WebhookMessage => messages.find((message) => message.type === type)!;

describe('a payload', () => {
  // Receivers are built on these texts. A difference here is a break for every one of them.
  const golden = JSON.parse(readFileSync(join(__dirname, 'message.golden.json'), 'utf8')) as Record<string, unknown>;

  it.each(WEBHOOK_TYPES)('of %s is what it always was', (type) => expect(JSON.parse(firstOf(type).payload)).toEqual(golden[type]));

  it('is canonical: the same event makes the same bytes', () => {
    const again = all.flatMap(messagesOf);
    expect(again.map(({ payload }) => payload)).toEqual(messages.map(({ payload }) => payload));
    expect(firstOf('test.ping').payload).toBe(
      `{"data":{"endpoint_id":"e1","revision":1,"stream":"webhookEndpoint-e1"},"id":"${firstOf('test.ping').webhookId}","timestamp":"2026-03-01T12:00:00.000Z","type":"test.ping"}`,
    );
  });

  it('is not made of an event that does not say when it happened', () => {
    const ping = all.find(({ type }) => type === 'TestPingRequested')!;
    const [message] = messagesOf({ ...ping, data: '{}' });
    expect(() => message!.payload).toThrow('webhookEndpoint-e1 at revision 1 does not say when it happened');
  });

  it('tells no secret', () => expect(messages.some(({ payload }) => payload.includes(SECRET))).toBe(false));

  it('shows the first lines of usage and counts all', () => {
    const lines = Array.from({ length: USAGE_LINES_MAX + 1 }, (_, i) => line('0.1', `u${i}`));
    const create: BalanceCommand = { type: 'Create', at: NOON, customerId: 'Ada', currency: 'EUR', limits: [] };
    const [debited] = recorded(wallet, 'wallet-ada', create, topUp('10'), { type: 'Consume', at: NOON, lines })
      .slice(-1)
      .flatMap(messagesOf);
    expect(JSON.parse(debited!.payload)).toMatchObject({
      data: { usage_events: USAGE_LINES_MAX + 1, usage: lines.slice(0, -1).map(({ id }) => ({ id })) },
    });
  });
});

describe('an event', () => {
  it('that covered some usage and not all makes two messages, under two ids', () => {
    const both = messagesOf(all.find((event) => event.type === 'CreditsConsumed' && !event.data.includes('"uncovered":"0","'))!);
    const partly = all.filter((event) => event.type === 'CreditsConsumed').map((event) => messagesOf(event).map(({ type }) => type));
    expect(partly.slice(0, 2)).toEqual([['wallet.debited'], ['wallet.debited', 'usage.uncovered']]);
    expect(new Set(both.map(({ webhookId }) => webhookId)).size).toBe(both.length);
  });

  it('has an id of its own in every stream it could be in, and another for each type', () => {
    const ids = messages.filter(({ stream }) => stream.startsWith('wallet')).map(({ webhookId }) => webhookId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^msg_[A-Za-z0-9_-]{27}$/);
  });

  it('that no webhook type stands for makes no message', () => {
    expect(messagesOf(all.find(({ type }) => type === 'HoldPlaced')!)).toEqual([]);
    expect(messagesOf(all.find(({ type }) => type === 'WebhookEndpointCreated')!)).toEqual([]);
  });

  it('of an invoice that only settled usage tells no payment', () => {
    const create: BalanceCommand = { type: 'Create', at: NOON, customerId: 'Ada', currency: 'EUR', limits: [] };
    const settled = recorded(
      wallet,
      'wallet-ada',
      create,
      { type: 'Accrue', at: NOON, lines: [line('3', 'u1')] },
      { type: 'PayInvoice', at: NOON, invoiceId: 'inv_1', due: amount('0'), billed: amount('3'), minorUnitDigits: 2 },
    );
    expect(settled.at(-1)?.type).toBe('InvoicePaidFromWallet');
    expect(settled.slice(1).flatMap(messagesOf)).toEqual([]);
  });

  it('recorded in a trace hands it on', () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const traced = { ...all[0]!, metadata: JSON.stringify({ index: 0, size: 1, traceparent }) };
    expect(messagesOf(traced)[0]?.traceparent).toBe(traceparent);
    expect(firstOf('wallet.created').traceparent).toBeUndefined();
  });
});
