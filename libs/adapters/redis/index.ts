export * from './probe';
export * from './redis-connection';
export * from './redis-lease';
export * from './redis-projections';
