export * from './errors';
export type { ApiSettingsRefusal } from './any-refusal';
export * from './refusals';
export { refusedFields } from './refused-fields';
export * from './error-answer';
