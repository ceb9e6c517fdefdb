/** The aggregate `autoTopUp`: whether a wallet is topped up by itself, decided as an explicit state machine. Pure. */
import { currencyExponent, type Instant, isCurrency, later } from '@drawdown/domain/amounts';
import { accept, type Aggregate, type Decision, refuse } from '@drawdown/domain/decider';
import type { AutoTopUpCommand, AutoTopUpRefusal } from './auto-top-up.commands';
import { type AutoTopUpEvent, autoTopUpEvents } from './auto-top-up.events';
import { type AutoTopUp, autoTopUpState, dueAt, evolve, notConfigured } from './auto-top-up.state';
import { nextDue } from './calendar';
import { assess, OBSTACLE_LOOK_MS } from './guards';
import { type Policy, policyProblem, trigger } from './policy';

/** Failures in a row, declined or expired, after which it is suspended. */
export const FAILURES_MAX = 4;
/** Waited after the first failure; twice as long after each further one: 1, 2, 4 hours. */
const BACK_OFF_FIRST_MS = 3_600_000;
/** Waited before another look after a request that was withdrawn. */
const WITHDRAWN_LOOK_MS = OBSTACLE_LOOK_MS;

type Answer = Decision<AutoTopUpEvent, AutoTopUpRefusal>;
type Command<T extends AutoTopUpCommand['type']> = Extract<AutoTopUpCommand, { type: T }>;

function decide(command: AutoTopUpCommand, state: AutoTopUp): Answer {
  if (command.type === 'Configure') return configure(command, state);
  const { policy } = state;
  if (!policy) return refuse({ code: 'auto_top_up_not_configured' });
  switch (command.type) {
    case 'Disable': {
      if (state.status === 'off') return refuse({ code: 'auto_top_up_disabled' });
      return accept({ type: 'AutoTopUpDisabled', at: command.at, ...by(command) });
    }
    case 'Suspend': {
      if (state.status === 'off') return refuse({ code: 'auto_top_up_disabled' });
      if (state.status === 'suspended') return accept();
      return accept({ type: 'AutoTopUpSuspended', at: command.at, failures: state.failures, ...by(command) });
    }
    case 'Resume': {
      if (state.status === 'off') return refuse({ code: 'auto_top_up_disabled' });
      const waits = state.status === 'suspended' || command.at < (state.backOffUntil ?? command.at);
      if (!waits) return refuse({ code: 'auto_top_up_not_suspended' });
      return accept({ type: 'AutoTopUpResumed', at: command.at, ...by(command) });
    }
    case 'Consider':
      return consider(command, state, policy);
    case 'RecordPurchaseStarted':
    case 'RecordPurchaseNotStarted':
    case 'RecordPurchaseSucceeded':
    case 'RecordPurchaseDeclined':
    case 'RecordPurchaseExpired':
      return record(command, state);
  }
}

const by = ({ reason, actor }: Command<'Disable'> | Command<'Suspend'> | Command<'Resume'>) => ({
  ...(reason !== undefined && { reason }),
  ...(actor !== undefined && { actor }),
});

function configure(command: Command<'Configure'>, state: AutoTopUp): Answer {
  const { at, customerId, currency, policy, actor } = command;
  if (!isCurrency(currency)) return refuse({ code: 'unknown_currency', currency });
  const wrong = policyProblem(policy, currency);
  if (wrong) return refuse({ code: 'auto_top_up_policy_invalid', ...wrong });
  const nextDueAt = sameSchedule(state, policy) ? state.nextDueAt : nextDue(policy.trigger, at, at);
  return accept({
    type: 'AutoTopUpConfigured',
    at,
    customerId,
    currency,
    policy,
    ...(nextDueAt !== undefined && { nextDueAt }),
    ...(actor !== undefined && { actor }),
  });
}

/** Saving a policy again must not put a schedule off. */
const sameSchedule = (state: AutoTopUp, { trigger: wanted }: Policy): boolean =>
  state.nextDueAt !== undefined && !!state.policy && trigger.write(state.policy.trigger) === trigger.write(wanted);

