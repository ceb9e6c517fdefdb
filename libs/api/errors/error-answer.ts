/** How an error is answered on both transports. One mapping, so that a reason is the same whichever way one asks. */
import { Contention, Fault, RevisionNotReached } from '@drawdown/engine/event-store';
import { Overloaded } from '@drawdown/engine/usage-pipeline';
import type { GrpcStatus } from './grpc-status';
import { InvalidRequest, Refused, sentence, type Violation } from './errors';
import { refusedFields } from './refused-fields';
import { factsOf, refusalAnswer } from './refusals';

export interface ErrorAnswer {
  /** Stable, UPPER_SNAKE: `reason` of google.rpc.ErrorInfo, `code` of problem+json. */
  readonly code: string;
  readonly grpc: GrpcStatus;
  readonly http: number;
  /** The same for every occurrence. */
  readonly title: string;
  /** This occurrence, for people. */
  readonly detail: string;
  readonly violations: readonly Violation[];
  /** Figures of this occurrence, such as what was available. */
  readonly facts: Readonly<Record<string, string>>;
  /** When it is worth trying again. Absent: the same request will fail again. */
  readonly retryAfterMs?: number;
  /** True: nobody's request was wrong, and the cause belongs into the log. */
  readonly bug: boolean;
}

/** How long a caller should wait after a fault that may pass. */
const RETRY_AFTER_FAULT_MS = 1_000;
const RETRY_AFTER_CONTENTION_MS = 100;

/** The code of the fault that every adapter of the log throws for stored bytes that are not what was written. */
const LOG_CORRUPT = 'log_corrupt';

type Fixed = Pick<ErrorAnswer, 'code' | 'grpc' | 'http' | 'title'>;

const answer = (fixed: Fixed, detail: string, more: Partial<ErrorAnswer> = {}): ErrorAnswer => ({
  ...fixed,
  detail,
  violations: [],
  facts: {},
  bug: false,
  ...more,
});

const CANCELLED: Fixed = { code: 'CANCELLED', grpc: 'CANCELLED', http: 499, title: 'The caller went away' };
const INVALID: Fixed = { code: 'INVALID_REQUEST', grpc: 'INVALID_ARGUMENT', http: 400, title: 'The request is not valid' };
const INTERNAL: Fixed = { code: 'INTERNAL', grpc: 'INTERNAL', http: 500, title: 'The service has a defect' };

export function errorAnswer(error: unknown): ErrorAnswer {
  if (error instanceof InvalidRequest) return answer(INVALID, error.violations.map(sentence).join('; '), { violations: error.violations });
  if (error instanceof Refused) {
    const { refusal, field } = error;
    const [fixed, detail] = refusalAnswer(refusal);
    return answer(fixed, detail, { facts: factsOf(refusal), violations: refusedFields(refusal, field, { title: fixed.title, detail }) });
  }
  if (error instanceof Fault) return faultAnswer(error);
  if (error instanceof Error && error.name === 'AbortError') return answer(CANCELLED, 'the call was ended before it was answered');
  // The message stays in the log, because it may hold data that the caller must not see.
  return answer(INTERNAL, 'this is a defect of the service; the log has it under the call id', { bug: true });
}

function faultAnswer(fault: Fault): ErrorAnswer {
  const code = fault.code.toUpperCase();
  if (fault instanceof Contention)
    return answer({ code, grpc: 'ABORTED', http: 409, title: 'Others were first' }, fault.message, {
      retryAfterMs: RETRY_AFTER_CONTENTION_MS,
    });
  if (fault instanceof RevisionNotReached)
    return answer({ code, grpc: 'UNAVAILABLE', http: 503, title: 'The revision asked for is not there yet' }, fault.message, {
      retryAfterMs: RETRY_AFTER_CONTENTION_MS,
    });
  if (fault instanceof Overloaded)
    return answer({ code, grpc: 'RESOURCE_EXHAUSTED', http: 503, title: 'More is waiting than can be done' }, fault.message, {
      retryAfterMs: RETRY_AFTER_FAULT_MS,
    });
  if (fault.retriable)
    return answer({ code, grpc: 'UNAVAILABLE', http: 503, title: 'A part of the service is down' }, fault.message, {
      retryAfterMs: RETRY_AFTER_FAULT_MS,
    });
  // The place is for the operator who restores the file. It shows nothing of the contents.
  if (fault.code === LOG_CORRUPT)
    return answer({ code, grpc: 'DATA_LOSS', http: 500, title: 'Stored bytes are damaged' }, fault.message, { bug: true });
  return answer({ ...INTERNAL, code }, 'a part of the service is broken; the log has it under the call id', { bug: true });
}
