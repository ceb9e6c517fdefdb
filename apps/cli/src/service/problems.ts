/** What can go wrong between this command and the service, each with its exit code and a sentence that says what to do. */
import type { Message } from '@drawdown/api/contract';
import { EXIT, exitCodeOf, Failure } from '../exit-codes';
import { items, text } from '../rendering/fields';

/** The service cannot be reached, broke off, or took too long. Whether it has done what was asked is unknown after `sent`. */
export class Unreachable extends Failure {
  constructor(url: string, cause: unknown, key: string) {
    super(
      `could not reach the service at ${url}: ${reasonOf(cause)}.\n` +
        `Start it with "npm start" or "drawdown serve", or say where it is with --url or DRAWDOWN_URL.` +
        (key && mayHaveArrived(cause) ? `\nIt may have been done all the same: run it again with --idempotency-key ${key}` : ''),
      EXIT.unreachable,
      { code: 'UNREACHABLE', detail: reasonOf(cause), url, ...(key && { idempotency_key: key }) },
    );
    this.name = 'Unreachable';
  }
}

/** The service answered with a problem (RFC 9457). */
export class ServiceProblem extends Failure {
  constructor(
    readonly status: number,
    readonly problem: Message,
    /** When to try again, as the service said it. */
    readonly retryAfterMs: number | undefined,
  ) {
    super(sentences(status, problem), exitCodeOf(text(problem, 'code')), problem);
    this.name = 'ServiceProblem';
  }

  get code(): string {
    return text(this.problem, 'code');
  }
}

/** Statuses of a service that is overloaded, draining or has lost a part of itself: the same request may work later. */
const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export const mayPass = (fault: unknown): boolean =>
  fault instanceof Unreachable || (fault instanceof ServiceProblem && (PASSING.has(fault.status) || fault.code === 'CONTENTION'));

/** "Title: detail", then one line per field with what is wrong and the remedy. */
function sentences(status: number, problem: Message): string {
  const title = text(problem, 'title') || `the service answered ${status}`;
  const errors = items(problem, 'errors');
  const lines = errors.map((error) => `  ${text(error, 'field') || 'request'}: ${text(error, 'detail')}; ${text(error, 'remedy')}`);
  if (lines.length > 0) return [`${title} (${text(problem, 'code')})`, ...lines].join('\n');
  const detail = text(problem, 'detail');
  return `${title}${detail ? `: ${detail}` : ''}${text(problem, 'code') ? ` (${text(problem, 'code')})` : ''}`;
}

const CONNECT_REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'that host has no address',
  EAI_AGAIN: 'the name of the host could not be looked up',
  UND_ERR_CONNECT_TIMEOUT: 'connecting took too long',
  UND_ERR_HEADERS_TIMEOUT: 'it did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'it stopped in the middle of its answer',
  UND_ERR_SOCKET: 'it closed the connection',
  ECONNRESET: 'it closed the connection',
};

const codeOf = (cause: unknown): string => (typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '');

const reasonOf = (cause: unknown): string =>
  CONNECT_REASONS[codeOf(cause)] ?? (cause instanceof Error && cause.message ? cause.message : String(cause));

const NEVER_ARRIVED: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT']);
const mayHaveArrived = (cause: unknown): boolean => !NEVER_ARRIVED.has(codeOf(cause));
