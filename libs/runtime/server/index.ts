export * from './doors';
export * from './ops/health';
export * from './lifecycle';
export * from './listen-address';
export * from './logging';
export * from './ops/metrics';
export * from './ops/ops-listener';
export { PAYMENT_NOTICES_PATH } from './http/payment-notices';
export { PROBLEM_TYPE } from './http/problem';
