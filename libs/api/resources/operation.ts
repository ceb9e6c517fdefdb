/** What stands under both transports: an operation takes a request whose shape has been checked and returns the answer's fields. */
import { type Message, type Route, routes, type RpcName, type StreamName } from '@drawdown/api/contract';

export type { Message };

export interface Context {
  readonly transport: 'http' | 'grpc';
  /** Identifies this call in the logs. X-Request-Id of the caller, or made by the transport. */
  readonly callId: string;
  /** Idempotency key of a command. Undefined: the caller gave none, and a retry is a new command. */
  readonly key: string | undefined;
  /** SHA-256 of the command without its key, in hex: the same key with another body is a conflict. Undefined without a key. */
  readonly body: string | undefined;
  /** W3C trace context of the caller. */
  readonly traceparent: string | undefined;
  /** Aborted when the caller went away, the deadline passed or the service stops for good. */
  readonly signal: AbortSignal;
  /** When the caller stops waiting, in milliseconds since 1970. */
  readonly deadline: number | undefined;
  /** To be called when the answer is that of an earlier command with the same key. */
  replayed(): void;
}

/** @throws InvalidRequest, Refused, Fault; whatever else is thrown is a bug and is answered as one. */
export type AnswerOnce = (request: Message, context: Context) => Promise<Message>;
export type AnswerStream = (request: Message, context: Context) => AsyncIterable<Message>;

/** One handler per rpc: an rpc that is added to the table does not compile until it has one. */
export type Handlers = { readonly [Name in RpcName]: Name extends StreamName ? AnswerStream : AnswerOnce };

export type Operation = Route & {
  readonly name: RpcName;
  readonly handle: AnswerOnce | AnswerStream;
};

export const rpcNames = Object.keys(routes) as readonly RpcName[];

export const operations = (handlers: Handlers): readonly Operation[] =>
  rpcNames.map((name) => ({ name, ...routes[name], handle: handlers[name] }));

/** Usage as it came over HTTP, unparsed. */
export interface RawUsage {
  readonly body: Buffer;
  /** In lower case, without parameters; empty when there was none. */
  readonly contentType: string;
  /** In lower case, as Node gives them. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Answers with the fields of SendUsageBatchResponse, or of SendUsageResponse for a single event. */
export type AnswerUsage = (usage: RawUsage, context: Context) => Promise<Message>;

/** Content types of POST /v1/usage; any JSON type is taken in binary mode, where the attributes are ce-* headers. */
export const USAGE_CONTENT_TYPES = ['application/cloudevents+json', 'application/cloudevents-batch+json', 'application/json'] as const;
