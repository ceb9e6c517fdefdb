/** A gRPC client made from the proto files alone, as a user in another language would make one. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Client, credentials, Metadata, type MethodDefinition, type ServiceError, status } from '@grpc/grpc-js';
import { type EnumTypeDefinition, loadSync } from '@grpc/proto-loader';
import protobuf from 'protobufjs';
import { ROOT } from '../services/build';

const PROTO = join(ROOT, 'proto');
const DEADLINE_MS = 60_000;

export type Fields = { readonly [field: string]: unknown };

interface FieldViolation {
  readonly field: string;
  readonly description: string;
}

/** What a call was refused with, its google.rpc.Status unpacked. */
export class GrpcProblem extends Error {
  constructor(
    /** Name of the canonical code. */
    readonly status: string,
    message: string,
    readonly reason: string,
    readonly facts: Readonly<Record<string, string>>,
    readonly violations: readonly FieldViolation[],
  ) {
    super(`${status} ${reason}: ${message}`);
    this.name = 'GrpcProblem';
  }
}

const files = readdirSync(join(PROTO, 'drawdown/v1')).map((file) => `drawdown/v1/${file}`);
const definition = loadSync(files, { includeDirs: [PROTO], keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true });

type Method = MethodDefinition<object, object>;
const methods = new Map<string, Method>(
  Object.values(definition).flatMap((entry) =>
    'format' in entry ? [] : Object.entries(entry as unknown as Readonly<Record<string, Method>>),
  ),
);
const isEnum = (entry: (typeof definition)[string]): entry is EnumTypeDefinition =>
  'format' in entry && String(entry.format).includes('EnumDescriptor');
/** Of every word of every enum, the word as HTTP says it. */
const words = new Map<string, string | undefined>(
  Object.values(definition)
    .filter(isEnum)
    .flatMap((entry) => {
      const { name = '', value = [] } = entry.type as {
        readonly name?: string;
        readonly value?: readonly { readonly name: string; readonly number: number }[];
      };
      const prefix = name.replace(/(?<=[a-z0-9])([A-Z])/g, '_$1').length + 1;
      return value.map(({ name: word, number }): [string, string | undefined] => [
        word,
        number === 0 ? undefined : word.slice(prefix).toLowerCase(),
      ]);
    }),
);

export class GrpcClient {
  private readonly client: Client;

  constructor(readonly address: string) {
    this.client = new Client(address, credentials.createInsecure(), {
      'grpc.initial_reconnect_backoff_ms': 50,
      'grpc.max_reconnect_backoff_ms': 500,
    });
  }

  /** The answer with the same names and values as over HTTP. @throws GrpcProblem */
  async call<Body>(rpc: string, request: Fields = {}): Promise<Body> {
    return asOverHttp(await this.raw(rpc, request)) as Body;
  }

  /** The answer as the proto loader gives it. @throws GrpcProblem */
  raw(rpc: string, request: Fields = {}): Promise<object> {
    const { path, requestSerialize, responseDeserialize } = methodOf(rpc);
    return new Promise((resolve, reject) => {
      this.client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, new Metadata(), this.options(), (error, answer) =>
        error ? reject(problemOf(error)) : resolve(answer ?? {}),
      );
    });
  }

  /** A request of bytes that need not be a message at all. @throws GrpcProblem */
  bytes(rpc: string, request: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const same = (bytes: Buffer): Buffer => bytes;
      this.client.makeUnaryRequest(methodOf(rpc).path, same, same, request, new Metadata(), this.options(), (error, answer) =>
        error ? reject(problemOf(error)) : resolve(answer ?? Buffer.alloc(0)),
      );
    });
  }

  /** Messages until `enough` says so or the stream ends. */
  async stream<Body>(rpc: string, request: Fields, enough: (messages: readonly Body[]) => boolean): Promise<readonly Body[]> {
    const { path, requestSerialize, responseDeserialize } = methodOf(rpc);
    const call = this.client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, new Metadata(), this.options());
    const messages: Body[] = [];
    try {
      for await (const message of call) {
        messages.push(asOverHttp(message) as Body);
        if (enough(messages)) break;
      }
    } catch (error) {
      throw problemOf(error as ServiceError);
    }
    return messages;
  }

  encode(rpc: string, request: Fields): Buffer {
    return methodOf(rpc).requestSerialize(request);
  }

  close(): void {
    this.client.close();
  }

  private readonly options = () => ({ deadline: Date.now() + DEADLINE_MS });
}

