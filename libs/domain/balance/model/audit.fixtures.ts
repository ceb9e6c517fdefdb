/**
 * The audit of a history: the invariants, judged on what was decided alone (commands, events, states), and beside it the
 * test's own books. Throws a sentence for the first thing that is wrong.
 */
import { deepStrictEqual, fail } from 'node:assert/strict';
import type { Decision } from '@drawdown/domain/decider';
import type { BalanceCommand } from '../balance';
import type { BalanceEvent, EventOf } from '../events';
import type { GrantTerms } from '../grants/grant';
import type { BalanceRefusal } from '../refusals';
import type { Balance } from '../state';
import { Books } from './books.fixtures';
import type { BalanceDecider } from './drawdown.fixtures';
import { sentence } from './sentences.fixtures';

type Answer = Decision<BalanceEvent, BalanceRefusal, Balance>;

/** Runs a history through a decider and audits every step. `onStep` sees each command, its answer and the state after it. */
export function audit(
  decider: BalanceDecider,
  history: readonly BalanceCommand[],
  onStep: (command: BalanceCommand, answer: Answer, before: Balance, after: Balance) => void = () => {},
): void {
  const books = new Books();
  const ledger = new Sums();
  let state = decider.initial;
  for (const command of history) {
    const before = state;
    const answer = decider.decide(command, state);
    const predicted = books.predict(command);
    same(`the answer to ${command.type}`, outcome(answer.accepted ? answer.events.map(sentence) : answer.refusal.code), outcome(predicted));
    for (const event of answer.accepted ? answer.events : []) {
      const { recordedAt = event.at } = event as { readonly recordedAt?: number };
      if (recordedAt !== command.at) fail('an event has not the time of its command');
      if (event.at > recordedAt || (event.at < recordedAt && event.at < (state.latestAt ?? 0)))
        fail('an event counts from a time that is not its own');
      state = decider.evolve(state, event);
      ledger.add(event);
      sameFigures(state, event);
    }
    if (answer.accepted && answer.state !== undefined) deepStrictEqual(answer.state, state, 'the state decided is not the state evolved');
    if (answer.accepted && command.type === 'Consume') ledger.rate(command);
    agrees(state, books);
    onStep(command, answer, before, state);
  }
}

/** The sentences of the events, or the code of the refusal. */
const outcome = (answer: readonly string[] | string): string => (typeof answer === 'string' ? `refused: ${answer}` : answer.join('\n'));

/** I3 and I4, by the events' own words. */
class Sums {
  private booked = 0n;
  private reserved = 0n;
  private settled = 0n;
  private rated = 0n;
  private unbilled = 0n;
  private readonly purchases = new Map<string, EventOf<'PurchaseStarted'>>();
  private readonly succeeded = new Map<string, EventOf<'PurchaseSucceeded'>>();
  private readonly credited = new Set<string>();
  private readonly terms = new Map<string, GrantTerms>();
  /** The amount that each payment took from each grant, less the returned amount. */
  private readonly paid = new Map<string, Map<string, bigint>>();

  add(event: BalanceEvent): void {
    switch (event.type) {
      case 'ToppedUp':
        this.booked += event.grant.amount;
        this.terms.set(event.grant.id, event.grant);
        if (event.purchaseId !== undefined) this.credit(event.purchaseId, event);
        break;
      case 'CreditsConsumed':
        for (const line of event.lines) equal('a usage line', line.amount, parts(line.allocation) + line.uncovered);
        equal(
          'a packed debit',
          event.amount,
          event.lines.reduce((all, line) => all + parts(line.allocation), 0n),
        );
        equal(
          'its uncovered part',
          event.uncovered,
          event.lines.reduce((all, line) => all + line.uncovered, 0n),
        );
        this.booked -= event.amount;
        this.settled += event.amount + event.uncovered;
        break;
      case 'InvoicePaid':
        equal('a payment', event.amount, parts(event.allocation));
        equal('what was due', event.due, event.amount + event.remaining);
        this.booked -= event.amount;
        this.unbilled -= event.billed;
        this.paid.set(event.paymentId, new Map(event.allocation.map((part) => [part.grant, part.amount])));
        deepStrictEqual(
          event.terms,
          event.allocation.map((part) => this.terms.get(part.grant)),
          'terms of what was paid from',
        );
        break;
      case 'InvoicePaymentReversed': {
        equal('a reversal', event.amount, parts(event.returned));
        this.booked += event.amount;
        const taken = this.paid.get(event.paymentId) ?? new Map<string, bigint>();
        for (const part of event.returned) {
          const left = (taken.get(part.grant) ?? 0n) - part.amount;
          if (left < 0n) fail(`grant ${part.grant} gets back more than was taken from it`);
          taken.set(part.grant, left);
        }
        equal(
          'what is left of the payment',
          event.remaining,
          [...taken.values()].reduce((all, n) => all + n, 0n),
        );
        deepStrictEqual(
          event.restored,
          event.restored.map(({ id }) => this.terms.get(id)),
          'terms of what is there again',
        );
        break;
      }
      case 'PurchaseStarted':
        this.purchases.set(event.purchaseId, event);
        break;
      case 'PurchaseSucceeded':
        if (this.succeeded.has(event.purchaseId)) fail(`purchase ${event.purchaseId} succeeds twice`);
        this.succeeded.set(event.purchaseId, event);
        break;
      case 'UsageAccrued':
        equal('an accrual', event.amount, parts(event.lines));
        this.unbilled += event.amount;
        break;
      case 'CreditsDeducted':
      case 'Closed':
        equal('a debit', event.amount, parts(event.allocation));
        this.booked -= event.amount;
        break;
      case 'HoldPlaced':
        equal('a hold', event.amount, parts(event.allocation));
        this.reserved += event.amount;
        break;
      case 'HoldCaptured':
        equal('a capture', event.amount, parts(event.captured) + parts(event.overrun));
        this.booked -= event.amount;
        this.reserved -= parts(event.captured) + parts(event.released);
        break;
      case 'HoldReleased':
      case 'HoldExpired':
        equal('a release', event.amount, parts(event.released));
        this.reserved -= event.amount;
        break;
      case 'TopUpVoided':
      case 'GrantExpired':
        this.booked -= event.amount;
        break;
      case 'Created':
      case 'GrantBecameEffective':
      case 'GrantExpiring':
      case 'LowBalanceReached':
      case 'BalanceRanOut':
      case 'BalanceRecovered':
      case 'LimitsSet':
      case 'PurchaseFailed':
      case 'PurchaseExpired':
      case 'PurchaseFlagged':
      case 'DuplicateNotification':
      case 'Paused':
      case 'Resumed':
        break;
    }
    equal('booked by I3', event.figures.booked, this.booked);
    equal('held by the holds', event.figures.held, this.reserved);
    equal('unbilled by what accrued', event.figures.unbilled ?? 0n, this.unbilled);
  }

