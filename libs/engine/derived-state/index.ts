export * from './key-batch';
export * from './projections';
export * from './null-projections';
