export * from './read-write-lock';
export * from './keyed-mutex';
export { Semaphore } from './semaphore';
export { forEachConcurrent } from './for-each-concurrent';
