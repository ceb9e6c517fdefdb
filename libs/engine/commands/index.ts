export * from './account';
export * from './carry-out';
export * from './read-fresh';
export * from './refused';
