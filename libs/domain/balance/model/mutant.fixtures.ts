/** Bugs on purpose: deciders that do almost what the balance does. The audit has to find each of them (`audit.fixtures.spec.ts`). */
import { type Amount, minus, plus, ZERO } from '@drawdown/domain/amounts';
import { accept } from '@drawdown/domain/decider';
import type { BalanceCommand } from '../balance';
import type { BalanceEvent } from '../events';
import { drawDown, type Grant } from '../grants/grant';
import type { Balance } from '../state';
import { type BalanceDecider, realDecider } from './drawdown.fixtures';

type Answer = ReturnType<BalanceDecider['decide']>;
const { decide } = realDecider;

/** Decides on a state that is not the one that it was given. */
export const seeing = (change: (state: Balance, command: BalanceCommand) => Balance): BalanceDecider => ({
  ...realDecider,
  decide: (command, state) => decide(command, change(state, command)),
});
/** Records something else than was decided. */
export const recording = (change: (event: BalanceEvent, state: Balance) => readonly BalanceEvent[]): BalanceDecider => ({
  ...realDecider,
  decide: (command, state) => {
    const answer = decide(command, state);
    return answer.accepted ? accept(...answer.events.flatMap((event) => change(event, state))) : answer;
  },
});
export const answering = (change: (answer: Answer, command: BalanceCommand, state: Balance) => Answer): BalanceDecider => ({
  ...realDecider,
  decide: (command, state) => change(decide(command, state), command, state),
});

const withGrants =
  (change: (grant: Grant) => Grant) =>
  (state: Balance): Balance => ({ ...state, grants: state.grants.map(change) });
const shifted = (grant: Grant, by: number): Grant => ({
  ...grant,
  ...(grant.expiresAt !== undefined && { expiresAt: (grant.expiresAt + by) as Grant['expiresAt'] & number }),
});
export const UNIT = 1n as Amount;

