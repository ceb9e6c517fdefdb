/** What the server or the connection says, as what the caller may do about it. */
import { Metadata, status } from '@grpc/grpc-js';
import { AppendUnknown, Fault, LogUnavailable } from '@drawdown/engine/event-store';

/** The size that a server takes by default, and the least that it must take. */
const SERVER_APPEND_BYTES = 1024 * 1024;

interface GrpcError extends Error {
  readonly code: number;
  readonly details: string;
}

/** The refusals of an append that the server packs into its answer, and those that end a call, under one set of names. */
type Refusal =
  | 'access_denied'
  | 'unauthenticated'
  | 'stream_deleted'
  | 'append_too_large'
  | 'not_leader'
  | 'not_supported'
  | 'certificate'
  | 'plain_text';

const person = (code: string, message: string, cause?: unknown): Fault => new Fault(code, message, false, { cause });

export const badConnectionString = (why: string): Fault =>
  person('log_misconfigured', `EVENTSTORE_URL is no connection string of EventStoreDB (esdb://user:password@host:2113?tls=true): ${why}`);

/** A fault that is the same whatever was being done. */
export function refused(refusal: Refusal, doing: string, cause?: unknown): Fault {
  switch (refusal) {
    case 'unauthenticated':
      return person(
        'log_unauthenticated',
        `EventStoreDB does not accept the user and password of EVENTSTORE_URL (${doing}): correct them there. Without TLS they are not sent at all`,
        cause,
      );
    case 'access_denied':
      return person(
        'log_access_denied',
        `EventStoreDB does not let the user of EVENTSTORE_URL do this: ${doing}. Give the user the right on the server (a read-only one cannot be written to), or name another user or server in EVENTSTORE_URL`,
        cause,
      );
    case 'stream_deleted':
      return person(
        'log_stream_deleted',
        `a stream was deleted on the EventStoreDB of EVENTSTORE_URL (${doing}): streams are never deleted by us; restore the server from a backup`,
        cause,
      );
    case 'append_too_large':
      return person(
        'log_append_too_large',
        `the EventStoreDB of EVENTSTORE_URL takes smaller appends than it must (${doing}): set its MaxAppendSize to ${SERVER_APPEND_BYTES} at least`,
        cause,
      );
    case 'not_supported':
      return person(
        'log_not_supported',
        `the server of EVENTSTORE_URL does not know a call that is needed (${doing}): it must be EventStoreDB 22.10 or later`,
        cause,
      );
    case 'certificate':
      return person(
        'log_certificate',
        `the certificate of the server of EVENTSTORE_URL is not trusted (${textOf(cause)}): name its authority in EVENTSTORE_URL as tlsCAFile=/path, or correct the host`,
        cause,
      );
    case 'plain_text':
      return person(
        'log_certificate',
        `the server of EVENTSTORE_URL does not speak TLS (${textOf(cause)}): add tls=false to EVENTSTORE_URL if that is meant`,
        cause,
      );
    case 'not_leader':
      return new LogUnavailable(`the server of EVENTSTORE_URL does not lead its cluster at the moment (${doing})`, { cause });
  }
}

/** For what changes nothing: whatever is no refusal may be tried again. */
export function readFault(error: unknown, doing: string): Fault {
  if (error instanceof Fault) return error;
  const refusal = refusalOf(error);
  return refusal
    ? refused(refusal, doing, error)
    : new LogUnavailable(`EventStoreDB (EVENTSTORE_URL) cannot be reached or does not answer: ${textOf(error)} (${doing})`, {
        cause: error,
      });
}

/**
 * For an append that was written to a call which has ended. What ends a call says nothing of the single append: others of the same
 * call may stand in the log already. Only a connection that never was, and a refusal of a call that nothing was ever heard of, say
 * that nothing was written. A server that leads no longer is no such refusal: it may have handed on what it took.
 */
export function appendFault(error: unknown, doing: string, heard: boolean): Fault {
  const refusal = refusalOf(error);
  if (neverSent(error) || (!heard && refusal && OF_CALLS.has(refusal))) return readFault(error, doing);
  return new AppendUnknown(`whether EventStoreDB (EVENTSTORE_URL) has written is not known: ${textOf(error)} (${doing})`, { cause: error });
}

/**
 * Whether the server itself has refused a position that it was asked to read at, with words of its own. A connection that broke,
 * silence, a server that is not ready or does not lead: those say nothing of what is there.
 */
export const isRefusedPosition = (fault: unknown): boolean =>
  fault instanceof LogUnavailable && isGrpcError(fault.cause) && trailer(fault.cause) === undefined && OF_POSITIONS.has(fault.cause.code);

/** grpc-js says so of calls that never had a connection to go by. */
const neverSent = (error: unknown): boolean =>
  isGrpcError(error) && error.code === status.UNAVAILABLE && error.details.startsWith('No connection established');

function refusalOf(error: unknown): Refusal | undefined {
  if (!isGrpcError(error)) return undefined;
  const named = REFUSALS.get(trailer(error) ?? '');
  if (named) return named;
  if (error.code === status.UNAUTHENTICATED) return 'unauthenticated';
  if (error.code === status.PERMISSION_DENIED) return 'access_denied';
  if (error.code === status.UNIMPLEMENTED) return 'not_supported';
  if (error.code !== status.UNAVAILABLE) return undefined;
  if (/wrong version number|packet length too long/i.test(error.details)) return 'plain_text';
  return /certificate|altnames/i.test(error.details) ? 'certificate' : undefined;
}

/** Said before anything of a call is looked at. */
const OF_CALLS: ReadonlySet<Refusal> = new Set(['unauthenticated', 'access_denied', 'not_supported', 'certificate', 'plain_text']);

/** Which of them depends on the server's version. */
const OF_POSITIONS: ReadonlySet<number> = new Set([status.UNKNOWN, status.INVALID_ARGUMENT, status.OUT_OF_RANGE]);

/** By the trailer "exception". */
const REFUSALS: ReadonlyMap<string, Refusal> = new Map([
  ['access-denied', 'access_denied'],
  ['stream-deleted', 'stream_deleted'],
  ['maximum-append-size-exceeded', 'append_too_large'],
  ['not-leader', 'not_leader'],
]);

const isGrpcError = (error: unknown): error is GrpcError =>
  error instanceof Error && 'code' in error && typeof error.code === 'number' && 'details' in error && typeof error.details === 'string';

function trailer(error: GrpcError): string | undefined {
  return 'metadata' in error && error.metadata instanceof Metadata ? error.metadata.get('exception')[0]?.toString() : undefined;
}

const textOf = (error: unknown): string => (isGrpcError(error) ? error.details : error instanceof Error ? error.message : String(error));
