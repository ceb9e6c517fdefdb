export { applyNotification } from './apply-notification';
export * from './faults';
export * from './manual-payments';
export * from './payment-provider';
export * from './purchase-commands';
export * from './refusals';
export * from './start-purchase';
