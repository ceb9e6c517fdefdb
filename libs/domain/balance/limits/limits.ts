/** Sets the limits of a balance, and keeps its place above or below each. */
import { type Amount, type Instant, ZERO } from '@drawdown/domain/amounts';
import { refuse } from '@drawdown/domain/decider';
import type { EventsOf } from '../events';
import type { BalanceDecision, Postings } from '../postings';
import type { Balance } from '../state';
import { armed, type Limit, limitsProblem, thresholdOf } from './limit';
import type { limitEvents } from './limits.events';

export interface SetLimits {
  readonly type: 'SetLimits';
  readonly at: Instant;
  readonly limits: readonly Limit[];
}

export function setLimits({ limits }: SetLimits, postings: Postings): BalanceDecision {
  const problem = limitsProblem(limits);
  return problem ? refuse(problem) : postings.note('LimitsSet', { limits }).done();
}

export function evolveLimits(state: Balance, event: EventsOf<typeof limitEvents>): Balance {
  switch (event.type) {
    case 'LimitsSet':
      return { ...state, limits: withLimits(state.limits, event.limits) };
    case 'LowBalanceReached':
      return { ...state, limits: moved(state.limits, event.limit.id, 'below') };
    case 'BalanceRanOut':
      return { ...state, runOut: 'below' };
    case 'BalanceRecovered':
      return event.limit === undefined ? { ...state, runOut: 'above' } : { ...state, limits: moved(state.limits, event.limit.id, 'above') };
  }
}

const moved = (lines: Balance['limits'], id: string, to: 'above' | 'below'): Balance['limits'] =>
  lines.map((line) => (line.limit.id === id ? { ...line, position: to } : line));

/** A limit that stays as it was keeps its position; a new or changed one starts unarmed. */
export const withLimits = (before: Balance['limits'], limits: readonly Limit[]): Balance['limits'] =>
  limits.map((limit) => {
    const same = before.find((line) => line.limit.id === limit.id && line.limit.kind === limit.kind && line.limit.value === limit.value);
    return { limit, position: same?.position ?? 'unarmed' };
  });

/** Arms the limits that the balance is above for the first time. */
export function rearm(state: Balance, projected: Amount): Balance {
  if (state.status === 'closed') return state;
  const runOut = armed(state.runOut, projected, ZERO);
  const limits = state.limits.some((line) => line.position === 'unarmed')
    ? state.limits.map((line) => ({
        ...line,
        position: armed(line.position, projected, thresholdOf(line.limit, state.lastTopUp)),
      }))
    : state.limits;
  return runOut === state.runOut && limits === state.limits ? state : { ...state, runOut, limits };
}
