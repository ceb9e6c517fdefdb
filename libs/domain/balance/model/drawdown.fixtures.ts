/**
 * The small language of the tests of a balance:
 *
 *     given(toppedUp(60)).when(deduct(60)).then('deducted 60 out of g1:60 -> 0', 'ran out -> 0');
 *     given(toppedUp(59)).when(deduct(60)).thenRefused('insufficient_credits');
 *
 * Everything happens at NOON unless it says `after(ms, ...)`. Each event is one line of text (`sentence`).
 */
import { deepStrictEqual, fail } from 'node:assert/strict';
import { type Amount, amount, type Instant, later } from '@drawdown/domain/amounts';
import { type Decider, given as givenEvents } from '@drawdown/domain/decider';
import { type BalanceCommand, balanceDecider, type BalanceTypes, type CommandOf, decide, evolve } from '../balance';
import type { BalanceEvent } from '../events';
import { type GrantRequest, type Money, PRIORITY_DEFAULT } from '../grants/grant';
import type { Limit } from '../limits/limit';
import type { BalanceRefusal } from '../refusals';
import { initialBalance } from '../state';
import type { UsageToConsume } from '../usage/usage';
import { sentence } from './sentences.fixtures';
import { NOON } from '../../amounts/amounts.fixtures';

export { NOON };

export type BalanceDecider = Decider<BalanceTypes>;
export const realDecider: BalanceDecider = balanceDecider;

/** The smallest amount there is. */
export const UNIT = amount('0.000000001');
export const units = (value: number | string): Amount => amount(String(value));

// What can be asked.
export const create = (rest: Partial<CommandOf<'Create'>> = {}): BalanceCommand => ({
  type: 'Create',
  at: NOON,
  customerId: 'cus_1',
  limits: [],
  ...rest,
});

export const grant = (value: number | string, rest: Partial<GrantRequest> = {}): GrantRequest => ({
  origin: 'paid',
  priority: PRIORITY_DEFAULT,
  ...rest,
  amount: units(value),
});
export const topUp = (value: number | string, rest: Partial<GrantRequest> = {}): BalanceCommand => ({
  type: 'TopUp',
  at: NOON,
  grant: grant(value, rest),
});

export const usage = (value: number | string, usedAt: Instant = NOON, id = 'u1'): UsageToConsume => ({
  source: 'api',
  id,
  bodyHash: 'b1',
  time: '2026-03-01T12:00:00Z',
  usedAt,
  amount: units(value),
  parts: [],
});
export const use = (...lines: readonly (number | string | UsageToConsume)[]): BalanceCommand => ({
  type: 'Consume',
  at: NOON,
  lines: lines.map((line, i) => (typeof line === 'object' ? line : usage(line, NOON, `u${i + 1}`))),
});

export const accrue = (...amounts: readonly (number | string)[]): BalanceCommand => ({
  type: 'Accrue',
  at: NOON,
  lines: amounts.map((amount, i) => usage(amount, NOON, `a${i + 1}`)),
});
export const pay = (due: number | string, rest: Partial<CommandOf<'PayInvoice'>> = {}): BalanceCommand => ({
  type: 'PayInvoice',
  at: NOON,
  invoiceId: 'inv_1',
  due: units(due),
  minorUnitDigits: 2,
  ...rest,
});
/** Of a payment as the story of a test tells it: given the events that the payment made. */
export const reverse = (events: readonly BalanceEvent[], value?: number | string, reason?: string): BalanceCommand => ({
  type: 'ReverseInvoicePayment',
  at: NOON,
  payment: events.find((event) => event.type === 'InvoicePaid') ?? fail('nothing was paid'),
  ...(value !== undefined && { amount: units(value) }),
  ...(reason !== undefined && { reason }),
});
export const money = (value: number | string, currency = 'EUR'): Money => ({ amount: units(value), currency });
/** So many credits for as much money. */
export const purchase = (value: number | string, rest: Partial<CommandOf<'StartPurchase'>> = {}): BalanceCommand => ({
  type: 'StartPurchase',
  at: NOON,
  grant: grant(value),
  asked: money(value),
  provider: 'stripe',
  by: 'staff',
  ...rest,
});
export const confirm = (
  purchaseId: string,
  paid: number | string | Money,
  rest: Partial<CommandOf<'ConfirmPurchase'>> = {},
): BalanceCommand => ({
  type: 'ConfirmPurchase',
  at: NOON,
  purchaseId,
  provider: 'stripe',
  providerEventId: 'evt_1',
  paid: typeof paid === 'object' ? paid : money(paid),
  ...rest,
});
export const failPurchase = (purchaseId: string, code = 'declined', rest: Partial<CommandOf<'FailPurchase'>> = {}): BalanceCommand => ({
  type: 'FailPurchase',
  at: NOON,
  purchaseId,
  code,
  ...rest,
});
export const voidTopUp = (grantId: string, reason = 'charged back'): BalanceCommand => ({ type: 'VoidTopUp', at: NOON, grantId, reason });
export const deduct = (value: number | string, reference?: string): BalanceCommand => ({
  type: 'Deduct',
  at: NOON,
  amount: units(value),
  reason: 'correction',
  ...(reference !== undefined && { reference }),
});
export const hold = (value: number | string, expiresAt?: Instant): BalanceCommand => ({
  type: 'PlaceHold',
  at: NOON,
  amount: units(value),
  ...(expiresAt !== undefined && { expiresAt }),
});
export const capture = (
  holdId: string,
  value: number | string,
  rest: Partial<Pick<CommandOf<'CaptureHold'>, 'keepOpen' | 'overrun'>> = {},
): BalanceCommand => ({
  type: 'CaptureHold',
  at: NOON,
  holdId,
  amount: units(value),
  keepOpen: false,
  overrun: 'refuse',
  ...rest,
});
export const release = (holdId: string): BalanceCommand => ({ type: 'ReleaseHold', at: NOON, holdId });
export const setLimits = (...limits: readonly Limit[]): BalanceCommand => ({ type: 'SetLimits', at: NOON, limits });
export const pause = (reason?: string): BalanceCommand => ({
  type: 'Pause',
  at: NOON,
  ...(reason !== undefined && { reason }),
});
export const resume = (reason?: string): BalanceCommand => ({
  type: 'Resume',
  at: NOON,
  ...(reason !== undefined && { reason }),
});
export const close = (): BalanceCommand => ({ type: 'Close', at: NOON, reason: 'the customer left' });
export const sweep = (): BalanceCommand => ({ type: 'Sweep', at: NOON });

