export * from './faults';
export * from './manual-payments';
export * from './payment-provider';
export * from './purchase-commands';
