export * from './transports';
export * from './ops/health';
export * from './lifecycle';
export * from './listen-address';
export * from './logging';
export * from './ops/metrics';
export * from './ops/ops-listener';
export { PAYMENT_NOTIFICATIONS_PATH } from './http/payment-notifications';
export { PROBLEM_TYPE } from './http/problem';
