export * from './aggregate';
export * from './decider';
export * as shape from './shape';
export type { Json, Shape } from './shape';
