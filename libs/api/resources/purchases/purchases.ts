/** Purchases: the wallet gets credits after a payment provider has confirmed the money. */
import { optional } from '@drawdown/domain/decider';
import type { RequestOf } from '@drawdown/api/contract';
import { formatInstant, ZERO } from '@drawdown/domain/amounts';
import { type BalanceTypes, PRIORITY_DEFAULT, PRIORITY_MAX } from '@drawdown/domain/balance';
import { balanceMessage, grantMessage } from '../balances/balance-message';
import { requireBalance } from '../balances/balances';
import { type CarriedOut, type CommandCall, readFresh } from '@drawdown/engine/commands';
import { Refused } from '@drawdown/api/errors';
import { type Fields, readRequest } from '../request/fields';
import { REASON_LENGTH_MAX } from '../top-ups/grant-request';
import type { Handlers } from '../operation';
import { pageStart, pageToken } from '../request/pages';
import type { ApiParts } from '../parts';
import { purchasesIn } from './purchase-history';
import { purchaseMessage } from './purchase-message';
import { applyNotification, confirmedByHand, failedByHand, MANUAL, startPurchase } from '@drawdown/engine/payments';
import { answeredAgain, flagIn } from './purchase-notification';
import { readWallet } from '../balances/balance-target';

/** Letter and digits: the ledger makes the ids. */
const PURCHASE_ID_LENGTH_MAX = 32;
const PROVIDER_LENGTH_MAX = 32;
const EVENT_ID_LENGTH_MAX = 128;
const FAILURE_CODE_LENGTH_MAX = 64;
const URL_LENGTH_MAX = 2_048;

type PurchaseHandlers = Pick<Handlers, 'StartPurchase' | 'GetPurchase' | 'ListPurchases' | 'ConfirmPurchase' | 'FailPurchase'>;

export const purchaseOperations = (parts: ApiParts): PurchaseHandlers => ({
  async StartPurchase(request, context) {
    const asked = readRequest(request, (from) => {
      const provider = from.text('provider', PROVIDER_LENGTH_MAX);
      // An unknown provider has no page, so the problem is the provider and not the URL.
      const page = provider !== MANUAL && parts.payments.some(({ name }) => name === provider);
      const by = from.optionalWord('by', ['staff', 'portal']) ?? 'staff';
      if (by === 'portal') leaveToTheAccount(from);
      return {
        customerId: readWallet(from).customerId,
        quantity: readQuantity(from),
        provider,
        by,
        ...optional('expiresAt', from.optionalInstant('expires_at')),
        returnTo: { paid: readUrl(from, 'paid_url', page), cancelled: readUrl(from, 'cancelled_url', page) },
        terms: {
          priority: from.integer('priority', 0, PRIORITY_MAX) ?? PRIORITY_DEFAULT,
          ...optional('expiresAt', from.optionalInstant('grant_expires_at')),
          ...optional('metadata', from.metadata()),
        },
      };
    });
    const { done, started, checkoutUrl, refusal } = await startPurchase(parts, context, asked).catch(ofTheGrant);
    if (refusal) throw new Refused(refusal);
    return { ...after(done), purchase: purchaseMessage(asked.customerId, [started], done.at), checkout_url: checkoutUrl ?? '' };
  },

  async GetPurchase(request, context) {
    const { target, purchaseId, wanted } = readRequest(request, (from) => ({
      target: readWallet(from),
      purchaseId: readPurchaseId(from),
      wanted: from.revision('min_revision'),
    }));
    await requireBalance(parts, target, wanted, context);
    const number = Number(/^p([1-9]\d{0,14})$/.exec(purchaseId)?.[1] ?? 0);
    const { events, revision } = await readFresh(parts.ledger, target.aggregate, target.stream, async ({ state, revision }) => {
      const given = number > 0 && number <= (state.purchases?.count ?? 0);
      const [events] = given ? await purchasesIn(parts, target, revision, { oldest: number, newest: number }) : [];
      if (!events) throw new Refused({ code: 'purchase_not_found', purchaseId });
      return { events, revision };
    });
    const at = parts.clock();
    return { revision, as_of: formatInstant(at), purchase: purchaseMessage(target.customerId, events, at) };
  },

  async ListPurchases(request, context) {
    const { target, page, wanted } = readRequest(request, (from) => ({
      target: readWallet(from),
      page: from.page(),
      wanted: from.revision('min_revision'),
    }));
    const { state, revision } = await requireBalance(parts, target, wanted, context);
    const list = JSON.stringify(['purchases', target.stream]);
    const newest = pageStart(list, page, state.purchases?.count ?? 0);
    const oldest = Math.max(1, newest - page.size + 1);
    const histories = newest < 1 ? [] : await purchasesIn(parts, target, revision, { oldest, newest });
    const at = parts.clock();
    return {
      purchases: histories.map((each) => purchaseMessage(target.customerId, each, at)),
      next_page_token: oldest > 1 ? pageToken(list, String(oldest - 1)) : '',
      revision,
      as_of: formatInstant(at),
    };
  },

  async ConfirmPurchase(request, context) {
    const { target, purchaseId, paid, reference, eventId } = readRequest(request, (from) => ({
      target: readWallet(from),
      purchaseId: readPurchaseId(from),
      paid: { amount: from.amount('amount', { atLeast: ZERO }), currency: from.currency() },
      reference: from.text('payment_id', EVENT_ID_LENGTH_MAX),
      eventId: from.optionalText('event_id', EVENT_ID_LENGTH_MAX),
    }));
    const by = { purchaseId, customerId: target.customerId, reference, at: parts.clock(), ...optional('eventId', eventId) };
    const done = await applyNotification(parts, quiet(context), confirmedByHand(by, paid));
    const again = answeredAgain(context, eventId, done);
    const flagged = flagIn(done.events);
    if (flagged) throw flagged;
    const first = again || done.foundBy === undefined;
    const added = first ? done.events.find((event) => event.type === 'ToppedUp')?.grant : undefined;
    return {
      ...after(done),
      outcome: added ? 'credited' : 'already_credited',
      grant: added && grantMessage({ ...added, remaining: added.amount, held: ZERO }),
    };
  },

  async FailPurchase(request, context) {
    const { target, purchaseId, eventId, failure } = readRequest(request, (from) => ({
      target: readWallet(from),
      purchaseId: readPurchaseId(from),
      eventId: from.optionalText('event_id', EVENT_ID_LENGTH_MAX),
      failure: {
        code: from.text('code', FAILURE_CODE_LENGTH_MAX),
        ...optional('reason', from.optionalText('reason', REASON_LENGTH_MAX)),
      },
    }));
    const by = { purchaseId, customerId: target.customerId, at: parts.clock(), ...optional('eventId', eventId) };
    const done = await applyNotification(parts, quiet(context), failedByHand(by, failure));
    const again = answeredAgain(context, eventId, done);
    const flagged = flagIn(done.events);
    if (flagged) throw flagged;
    const first = again || done.foundBy === undefined;
    return { ...after(done), outcome: first && done.events.some((event) => event.type === 'PurchaseFailed') ? 'failed' : 'already_ended' };
  },
});

