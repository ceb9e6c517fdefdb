export * from './auto-top-up';
export * from './auto-top-up.commands';
export {
  type AutoTopUpEvent,
  autoTopUpEvents,
  type EventOf as AutoTopUpEventOf,
  type Figures as AutoTopUpFigures,
  type SkippedReason,
  type Obstacle,
} from './auto-top-up.events';
export { type AutoTopUp, autoTopUpState, phaseAt } from './auto-top-up.state';
export { type Reaction, reactionTo, REQUEST_METADATA } from './wallet-events';
export {
  COOLDOWN_SECONDS_MAX,
  COUNT_MAX,
  DAY_OF_MONTH_MAX,
  DAYS_MAX,
  type Period,
  type Policy,
  type Quantity,
  type Trigger,
} from './policy';
