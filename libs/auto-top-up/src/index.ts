export * from './auto-top-up';
export * from './auto-top-up.commands';
export {
  type AutoTopUpEvent,
  autoTopUpEvents,
  type EventOf as AutoTopUpEventOf,
  type Figures as AutoTopUpFigures,
  type HeldBackReason,
} from './auto-top-up.events';
export { type AutoTopUp, autoTopUpState, type Phase, phaseAt } from './auto-top-up.state';
export { type Reaction, reactionTo, REQUEST_METADATA } from './wallet-events';
export type { Period, Policy, PolicyProblem, Quantity, Trigger } from './policy';
