/** The interface of operations, under both transports. An operation gets a request of the right shape and returns the fields of the answer. */
import {
  type Message,
  type RequestOf,
  type ResponseOf,
  type Route,
  routes,
  type RpcName,
  rpcNames,
  type StreamName,
} from '@drawdown/api/contract';

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
export type Handler<Name extends RpcName> = Name extends StreamName
  ? (request: RequestOf<Name>, context: Context) => AsyncIterable<ResponseOf<Name>>
  : (request: RequestOf<Name>, context: Context) => Promise<ResponseOf<Name>>;

/** One handler per rpc: an rpc of the proto files does not compile until it has one. */
export type Handlers = { readonly [Name in RpcName]: Handler<Name> };

/** An operation as the transports see it, which handle every message alike. */
export type Operation = Route & {
  readonly name: RpcName;
  readonly handle: (request: Message, context: Context) => Promise<Message> | AsyncIterable<Message>;
};

export const operations = (handlers: Handlers): readonly Operation[] =>
  // The transport has read the request by the shape of this rpc: it has the type that the handler takes.
  rpcNames.map((name) => ({ name, ...routes[name], handle: handlers[name] as Operation['handle'] }));

/** Usage as it came over HTTP, unparsed. */
export interface RawUsage {
  readonly body: Buffer;
  /** In lower case, without parameters; empty when there was none. */
  readonly contentType: string;
  /** In lower case, as Node gives them. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Answers with the fields of SendUsageBatchResponse, or of SendUsageResponse for a single event. */
export type AnswerUsage = (usage: RawUsage, context: Context) => Promise<ResponseOf<'SendUsage'> | ResponseOf<'SendUsageBatch'>>;

/** Content types of POST /v1/usage; any JSON type is taken in binary mode, where the attributes are ce-* headers. */
export const USAGE_CONTENT_TYPES = ['application/cloudevents+json', 'application/cloudevents-batch+json', 'application/json'] as const;
