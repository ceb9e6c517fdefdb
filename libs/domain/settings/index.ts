export * from './default-limits';
export * from './portal-purchase-limits';
export * from './price-preview';
export * from './settings';