  /** A purchase is credited once, with the requested and paid amount. */
  private credit(id: string, { grant: { id: grantId, ...grant }, conversion }: EventOf<'ToppedUp'>): void {
    const [started, paid] = [this.purchases.get(id), this.succeeded.get(id)];
    if (!started || paid?.grantId !== grantId || this.credited.has(id)) fail(`purchase ${id} is credited without having been paid for it`);
    this.credited.add(id);
    const reference = paid.providerPaymentId ?? paid.providerEventId;
    deepStrictEqual(
      { paid: paid.paid, grant, conversion },
      { paid: started.asked, grant: { ...started.grant, costBasis: started.asked, reference }, conversion: started.conversion },
    );
    same('its origin', grant.origin, 'paid');
  }

  /** consumed + uncovered = rated. */
  rate(command: Extract<BalanceCommand, { type: 'Consume' }>): void {
    for (const line of command.lines) this.rated += line.amount;
    equal('consumed and uncovered', this.settled, this.rated);
  }
}

/** I4 and I5: nothing is negative, and the state that the next command meets is the one that this event's figures tell. */
function sameFigures(state: Balance, { at, figures }: BalanceEvent): void {
  let booked = 0n;
  let held = 0n;
  let available = 0n;
  for (const { id, remaining, held: reserved, effectiveAt = -Infinity, expiresAt = Infinity } of state.grants) {
    if (reserved < 0n || remaining < reserved || remaining === 0n) fail(`grant ${id} is negative or empty`);
    booked += remaining;
    held += reserved;
    if (effectiveAt <= at && !(expiresAt <= at)) available += remaining - reserved;
  }
  let reserved = 0n;
  for (const { id, amount, allocation } of state.holds) {
    if (amount <= 0n || allocation.some((part) => part.amount <= 0n)) fail(`hold ${id} is not positive`);
    equal(`hold ${id}`, amount, parts(allocation));
    reserved += amount;
  }
  equal('booked by I5', figures.booked, booked);
  equal('held by I5', figures.held, held);
  equal('held by its holds', held, reserved);
  equal('available by I5', figures.available, available);
  const { granted, consumed, captured, deducted, paid, returned, expired, voided, closed, uncovered } = state.totals;
  equal('the totals by I3', booked, granted + returned - consumed - captured - deducted - paid - expired - voided - closed);
  equal('uncovered', figures.uncovered, uncovered);
  const waiting = (state.purchases?.pending ?? []).reduce((sum, purchase) => sum + purchase.grant.amount, 0n);
  equal('pending by I5', figures.pending ?? 0n, waiting);
  equal('unbilled by I5', figures.unbilled ?? 0n, state.unbilled ?? 0n);
  if ([booked, held, available, state.unbilled ?? 0n, ...Object.values(state.totals)].some((figure) => figure < 0n))
    fail('a figure is negative');
}

/** The state equals the model, grant by grant and hold by hold. */
function agrees(state: Balance, books: Books): void {
  const standing = books.grants.all
    .map((grant) => ({
      id: grant.id,
      held: books.grants.heldIn(grant),
      remaining: books.grants.heldIn(grant) + (grant.accounts.get('free') ?? 0n),
    }))
    .filter((grant) => grant.remaining > 0n);
  same('grants', listed(state.grants), listed(standing));
  same('holds', state.holds.map((hold) => hold.id).join(' '), [...books.holds.keys()].join(' '));
  same('status', state.status, books.status);
}

const listed = (all: readonly { readonly id: string; readonly remaining: bigint; readonly held: bigint }[]): string =>
  all
    .map(({ id, remaining, held }) => `${id}: ${remaining}, ${held} held`)
    .sort()
    .join('; ');
function same(what: string, got: string, wanted: string): void {
  if (got !== wanted) fail(`${what}: [${got}] and not [${wanted}]`);
}
const parts = (amounts: readonly { readonly amount: bigint }[]): bigint => amounts.reduce((all, part) => all + part.amount, 0n);
function equal(what: string, got: bigint, wanted: bigint): void {
  if (got !== wanted) fail(`${what}: ${got} is not ${wanted}`);
}
