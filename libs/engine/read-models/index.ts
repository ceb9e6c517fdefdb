export * from './balance-at';
export * from './liability';
export * from './movement';
export * from './projector';
export { MARK, projectedThrough } from './projection-mark';
export * from './documents';
