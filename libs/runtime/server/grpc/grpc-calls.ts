/** Answers gRPC calls from the operation table. */
import { Metadata, type ServerUnaryCall, type ServerWritableStream } from '@grpc/grpc-js';
import { errorAnswer } from '@drawdown/api/errors';
import type { Operation } from '@drawdown/api/resources';
import { InvalidRequest, type Violation } from '@drawdown/api/errors';
import { Call, callIdOf, keyViolation, traceparentOf } from '../call';
import { messageFromWire, messageToWire, type Rpc, type Message } from '@drawdown/api/contract';
import type { Log } from '../logging';
import { MessagePump } from '../message-pump';
import { type GrpcError, grpcError } from './status-details';

/** Requests come and answers go as bytes: reading and writing happen here, so that whatever is wrong with them has a proper answer. */
export type WireBytes = Uint8Array;
type Unary = ServerUnaryCall<WireBytes, WireBytes>;
type Streaming = ServerWritableStream<WireBytes, WireBytes>;

export class GrpcCalls {
  private readonly open = new Set<Call>();
  private readonly streams = new Set<Call>();

  constructor(private readonly log: Log) {}

  endStreams(): void {
    for (const call of this.streams) call.end();
  }

  endAll(): void {
    for (const call of this.open) call.end();
  }

  /** @throws GrpcError */
  async once(operation: Operation, rpc: Rpc, bytes: WireBytes, metadata: Metadata, wire: Unary): Promise<WireBytes> {
    const call = this.begin(metadata, wire);
    try {
      const result = operation.handle(read(operation, rpc, bytes, metadata, call), call);
      if (Symbol.asyncIterator in result) throw new TypeError(`${operation.name} answered with a stream`);
      const answer = messageToWire(rpc.response, await result);
      wire.sendMetadata(headersOf(call));
      return answer;
    } catch (error) {
      throw this.errorOf(error, call);
    } finally {
      this.over(call);
    }
  }

  /** Writes the whole stream, never ahead of the reader. @throws GrpcError */
  async stream(operation: Operation, rpc: Rpc, bytes: WireBytes, metadata: Metadata, wire: Streaming): Promise<void> {
    const call = this.begin(metadata, wire);
    this.streams.add(call);
    try {
      const result = operation.handle(read(operation, rpc, bytes, metadata, call), call);
      if (!(Symbol.asyncIterator in result)) throw new TypeError(`${operation.name} answered without a stream`);
      const pump = new MessagePump(result, call.signal);
      wire.sendMetadata(headersOf(call));
      await pump.run((message) => wire.write(messageToWire(rpc.response, message)), wire);
    } catch (error) {
      throw this.errorOf(error, call);
    } finally {
      this.over(call);
    }
  }

  private begin(metadata: Metadata, wire: Unary | Streaming): Call {
    const deadline = Number(wire.getDeadline());
    const call = new Call(
      'grpc',
      callIdOf(textOf(metadata, 'x-request-id')),
      traceparentOf(textOf(metadata, 'traceparent')),
      Number.isFinite(deadline) ? deadline : undefined,
    );
    this.open.add(call);
    // Also when the deadline has passed.
    wire.once('cancelled', () => call.end());
    return call;
  }

  private over(call: Call): void {
    this.open.delete(call);
    this.streams.delete(call);
    call.end();
  }

  private errorOf(error: unknown, call: Call): GrpcError {
    const answer = errorAnswer(error);
    if (answer.bug) this.log.error({ err: error, callId: call.callId }, 'a call met a defect');
    return grpcError(answer, call.callId);
  }
}

/** Overlooked, it would let a retry be carried out a second time. */
const KEY_IN_METADATA: Violation = {
  field: 'idempotency-key',
  problem: 'is metadata, where no key is looked for; the key of a gRPC command is its field request_id',
  remedy: 'send it there',
};

function read(operation: Operation, rpc: Rpc, bytes: WireBytes, metadata: Metadata, call: Call): Message {
  const violations: Violation[] = [];
  const message = messageFromWire(rpc.request, bytes, violations);
  const key = message['request_id'];
  const wrongKey = typeof key === 'string' ? keyViolation(key, 'request_id') : undefined;
  if (wrongKey) violations.push(wrongKey);
  if (operation.kind === 'command' && metadata.get('idempotency-key').length > 0) violations.push(KEY_IN_METADATA);
  if (violations.length > 0) throw new InvalidRequest(violations);
  if (operation.kind === 'command') call.identify(operation.name, message);
  return message;
}

function headersOf(call: Call): Metadata {
  const metadata = new Metadata();
  metadata.set('x-request-id', call.callId);
  if (call.wasReplayed) metadata.set('idempotent-replayed', 'true');
  return metadata;
}

function textOf(metadata: Metadata, name: string): string | undefined {
  const [value] = metadata.get(name);
  return typeof value === 'string' ? value : undefined;
}
