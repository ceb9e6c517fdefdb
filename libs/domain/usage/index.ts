export * from './ids';
export * from './json-node';
export * from './json-problem';
export * from './rated-usage';
export * from './rating';
export * from './rejection-reasons';
export * from './strict-json';
export {
  DATASCHEMA_BYTES_MAX,
  EXTENSION_NAME_CHARACTERS_MAX,
  ID_BYTES_MAX,
  namedBy,
  SOURCE_BYTES_MAX,
  SUBJECT_BYTES_MAX,
  TYPE_BYTES_MAX,
} from './usage-event';
export type { Named, ParsedUsage, UsageEvent } from './usage-event';
export * from './structured-text';
export { usageEventSchema } from './usage-event-schema';
export * from './usage-message';
export * from './usage-transport';
