/** The log: JSON lines by pino. Ids, not payloads; what could be a secret is never written. */
import { pino, type Logger, type LoggerOptions } from 'pino';

export type Log = Logger;

/** Paths are of what is logged, at the top and one level down. */
const SECRETS = ['secret', 'authorization', 'password', 'token', 'cookie', 'apiKey', 'api_key', 'whsec'];

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const logOptions = (level: LogLevel): LoggerOptions => ({
  level,
  base: null,
  timestamp: () => `,"time":"${new Date().toISOString()}"`,
  formatters: { level: (label) => ({ level: label }) },
  redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
});

/** @param to where lines go; standard output by default */
export const openLog = (level: LogLevel, to?: { write(line: string): void }): Log =>
  to ? pino(logOptions(level), to) : pino(logOptions(level));
