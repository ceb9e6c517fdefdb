/** The two calls that append: BatchAppend, which the client uses by itself, and Append, for which it needs a reason. */
import { type ServerDuplexStream, type ServerReadableStream, type sendUnaryData, status } from '@grpc/grpc-js';
import { type AppendReq, AppendResp, type BatchAppendReq, type BatchAppendResp } from '@eventstore/db-client/generated/streams_pb';
import { until } from '../../support/waiting';
import type { Expected } from './append-check';
import { refusedCaller } from './access';
import { batchAnswer, type BatchOutcome } from './batch-answer';
import { accessDenied, empty, expectedOf, nameOf, proposed, Refusal, sizeOf, streamDeleted, uuidText } from './encoding';
import type { Proposed } from './records';
import type { Store } from './store';
import type { Switches } from './switches';

interface Batch {
  readonly stream: string;
  readonly expected: Expected;
  /** Milliseconds since 1970, by the client's clock. */
  readonly deadline: number;
  readonly events: Proposed[];
  size: number;
}

export class Appending {
  /** Appends that have come whole. */
  taken = 0;
  private readonly batchCalls = new Set<ServerDuplexStream<BatchAppendReq, BatchAppendResp>>();

  constructor(
    private readonly store: Store,
    private readonly switches: Switches,
  ) {}

  batchAppend = (call: ServerDuplexStream<BatchAppendReq, BatchAppendResp>): void => {
    const refused = refusedCaller(this.switches, call.metadata);
    if (refused) return void call.emit('error', refused);
    this.batchCalls.add(call);
    call.once('close', () => this.batchCalls.delete(call));
    const batches = new Map<string, Batch>();
    call.on('data', (request: BatchAppendReq) => {
      const correlation = request.getCorrelationId();
      const key = uuidText(correlation);
      const batch = batches.get(key) ?? begun(request);
      if (!batch) return;
      batches.set(key, batch);
      for (const message of request.getProposedMessagesList()) {
        const event = proposed(message);
        batch.events.push(event);
        batch.size += sizeOf(event);
      }
      const tooLarge = batch.size > this.switches.maxAppendSize;
      if (!tooLarge && !request.getIsFinal()) return;
      batches.delete(key);
      this.taken += 1;
      const answer = (): void => {
        const outcome = tooLarge ? ({ kind: 'too_large', max: this.switches.maxAppendSize } as const) : this.outcome(batch);
        if (outcome && !call.cancelled) call.write(batchAnswer(correlation, batch.stream, batch.expected, outcome));
      };
      const { slowMs } = this.switches;
      const due = performance.now() + slowMs;
      if (slowMs > 0) void until('a slow disk', () => performance.now() >= due, 2 * slowMs + 1_000).then(answer);
      else answer();
    });
    call.on('end', () => call.end());
  };

  /** Ends every BatchAppend call, whatever was taken of it and is not answered yet. */
  endBatchCalls(refusal: Refusal): void {
    for (const call of this.batchCalls) call.emit('error', refusal);
    this.batchCalls.clear();
  }

  append = (call: ServerReadableStream<AppendReq, AppendResp>, callback: sendUnaryData<AppendResp>): void => {
    const refused = refusedCaller(this.switches, call.metadata);
    if (refused) return callback(refused);
    let stream = '';
    let expected: Expected = 'any';
    const events: Proposed[] = [];
    call.on('data', (request: AppendReq) => {
      const options = request.getOptions();
      const message = request.getProposedMessage();
      if (options) {
        stream = nameOf(options.getStreamIdentifier());
        expected = expectedOf(options, () => options.getRevision());
      } else if (message) events.push(proposed(message));
    });
    call.on('end', () => {
      const max = this.switches.maxAppendSize;
      const tooLarge = events.reduce((sum, event) => sum + sizeOf(event), 0) > max;
      const outcome = tooLarge
        ? ({ kind: 'too_large', max } as const)
        : this.outcome({ stream, expected, deadline: Infinity, events, size: 0 });
      if (outcome) unaryAnswer(stream, expected, outcome, callback);
    });
  };

  /** Undefined: no answer comes. */
  private outcome(batch: Batch): BatchOutcome | undefined {
    const { readOnly, diskFull, silentAppends, silentAnswers } = this.switches;
    if (silentAppends) return undefined;
    if (batch.deadline <= Date.now()) return { kind: 'timeout' };
    if (readOnly) return { kind: 'access_denied' };
    if (diskFull) return { kind: 'unknown', message: 'There is not enough space on the disk.' };
    const outcome = this.store.append(batch.stream, batch.expected, batch.events);
    return silentAnswers ? undefined : outcome;
  }
}

function begun(request: BatchAppendReq): Batch | undefined {
  const options = request.getOptions();
  if (!options) return undefined;
  const deadline = options.getDeadline()?.toDate().getTime() ?? Infinity;
  return {
    stream: nameOf(options.getStreamIdentifier()),
    expected: expectedOf(options, () => options.getStreamPosition()),
    deadline,
    events: [],
    size: 0,
  };
}

function unaryAnswer(stream: string, expected: Expected, outcome: BatchOutcome, callback: sendUnaryData<AppendResp>): void {
  switch (outcome.kind) {
    case 'stream_deleted':
      return callback(streamDeleted(stream));
    case 'access_denied':
      return callback(accessDenied());
    case 'timeout':
      return callback(new Refusal(status.ABORTED, 'Timeout'));
    case 'unknown':
      return callback(new Refusal(status.UNKNOWN, outcome.message));
    case 'too_large':
      return callback(
        new Refusal(status.INVALID_ARGUMENT, `Maximum Append Size of ${outcome.max} Exceeded.`, {
          exception: 'maximum-append-size-exceeded',
          'maximum-append-size': outcome.max,
        }),
      );
    case 'wrong_revision': {
      const wrong = new AppendResp.WrongExpectedVersion();
      if (expected === 'any') wrong.setExpectedAny(empty());
      else if (expected === 'no_stream') wrong.setExpectedNoStream(empty());
      else if (expected === 'stream_exists') wrong.setExpectedStreamExists(empty());
      else wrong.setExpectedRevision(`${expected}`);
      if (outcome.last < 0) wrong.setCurrentNoStream(empty());
      else wrong.setCurrentRevision(`${outcome.last}`);
      const answer = new AppendResp();
      answer.setWrongExpectedVersion(wrong);
      return callback(null, answer);
    }
    case 'appended': {
      const success = new AppendResp.Success();
      if (outcome.revision < 0) success.setNoStream(empty());
      else success.setCurrentRevision(`${outcome.revision}`);
      if (outcome.position === undefined) success.setNoPosition(empty());
      else {
        const position = new AppendResp.Position();
        position.setCommitPosition(`${outcome.position}`);
        position.setPreparePosition(`${outcome.position}`);
        success.setPosition(position);
      }
      const answer = new AppendResp();
      answer.setSuccess(success);
      return callback(null, answer);
    }
  }
}
