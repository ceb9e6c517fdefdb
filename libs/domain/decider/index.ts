export * from './aggregate';
export * from './decider';
export * from './given-when-then';
export * as shape from './shape';
export type { Json, Shape } from './shape';
export * from './optional';
export * from './precedence';
export * from './reserved-keys';