/** Whether it is a retry is said once it is known by which key. */
const quiet = ({ key, body, traceparent }: CommandCall): CommandCall => ({ key, body, traceparent, replayed: () => undefined });

/** The expires_at of the request is that of the purchase itself. */
function ofTheGrant(thrown: unknown): never {
  throw thrown instanceof Refused && thrown.refusal.code === 'grant_never_effective'
    ? new Refused(thrown.refusal, 'grant_expires_at')
    : thrown;
}

const readPurchaseId = (from: Fields<{ readonly purchase_id?: string | undefined }>): string =>
  from.text('purchase_id', PURCHASE_ID_LENGTH_MAX);

function readQuantity(from: Fields<RequestOf<'StartPurchase'>>) {
  const amount = from.optionalAmount('amount', { above: ZERO });
  if (amount !== undefined) return { amount };
  const credits = from.optionalAmount('credits', { above: ZERO });
  if (credits === undefined) from.violation('', 'does not say how much', 'send either credits or amount');
  return { credits: credits ?? ZERO };
}

/** A customer must not choose the order of spending, the expiry of the grant, or the expiry of an unpaid purchase. */
function leaveToTheAccount(from: Fields<RequestOf<'StartPurchase'>>): void {
  for (const field of ['priority', 'expires_at', 'grant_expires_at'] as const)
    if (from.has(field)) from.violation(field, 'is not for the customer to choose', 'leave it out, or ask as staff');
}

function readUrl(from: Fields<RequestOf<'StartPurchase'>>, field: 'paid_url' | 'cancelled_url', needed: boolean): string {
  const url = (needed ? from.text(field, URL_LENGTH_MAX) : from.optionalText(field, URL_LENGTH_MAX)) ?? '';
  if (url !== '' && !/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    from.violation(field, 'is no http or https URL', 'send one with a host');
  return url;
}

const after = ({ state, revision, at }: CarriedOut<BalanceTypes>) => ({
  revision,
  balance: balanceMessage(state, revision, at, {}),
});
