export {
  APPEND_TIMEOUT_MS,
  EventStoreDbLog,
  type EventStoreDbFigures,
  type EventStoreDbLogOptions,
  READ_SILENCE_MS,
} from './event-store-db-log';
