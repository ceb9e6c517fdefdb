export * from './judged';
export * from './liability';
export * from './movement';
export * from './projections';
