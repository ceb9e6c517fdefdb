export * from './request/fields';
export * from './stream-definitions';
export * from './handlers';
export * from './operation';
export { reportMessage } from './service/operations';
export * from './parts';
export { type AnswerPaymentNotification, answerPaymentNotification } from './purchases/purchase-notification';
export { answerUsage, USAGE_BATCH_EVENTS_MAX } from './usage/usage';
