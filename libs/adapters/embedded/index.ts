export { DirectoryLock, DirectoryLocked } from './directory-lock';
export { EmbeddedLog, type EmbeddedLogOptions } from './log/embedded-log';
export { EmbeddedProjections } from './projections/embedded-projections';
export type { FileOperations } from './file-operations';
export { LogCorrupt } from './log/log-corrupt';
export type { Recovered } from './log/log-recovery';
