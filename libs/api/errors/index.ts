export * from './errors';
export * from './refusals';
export { refusedFields } from './refused-fields';
export * from './error-answer';