function consider(command: Command<'Consider'>, state: AutoTopUp, policy: Policy): Answer {
  const { at, figures } = command;
  const assessment = assess(state, policy, exponentOf(state), command);
  const { nextDueAt } = assessment;
  const due = nextDueAt !== undefined && { nextDueAt };
  if (assessment.act) {
    const requestId = `a${state.requestCount + 1}`;
    const { amount, cause } = assessment;
    return accept({ type: 'AutoTopUpRequested', at, requestId, amount, cause, figures, ...due });
  }
  const { reason, considerAt } = assessment;
  // The reason is recorded already, and the next look stays where it is.
  if (state.skipped.includes(reason) && considerAt === state.considerAt) return accept();
  return accept({ type: 'AutoTopUpSkipped', at, reason, figures, ...(considerAt !== undefined && { considerAt }), ...due });
}

function exponentOf({ currency }: AutoTopUp): number {
  const exponent = currencyExponent(currency);
  if (exponent === undefined) throw new RangeError(`${currency} was configured and is no currency`);
  return exponent;
}

type Outcome = Extract<AutoTopUpCommand, { readonly requestId: string }>;

function record(command: Outcome, state: AutoTopUp): Answer {
  const { at, requestId } = command;
  if (!wasMade(requestId, state)) return refuse({ code: 'auto_top_up_request_unknown', requestId });
  const { inFlight } = state;
  if (inFlight?.id !== requestId) return command.type === 'RecordPurchaseSucceeded' ? late(at, requestId, state) : accept();
  switch (command.type) {
    case 'RecordPurchaseStarted':
      if (inFlight.purchaseId !== undefined) return accept();
      return accept({ type: 'AutoTopUpStarted', at, requestId, purchaseId: command.purchaseId });
    case 'RecordPurchaseNotStarted':
      // There is a purchase, and it reports its own outcome.
      if (inFlight.purchaseId !== undefined) return accept();
      return accept({ type: 'AutoTopUpWithdrawn', at, requestId, reason: command.reason, considerAt: later(at, WITHDRAWN_LOOK_MS) });
    case 'RecordPurchaseSucceeded':
      return accept({ type: 'AutoTopUpSucceeded', at, requestId, amount: inFlight.amount });
    case 'RecordPurchaseDeclined': {
      const { failures, retryAt, then } = failed(at, state);
      return accept({ type: 'AutoTopUpDeclined', at, requestId, reason: command.reason, failures, ...retryAt }, ...then);
    }
    case 'RecordPurchaseExpired': {
      const { failures, retryAt, then } = failed(at, state);
      return accept({ type: 'AutoTopUpExpired', at, requestId, failures, ...retryAt }, ...then);
    }
  }
}

const wasMade = (requestId: string, { requestCount }: AutoTopUp): boolean => {
  const ordinal = /^a([1-9][0-9]{0,14})$/.exec(requestId)?.[1];
  return ordinal !== undefined && Number(ordinal) <= requestCount;
};

/** Paid after it was taken for declined or expired. Of a request that is no longer known nothing is learned. */
function late(at: Instant, requestId: string, state: AutoTopUp): Answer {
  const before = state.ended.find(({ id }) => id === requestId);
  if (!before || before.outcome === 'succeeded') return accept();
  // The time that it serves is served, unless something else has been asked for it meanwhile.
  const served = before.dueAt !== undefined && before.dueAt === state.nextDueAt && state.policy;
  const nextDueAt = served ? nextDue(served.trigger, state.nextDueAt ?? at, at) : undefined;
  return accept({
    type: 'AutoTopUpSucceeded',
    at,
    requestId,
    amount: before.amount,
    late: true,
    ...(nextDueAt !== undefined && { nextDueAt }),
  });
}

function failed(at: Instant, state: AutoTopUp) {
  const failures = state.failures + 1;
  const suspends = failures >= FAILURES_MAX;
  const retryAt = suspends ? {} : { retryAt: later(at, BACK_OFF_FIRST_MS * 2 ** state.failures) };
  const then: AutoTopUpEvent[] = suspends && state.status === 'on' ? [{ type: 'AutoTopUpSuspended', at, failures }] : [];
  return { failures, retryAt, then };
}

interface AutoTopUpTypes {
  readonly command: AutoTopUpCommand;
  readonly state: AutoTopUp;
  readonly event: AutoTopUpEvent;
  readonly refusal: AutoTopUpRefusal;
}

export const autoTopUp: Aggregate<AutoTopUpTypes> = {
  category: 'autoTopUp',
  decider: { initial: notConfigured, decide, evolve },
  events: autoTopUpEvents,
  state: autoTopUpState,
  stateVersion: 2,
  dueAt,
};
