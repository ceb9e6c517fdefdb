export * from './event-log';
export * from './faults';
export * from './streams';
