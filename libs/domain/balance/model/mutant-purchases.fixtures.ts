/** More bugs on purpose, in what happens to purchases. */
import { minus, plus, ZERO } from '@drawdown/domain/amounts';
import { accept } from '@drawdown/domain/decider';
import { type BalanceDecider, realDecider } from './drawdown.fixtures';
import type { EventOf } from '../events';
import type { Purchases } from '../purchases/purchase';
import { answering, recording, seeing, UNIT } from './mutant.fixtures';

const { decide } = realDecider;

const withPurchases = (change: (purchases: Purchases) => Purchases) =>
  seeing((state) => (state.purchases ? { ...state, purchases: change(state.purchases) } : state));
/** Does what is given instead of flagging. */
const insteadOf = (reason: EventOf<'PurchaseFlagged'>['reason'], instead: Parameters<typeof answering>[0]) =>
  answering((answer, command, state) =>
    answer.accepted && answer.events.some((event) => event.type === 'PurchaseFlagged' && event.reason === reason)
      ? instead(answer, command, state)
      : answer,
  );
/** Takes the money for what was asked. */
const asIfAsked: Parameters<typeof answering>[0] = (answer, command, state) => {
  const flagged = answer.accepted ? answer.events.find((event) => event.type === 'PurchaseFlagged') : undefined;
  return command.type === 'ConfirmPurchase' && flagged?.asked ? decide({ ...command, paid: flagged.asked }, state) : answer;
};

export const PURCHASE_MUTANTS: Readonly<Record<string, BalanceDecider>> = {
  'a purchase credited twice': insteadOf('already_succeeded', (_, { at }, state) =>
    decide({ type: 'TopUp', at, grant: { origin: 'paid', priority: 100, amount: UNIT } }, state),
  ),
  'a purchase confirmed again, flagged though it is the same payment': withPurchases((purchases) => ({
    ...purchases,
    ended: purchases.ended.map(({ providerPaymentId: _, ...end }) => end),
  })),
  'two payments taken for one': answering((answer, command) =>
    answer.accepted &&
    command.type === 'ConfirmPurchase' &&
    answer.events.some((event) => event.type === 'PurchaseFlagged' && event.reason === 'already_succeeded')
      ? accept()
      : answer,
  ),
  'another amount credited': insteadOf('other_amount', asIfAsked),
  'another currency credited': insteadOf('other_currency', asIfAsked),
  'money for a closed balance refused without a trace': insteadOf('balance_closed', () => ({
    accepted: false,
    refusal: { code: 'balance_closed' },
  })),
  'a failure after the money passed over': insteadOf('failed_after_success', () => accept()),
  'late money not credited': withPurchases((purchases) => ({ ...purchases, ended: purchases.ended.map(({ purchase: _, ...end }) => end) })),
  'late money not said to be late': recording((event) => {
    if (event.type !== 'PurchaseSucceeded') return [event];
    const { late: _, ...inTime } = event;
    return [inTime];
  }),
  'purchases ended by nobody but the sweeper': seeing((state, command) =>
    command.type === 'Sweep' || !state.purchases
      ? state
      : { ...state, purchases: { ...state.purchases, pending: state.purchases.pending.map(({ expiresAt: _, ...rest }) => rest) } },
  ),
  'a purchase paid for and not credited': recording((event) =>
    event.type === 'ToppedUp' && event.purchaseId !== undefined ? [] : [event],
  ),
  'a purchase credited under another cost': recording((event) =>
    event.type === 'ToppedUp' && event.grant.costBasis
      ? [{ ...event, grant: { ...event.grant, costBasis: { ...event.grant.costBasis, amount: plus(event.grant.costBasis.amount, UNIT) } } }]
      : [event],
  ),
  'a purchase credited as free': recording((event) =>
    event.type === 'ToppedUp' && event.purchaseId !== undefined ? [{ ...event, grant: { ...event.grant, origin: 'free' } }] : [event],
  ),
  'a purchase of which the credit is not said': recording((event) => {
    if (event.type !== 'ToppedUp') return [event];
    const { purchaseId: _, ...without } = event;
    return [{ ...without, grant: { ...event.grant, amount: minus(event.grant.amount, event.purchaseId === undefined ? ZERO : UNIT) } }];
  }),
  'pending credits spent': recording((event) => [
    { ...event, figures: { ...event.figures, available: plus(event.figures.available, event.figures.pending ?? ZERO) } },
  ]),
  'pending credits forgotten in the figures': recording((event) => {
    const { pending: _, ...figures } = event.figures;
    return [{ ...event, figures }];
  }),
  'a purchase that is flagged and ends by it': recording((event, state) => {
    const waiting = event.type === 'PurchaseFlagged' && state.purchases?.pending.find((purchase) => purchase.id === event.purchaseId);
    if (!waiting) return [event];
    const figures = { ...event.figures, pending: minus(event.figures.pending ?? ZERO, waiting.grant.amount) };
    return [event, { type: 'PurchaseFailed', at: event.at, purchaseId: waiting.id, code: 'flagged', figures }];
  }),
  'a balance closed while purchases are pending': seeing((state, command) => {
    const { purchases: _, ...without } = state;
    return command.type === 'Close' ? without : state;
  }),
};
