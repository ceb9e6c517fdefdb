export * from './credit-balance';
