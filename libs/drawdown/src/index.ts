export * from './balance';
export * from './commands';
export * from './decide';
export { PAYMENT_TERMS_CHARS_MAX } from './decide.invoices';
export * from './events';
export * from './grants';
export { REVERSED_PAYMENTS_MAX, reversedOf } from './invoice-payments';
export * from './limits';
export * from './purchases';
