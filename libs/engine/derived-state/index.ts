export * from './projections';
export * from './null-projections';
