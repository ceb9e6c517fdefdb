export * from './projections';
export * from './nothing-projected';
