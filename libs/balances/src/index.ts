export * from './judged';
export * from './movement';
export * from './projections';