function methodOf(rpc: string): Method {
  const method = methods.get(rpc);
  if (!method) throw new Error(`the proto files have no rpc ${rpc}`);
  return method;
}

/** Times as RFC 3339, enum words in lower case without their prefix, and nothing that HTTP leaves out. */
function asOverHttp(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asOverHttp);
  if (Buffer.isBuffer(value)) return value.toString('base64');
  if (typeof value === 'string') return words.has(value) ? words.get(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  if ('seconds' in value && 'nanos' in value)
    return new Date(Number(value.seconds) * 1_000 + Number(value.nanos) / 1_000_000).toISOString();
  const oneofs = new Set(['line', 'quantity', 'report']);
  return Object.fromEntries(
    Object.entries(value)
      .filter(
        ([name]) =>
          !name.startsWith('_') &&
          !(oneofs.has(name) && typeof (value as Fields)[name] === 'string' && name in value && String((value as Fields)[name]) in value),
      )
      .map(([name, field]) => [name, asOverHttp(field)] as const)
      .filter(([, field]) => field !== null && field !== undefined && field !== ''),
  );
}

/** Enums of request fields, by the field's name. */
const ENUMS: Readonly<Record<string, string>> = { origin: 'ORIGIN', overrun: 'OVERRUN', types: 'MOVEMENT_TYPE', by: 'PURCHASED_BY' };
const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/** A request in the words of HTTP as the proto loader takes it. */
export function asOverGrpc(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => asOverGrpc(item, name));
  if (typeof value === 'string' && name in ENUMS) return `${ENUMS[name]}_${value.toUpperCase()}`;
  if (typeof value === 'string' && TIME.test(value))
    return { seconds: Math.floor(Date.parse(value) / 1_000), nanos: (Date.parse(value) % 1_000) * 1_000_000 };
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([field, inner]) => [field, asOverGrpc(inner, field)]));
}

const { root } = protobuf.parse(
  `
  syntax = "proto3";
  message Any { string type_url = 1; bytes value = 2; }
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message ErrorInfo { string reason = 1; string domain = 2; map<string, string> metadata = 3; }
  message FieldViolation { string field = 1; string description = 2; }
  message BadRequest { repeated FieldViolation field_violations = 1; }
`,
  { keepCase: true },
);

interface Details {
  readonly reason?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly field_violations?: readonly FieldViolation[];
}

function problemOf(error: ServiceError): GrpcProblem {
  const [bytes] = error.metadata?.get('grpc-status-details-bin') ?? [];
  const details = Buffer.isBuffer(bytes) ? detailsOf(bytes) : {};
  return new GrpcProblem(
    status[error.code] ?? String(error),
    error.details ?? String(error),
    details.reason ?? '',
    details.metadata ?? {},
    details.field_violations ?? [],
  );
}

function detailsOf(bytes: Buffer): Details {
  const packed = root.lookupType('Status').decode(bytes).toJSON() as {
    readonly details?: readonly { readonly type_url: string; readonly value: string }[];
  };
  return Object.assign(
    {},
    ...(packed.details ?? []).map(({ type_url, value }): Details => {
      const name = type_url.slice(type_url.lastIndexOf('.') + 1);
      if (name !== 'ErrorInfo' && name !== 'BadRequest') return {};
      return root.lookupType(name).decode(Buffer.from(value, 'base64')).toJSON();
    }),
  ) as Details;
}