export const MUTANTS: Readonly<Record<string, BalanceDecider>> = {
  'an allocation off by one unit': recording((event) =>
    event.type === 'CreditsDeducted'
      ? [
          {
            ...event,
            allocation: event.allocation.map((part, i) => (i ? part : { ...part, amount: plus(part.amount, UNIT) })),
          },
        ]
      : [event],
  ),
  'a usage line off by one unit': recording((event) =>
    event.type === 'CreditsConsumed'
      ? [{ ...event, lines: event.lines.map((line, i) => (i ? line : { ...line, amount: plus(line.amount, UNIT) })) }]
      : [event],
  ),
  'the expiry counted in (at expires_at it still covers)': seeing(withGrants((grant) => shifted(grant, 1))),
  'the beginning counted out (at effective_at it does not cover yet)': seeing(
    withGrants((grant) =>
      grant.effectiveAt === undefined ? grant : { ...grant, effectiveAt: (grant.effectiveAt + 1) as Grant['effectiveAt'] & number },
    ),
  ),
  'expiry left to the sweeper': seeing((state, command) =>
    command.type === 'Sweep' ? state : { ...state, grants: state.grants.map(({ expiresAt: _, ...rest }) => rest) },
  ),
  'holds ended by nobody but the sweeper': seeing((state, command) =>
    command.type === 'Sweep' ? state : { ...state, holds: state.holds.map(({ expiresAt: _, ...rest }) => rest) },
  ),
  'late usage judged by the time of the command': answering((_, command, state) =>
    decide(
      command.type === 'Consume' ? { ...command, lines: command.lines.map((line) => ({ ...line, usedAt: command.at })) } : command,
      state,
    ),
  ),
  'uncovered usage not counted': recording((event) => (event.type === 'CreditsConsumed' ? [{ ...event, uncovered: ZERO }] : [event])),
  'uncovered usage refused': answering((answer, command, state) =>
    command.type === 'Consume' && answer.accepted && drawDown(state.grants, command.lines[0]!.amount, command.lines[0]!.usedAt).short > ZERO
      ? { accepted: false, refusal: { code: 'insufficient_credits', available: ZERO, requested: ZERO } }
      : answer,
  ),
  'a request clipped to what is there': answering((answer, command, state) =>
    command.type === 'Deduct' && !answer.accepted && answer.refusal.code === 'insufficient_credits' && answer.refusal.available > ZERO
      ? decide({ ...command, amount: answer.refusal.available }, state)
      : answer,
  ),
  'a line crossed only below it': recording((event) =>
    event.type === 'LowBalanceReached' && event.figures.available === event.threshold ? [] : [event],
  ),
  'a run-out that nobody reports': recording((event) => (event.type === 'BalanceRanOut' ? [] : [event])),
  'a warning given twice': recording((event) => (event.type === 'LowBalanceReached' ? [event, event] : [event])),
  'a line armed again at the line': {
    ...realDecider,
    evolve: (state, event) => {
      const after = realDecider.evolve(state, event);
      return event.type === 'ToppedUp' ? { ...after, runOut: 'above' } : after;
    },
  },
  'held value forgotten in available': recording((event) => [
    {
      ...event,
      figures: { ...event.figures, available: plus(event.figures.available, event.figures.held) },
    },
  ]),
  'held value spent by others': seeing(withGrants((grant) => ({ ...grant, held: ZERO }))),
  'held value expired': seeing((state, command) =>
    command.type === 'Sweep' ? withGrants((grant) => ({ ...grant, held: ZERO }))(state) : state,
  ),
  'a release to another grant': recording((event, state) =>
    event.type === 'HoldReleased' && state.grants.length > 1
      ? [
          {
            ...event,
            released: event.released.map((part) => ({
              ...part,
              grant: state.grants.find((grant) => grant.id !== part.grant)!.id,
            })),
          },
        ]
      : [event],
  ),
  'a release to another grant, in the figures alone': recording((event, state) => {
    const other = state.grants.find(
      (grant) => event.type === 'HoldReleased' && event.released.every((part) => part.grant !== grant.id) && grant.held > ZERO,
    );
    if (event.type !== 'HoldReleased' || !other) return [event];
    return [{ ...event, grants: [{ id: other.id, remaining: other.remaining, held: minus(other.held, UNIT) }] }];
  }),
  'paid spent before free': seeing((state) => ({
    ...state,
    grants: [...state.grants].sort((a, b) => a.priority - b.priority || (a.origin < b.origin ? 1 : a.origin > b.origin ? -1 : 0)),
  })),
  'the last expiry first': seeing((state) => ({
    ...state,
    grants: [...state.grants].sort((a, b) => a.priority - b.priority || (b.expiresAt ?? Infinity) - (a.expiresAt ?? Infinity) || 0),
  })),
  'a spent grant forgotten one unit early': {
    ...realDecider,
    evolve: (state, event) => {
      const after = realDecider.evolve(state, event);
      return { ...after, grants: after.grants.filter((grant) => grant.remaining > UNIT) };
    },
  },
  'totals that forget what was captured': {
    ...realDecider,
    evolve: (state, event) => {
      const after = realDecider.evolve(state, event);
      return event.type === 'HoldCaptured' ? { ...after, totals: { ...after.totals, captured: state.totals.captured } } : after;
    },
  },
  'a paused balance debited': seeing((state, command) =>
    state.status === 'paused' && command.type === 'Consume' ? { ...state, status: 'open' } : state,
  ),
  'a payment of fractions of a cent': answering((answer, command, state) => {
    if (command.type !== 'PayInvoice' || !answer.accepted) return answer;
    const fine = decide({ ...command, minorUnitDigits: 9 }, state);
    const { minorUnitDigits } = command;
    return fine.accepted
      ? accept(...fine.events.map((event) => (event.type === 'InvoicePaid' ? { ...event, minorUnitDigits } : event)))
      : fine;
  }),
  'an invoice refused where not all of it can be paid': answering((answer, command) =>
    answer.accepted && answer.events.some((event) => event.type === 'InvoicePaid' && event.remaining > ZERO) && 'due' in command
      ? { accepted: false, refusal: { code: 'insufficient_credits', available: ZERO, requested: command.due } }
      : answer,
  ),
  'an invoice paid while paused': seeing((state, command) =>
    command.type === 'PayInvoice' && state.status === 'paused' ? { ...state, status: 'open' } : state,
  ),
  'an invoice that leaves its usage unbilled': seeing((state, command) => {
    const { unbilled: _, ...without } = state;
    return command.type === 'PayInvoice' && command.billed === undefined ? without : state;
  }),
  'a payment recorded where nothing happened': answering((answer, command, state) =>
    command.type === 'PayInvoice' && answer.accepted && answer.events.length === 0
      ? decide({ type: 'Accrue', at: command.at, lines: [] }, state)
      : answer,
  ),
  'a payment given back twice': seeing((state, command) =>
    command.type === 'ReverseInvoicePayment' && state.invoicePayments
      ? { ...state, invoicePayments: { ...state.invoicePayments, reversed: [] } }
      : state,
  ),
  'a payment given back to the first grant first': answering((answer, command, state) =>
    command.type === 'ReverseInvoicePayment'
      ? decide({ ...command, payment: { ...command.payment, allocation: [...command.payment.allocation].reverse() } }, state)
      : answer,
  ),
  'a payment given back to another grant': answering((answer, command, state) => {
    const other = state.grants[0]?.id;
    if (command.type !== 'ReverseInvoicePayment' || other === undefined) return answer;
    const allocation = command.payment.allocation.map(({ amount }) => ({ grant: other, amount }));
    return command.payment.allocation.length === 1 ? decide({ ...command, payment: { ...command.payment, allocation } }, state) : answer;
  }),
  'money given back to an expired grant, and kept': answering((answer, command, state) => {
    if (command.type !== 'ReverseInvoicePayment') return answer;
    const terms = command.payment.terms.map(({ expiresAt: _, ...rest }) => rest);
    return decide(
      { ...command, payment: { ...command.payment, terms } },
      { ...state, grants: state.grants.map(({ expiresAt: _, ...rest }) => rest) },
    );
  }),
  'a grant that comes back with other terms': answering((answer, command, state) => {
    if (command.type !== 'ReverseInvoicePayment') return answer;
    const terms = command.payment.terms.map((grant) => ({ ...grant, costBasis: { amount: UNIT, currency: 'EUR' } }));
    return decide({ ...command, payment: { ...command.payment, terms } }, state);
  }),
  'a reversal clipped to what is left': answering((answer, command, state) =>
    command.type === 'ReverseInvoicePayment' && !answer.accepted && answer.refusal.code === 'reversal_exceeds_payment'
      ? decide({ ...command, amount: answer.refusal.left }, state)
      : answer,
  ),
  'a payment of a former life given back': seeing((state, command) =>
    command.type === 'ReverseInvoicePayment' && state.invoicePayments
      ? { ...state, invoicePayments: { ...state.invoicePayments, finalUpTo: 0 } }
      : state,
  ),
  'limits that do not look at what waits for its invoice': seeing(({ unbilled: _, ...state }) => state),
  'accrued usage debited': answering((answer, command, state) =>
    command.type === 'Accrue' ? decide({ ...command, type: 'Consume' }, state) : answer,
  ),
  'accrued usage refused while paused': answering((answer, command, state) =>
    command.type === 'Accrue' && state.status === 'paused' ? { accepted: false, refusal: { code: 'balance_paused' } } : answer,
  ),
  'an accrual that tells no warning': recording((event, state) =>
    state.unbilled !== undefined && (event.type === 'LowBalanceReached' || event.type === 'BalanceRanOut') ? [] : [event],
  ),
  'held value taken back with a top-up': seeing((state, command) =>
    command.type === 'VoidTopUp' ? withGrants((grant) => ({ ...grant, held: ZERO }))(state) : state,
  ),
  'an expired grant taken back instead of expiring': seeing((state, command) =>
    command.type === 'VoidTopUp' ? { ...state, grants: state.grants.map(({ expiresAt: _, ...rest }) => rest) } : state,
  ),
  'the residual of a closed balance kept': recording((event) => (event.type === 'Closed' ? [{ ...event, amount: ZERO }] : [event])),
};