export const at = (moment: Instant, command: BalanceCommand): BalanceCommand => ({ ...command, at: moment });
export const after = (ms: number, command: BalanceCommand): BalanceCommand => at(later(NOON, ms), command);

export const absolute = (id: string, value: number | string): Limit => ({ id, kind: 'absolute', value: units(value) });
export const percent = (id: string, value: number | string): Limit => ({
  id,
  kind: 'percent_of_last_top_up',
  value: units(value),
});

// What has happened: the same words in the past tense.
export type Past = { readonly happened: BalanceCommand };
export const past = (happened: BalanceCommand): Past => ({ happened });
const inThePast =
  <Words extends readonly unknown[]>(ask: (...words: Words) => BalanceCommand) =>
  (...words: Words): Past =>
    past(ask(...words));

export const created = inThePast(create);
export const toppedUp = inThePast(topUp);
export const used = inThePast(use);
export const accrued = inThePast(accrue);
export const paid = inThePast(pay);
export const purchased = inThePast(purchase);
export const confirmed = inThePast(confirm);
export const failed = inThePast(failPurchase);
export const voided = inThePast(voidTopUp);
export const held = inThePast(hold);
export const captured = inThePast(capture);
export const released = inThePast(release);
export const limited = inThePast(setLimits);
export const paused = inThePast(pause);
export const resumed = inThePast(resume);
export const closed = inThePast(close);
export const swept = inThePast(sweep);
export const afterwards = (ms: number, { happened }: Past): Past => past(after(ms, happened));

/** A balance with a history; it was created without limits, unless the history begins by creating it. */
export function given(...history: readonly Past[]) {
  const commands = history.map(({ happened }) => happened);
  return from(commands[0]?.type === 'Create' ? commands : [create(), ...commands]);
}

/** A balance that was never created. */
export const givenNothing = () => from([]);

function from(commands: readonly BalanceCommand[]) {
  let state = initialBalance;
  const events: BalanceEvent[] = [];
  for (const command of commands) {
    const decision = decide(command, state);
    if (!decision.accepted) fail(`what was given did not happen: ${command.type} was refused with ${decision.refusal.code}`);
    state = decision.events.reduce(evolve, state);
    events.push(...decision.events);
  }
  const { when } = givenEvents(realDecider, ...events);
  return {
    state,
    events,
    when: (command: BalanceCommand) => {
      const then = when(command);
      return {
        get state() {
          return then.state;
        },
        get events() {
          return then.events;
        },
        /** Accepted, and this is the whole story: one line per event. */
        then: (...story: readonly string[]) => {
          deepStrictEqual(then.events.map(sentence), story);
          for (const event of then.events) deepStrictEqual('recordedAt' in event ? (event.recordedAt ?? event.at) : event.at, command.at);
        },
        thenRefused: (code: BalanceRefusal['code'], details: Readonly<Record<string, unknown>> = {}) => then.thenRefused(code, details),
      };
    },
  };
}
