/** The answer to one append of a BatchAppend stream: a success, or a google.rpc.Status with one of the server's own messages in it. */
import { Any } from 'google-protobuf/google/protobuf/any_pb';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb';
import {
  AccessDenied,
  AllStreamPosition,
  MaximumAppendSizeExceeded,
  StreamDeleted,
  Timeout,
  Unknown,
  type UUID,
  WrongExpectedVersion,
} from '@eventstore/db-client/generated/shared_pb';
import { Code } from '@eventstore/db-client/generated/code_pb';
import { Status } from '@eventstore/db-client/generated/status_pb';
import { BatchAppendResp } from '@eventstore/db-client/generated/streams_pb';
import type { Expected, AppendRefusal } from './append-check';
import { identifier } from './encoding';
import type { Appended } from './store';

export type BatchOutcome =
  | Appended
  | AppendRefusal
  | { readonly kind: 'timeout' }
  | { readonly kind: 'access_denied' }
  | { readonly kind: 'unknown'; readonly message: string }
  | { readonly kind: 'too_large'; readonly max: number };

export function batchAnswer(correlation: UUID | undefined, stream: string, expected: Expected, outcome: BatchOutcome): BatchAppendResp {
  const answer = new BatchAppendResp();
  answer.setCorrelationId(correlation);
  answer.setStreamIdentifier(identifier(stream));
  if (outcome.kind === 'appended') answer.setSuccess(success(outcome));
  else answer.setError(failure(stream, expected, outcome));
  return answer;
}

function success({ revision, position }: Appended): BatchAppendResp.Success {
  const message = new BatchAppendResp.Success();
  if (revision < 0) message.setNoStream(new Empty());
  else message.setCurrentRevision(`${revision}`);
  if (position === undefined) message.setNoPosition(new Empty());
  else {
    const at = new AllStreamPosition();
    at.setCommitPosition(`${position}`);
    at.setPreparePosition(`${position}`);
    message.setPosition(at);
  }
  return message;
}

function failure(stream: string, expected: Expected, outcome: Exclude<BatchOutcome, Appended>): Status {
  switch (outcome.kind) {
    case 'timeout':
      return packed(Code.DEADLINE_EXCEEDED, 'Timeout', new Timeout());
    case 'access_denied':
      return packed(Code.PERMISSION_DENIED, 'AccessDenied', new AccessDenied());
    case 'unknown':
      return packed(Code.UNKNOWN, 'Unknown', new Unknown(), outcome.message);
    case 'too_large': {
      const details = new MaximumAppendSizeExceeded();
      details.setMaxappendsize(outcome.max);
      return packed(Code.INVALID_ARGUMENT, 'MaximumAppendSizeExceeded', details);
    }
    case 'stream_deleted': {
      const details = new StreamDeleted();
      details.setStreamIdentifier(identifier(stream));
      return packed(Code.NOT_FOUND, 'StreamDeleted', details);
    }
    case 'wrong_revision': {
      const details = new WrongExpectedVersion();
      if (outcome.last < 0) details.setCurrentNoStream(new Empty());
      else details.setCurrentStreamRevision(`${outcome.last}`);
      if (expected === 'any') details.setExpectedAny(new Empty());
      else if (expected === 'no_stream') details.setExpectedNoStream(new Empty());
      else if (expected === 'stream_exists') details.setExpectedStreamExists(new Empty());
      else details.setExpectedStreamPosition(`${expected}`);
      return packed(Code.ALREADY_EXISTS, 'WrongExpectedVersion', details);
    }
  }
}

function packed(code: Code, type: string, details: { serializeBinary(): Uint8Array }, message = type): Status {
  const any = new Any();
  any.pack(details.serializeBinary(), `event_store.client.${type}`);
  const answer = new Status();
  answer.setCode(code);
  answer.setMessage(message);
  answer.setDetails(any);
  return answer;
}
