export { DirectoryLock, DirectoryLocked } from './directory-lock';
export { EmbeddedLog, type EmbeddedLogOptions } from './embedded-log';
export { EmbeddedProjections } from './embedded-projections';
export type { FileOperations } from './file-operations';
export { LogCorrupt } from './log-corrupt';
export type { Recovered } from './log-recovery';
