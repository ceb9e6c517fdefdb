export * from './customer';
export * from './settings';
