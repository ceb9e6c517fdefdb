/** Nest's own messages in our log: its start-up chatter at debug, its warnings and errors as what they are. */
import type { LoggerService } from '@nestjs/common';
import type { Log } from './logging';

export const nestLog = (log: Log): LoggerService => ({
  log: (message: unknown) => log.debug({ part: 'nest' }, String(message)),
  debug: (message: unknown) => log.trace({ part: 'nest' }, String(message)),
  verbose: (message: unknown) => log.trace({ part: 'nest' }, String(message)),
  warn: (message: unknown) => log.warn({ part: 'nest' }, String(message)),
  error: (message: unknown) => log.error({ part: 'nest' }, String(message)),
});
