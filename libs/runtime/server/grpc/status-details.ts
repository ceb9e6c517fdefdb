/** Errors as google.rpc.Status with ErrorInfo, BadRequest and RetryInfo, in the trailer that gRPC has for it. */
import { Metadata, status } from '@grpc/grpc-js';
import type { ErrorAnswer } from '@drawdown/api/errors';
import protobuf from 'protobufjs';

/** The domain of our reasons in google.rpc.ErrorInfo. */
const ERROR_DOMAIN = 'drawdown';
/** Trailers have to fit into the caller's header limit, 8 KiB in most clients: of a long list the first so many are sent. */
const VIOLATIONS_SENT_MAX = 20;

const { root } = protobuf.parse(
  `
  syntax = "proto3";
  package google.rpc;
  message Any { string type_url = 1; bytes value = 2; }
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message ErrorInfo { string reason = 1; string domain = 2; map<string, string> metadata = 3; }
  message BadRequest {
    message FieldViolation { string field = 1; string description = 2; }
    repeated FieldViolation field_violations = 1;
  }
  message Duration { int64 seconds = 1; int32 nanos = 2; }
  message RetryInfo { Duration retry_delay = 1; }
`,
  { keepCase: true },
);

const encode = (name: string, value: object): Uint8Array => {
  const type = root.lookupType(`google.rpc.${name}`);
  return type.encode(type.fromObject(value)).finish();
};

const packed = (name: string, value: object): object => ({
  type_url: `type.googleapis.com/google.rpc.${name}`,
  value: encode(name, value),
});

/** What grpc-js takes for the end of a call that failed. */
export class GrpcError extends Error {
  constructor(
    readonly code: status,
    readonly details: string,
    readonly metadata: Metadata,
  ) {
    super(details);
  }
}

export function grpcError({ code: reason, grpc, title, detail, violations, facts, retryAfterMs }: ErrorAnswer, callId: string): GrpcError {
  const code = status[grpc];
  const message = `${title}: ${detail}`;
  const details = [packed('ErrorInfo', { reason, domain: ERROR_DOMAIN, metadata: facts })];
  if (violations.length > 0) {
    const field_violations = violations
      .slice(0, VIOLATIONS_SENT_MAX)
      .map(({ field, problem, remedy }) => ({ field, description: `${problem}; ${remedy}` }));
    details.push(packed('BadRequest', { field_violations }));
  }
  if (retryAfterMs !== undefined) {
    const seconds = Math.floor(retryAfterMs / 1_000);
    details.push(packed('RetryInfo', { retry_delay: { seconds, nanos: (retryAfterMs - seconds * 1_000) * 1_000_000 } }));
  }
  const metadata = new Metadata();
  metadata.set('x-request-id', callId);
  metadata.set('grpc-status-details-bin', Buffer.from(encode('Status', { code, message, details })));
  return new GrpcError(code, message.slice(0, MESSAGE_LENGTH_MAX), metadata);
}

/** Of grpc-message, which shares the header limit with the details. */
const MESSAGE_LENGTH_MAX = 1_024;
