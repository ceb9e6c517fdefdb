import { connect } from 'node:http2';
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import type { ServiceDefinition } from '@grpc/proto-loader';
import { service as healthService } from 'grpc-health-check';
import protobuf from 'protobufjs';
import { Contention } from '@drawdown/engine/event-store';
import { type Demo, last, methodOf, openDemo } from '../transports.fixtures';
import { GRPC_MESSAGE_BYTES_MAX } from './grpc-limits';

let demo: Demo;
let client: Client;
beforeAll(async () => {
  demo = await openDemo();
  client = new Client(demo.transports.grpcAddress, credentials.createInsecure());
});
afterAll(async () => {
  client.close();
  await demo.transports.close(AbortSignal.abort());
});

interface Answer {
  readonly error: ServiceError | null;
  readonly value: object | undefined;
  readonly headers: Metadata | undefined;
}

/** @param request fields, or the bytes on the wire */
function call(rpc: string, request: object | Buffer, metadata = new Metadata(), deadline = Date.now() + 10_000): Promise<Answer> {
  const { path, requestSerialize, responseDeserialize } = methodOf(rpc);
  const serialize = (value: object | Buffer): Buffer => (Buffer.isBuffer(value) ? value : requestSerialize(value));
  return new Promise((resolve) => {
    let headers: Metadata | undefined;
    client
      .makeUnaryRequest(path, serialize, responseDeserialize, request, metadata, { deadline }, (error, value) =>
        resolve({ error, value, headers }),
      )
      .on('metadata', (got: Metadata) => (headers = got));
  });
}

const { root } = protobuf.parse(`
  syntax = "proto3"; package google.rpc;
  message Any { string type_url = 1; bytes value = 2; }
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message ErrorInfo { string reason = 1; string domain = 2; map<string, string> metadata = 3; }
  message FieldViolation { string field = 1; string description = 2; }
  message BadRequest { repeated FieldViolation fieldViolations = 1; }
  message Duration { int64 seconds = 1; int32 nanos = 2; }
  message RetryInfo { Duration retryDelay = 1; }
`);

interface Details {
  readonly ErrorInfo?: { readonly reason: string; readonly domain: string; readonly metadata: Record<string, string> };
  readonly BadRequest?: { readonly fieldViolations: readonly { readonly field: string; readonly description: string }[] };
  readonly RetryInfo?: { readonly retryDelay: { readonly seconds?: string; readonly nanos?: number } };
}

function detailsOf(error: ServiceError | null): Details {
  const decode = (name: string, bytes: Uint8Array): Record<string, unknown> => {
    const type = root.lookupType(`google.rpc.${name}`);
    return type.toObject(type.decode(bytes), { longs: String });
  };
  const [bytes] = error?.metadata.get('grpc-status-details-bin') ?? [];
  const { details } = decode('Status', bytes as Buffer) as { details: { type_url?: string; typeUrl: string; value: Uint8Array }[] };
  return Object.fromEntries(
    details.map(({ typeUrl, value }) => {
      const name = typeUrl.replace('type.googleapis.com/google.rpc.', '');
      return [name, decode(name, value)];
    }),
  );
}

const TOP_UP = { customer_id: 'cus_1', credit_product_id: 'api-calls', amount: '12.50', origin: 'ORIGIN_PAID' };
const wire = (write: (writer: protobuf.Writer) => protobuf.Writer): Buffer => Buffer.from(write(protobuf.Writer.create()).finish());

describe('a call over gRPC', () => {
  it('is answered with the message of the contract', async () => {
    const { value } = await call('TopUpCreditBalance', { ...TOP_UP, metadata: { order: '7' } });
    expect(value).toMatchObject({
      revision: '3',
      balance: { customer_id: 'cus_1', status: 'BALANCE_STATUS_OPEN', booked: '12.5' },
      grant: { amount: '12.5', metadata: { order: '7' } },
    });
  });

  it('reaches the operation in the very form that HTTP gives it', async () => {
    const time = { seconds: 1_769_904_000, nanos: 123_999_999 };
    await call('TopUpCreditBalance', {
      ...TOP_UP,
      amount: '1',
      priority: 0,
      expires_at: time,
      cost_basis: { amount: '9', currency: 'EUR' },
      metadata: { a: 'b' },
    });
    const overGrpc = last(demo.seen).request;
    await fetch(`${demo.transports.httpUrl}/v1/customers/cus_1/credit-balances/api-calls/top-ups`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"metadata":{"a":"b"},"origin":"paid","amount":"1","priority":0,"expires_at":"2026-02-01T00:00:00.123Z","cost_basis":{"currency":"EUR","amount":"9"},"reference":null}',
    });
    expect(overGrpc).toEqual(last(demo.seen).request);
  });

  it('tells an absent optional field from its zero', async () => {
    await call('GetBalance', { customer_id: 'c', min_revision: '0' });
    expect(last(demo.seen).request).toEqual({ customer_id: 'c', min_revision: 0 });
    await call('GetBalance', { customer_id: 'c' });
    expect(last(demo.seen).request).toEqual({ customer_id: 'c' });
  });

  it('takes repeated words packed and one by one', async () => {
    const unpacked = wire((w) => w.uint32(10).string('c').uint32(48).int32(3).uint32(48).int32(15));
    await call('ListMovements', unpacked);
    const one = last(demo.seen).request;
    await call('ListMovements', { customer_id: 'c', types: ['MOVEMENT_TYPE_CONSUMED', 'MOVEMENT_TYPE_RUN_OUT'] });
    expect(one).toEqual({ customer_id: 'c', types: ['consumed', 'run_out'] });
    expect(last(demo.seen).request).toEqual(one);
  });

  it('carries its id and trace context', async () => {
    const metadata = new Metadata();
    metadata.set('x-request-id', 'call-1');
    metadata.set('traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
    const { headers } = await call('GetSettings', {}, metadata);
    expect([headers?.get('x-request-id'), last(demo.seen).context.traceparent]).toEqual([
      ['call-1'],
      '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    ]);
  });

  it('may retry over gRPC what was asked over HTTP', async () => {
    await fetch(`${demo.transports.httpUrl}/v1/customers`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'both' },
      body: '{"currency":"EUR","customer_id":"cus_1"}',
    });
    const { headers } = await call('CreateCustomer', { request_id: 'both', customer_id: 'cus_1', currency: 'EUR' });
    expect(headers?.get('idempotent-replayed')).toEqual(['true']);
    const other = await call('CreateCustomer', { request_id: 'both', customer_id: 'cus_2', currency: 'EUR' });
    expect([other.error?.code, detailsOf(other.error).ErrorInfo?.reason]).toEqual([status.ALREADY_EXISTS, 'IDEMPOTENCY_CONFLICT']);
  });

  it('is refused with its key in metadata, where it would protect no retry', async () => {
    const metadata = new Metadata();
    metadata.set('idempotency-key', 'k');
    const { error } = await call('CreateCustomer', { customer_id: 'cus_1', currency: 'EUR' }, metadata);
    expect(error?.code).toBe(status.INVALID_ARGUMENT);
    expect(error?.details).toContain('request_id');
  });
});

describe('what is wrong with a gRPC request', () => {
  it.each([
    ['an exponent', { ...TOP_UP, amount: '1e3' }, 'amount', 'must be a decimal string'],
    ['too many digits', { ...TOP_UP, amount: '0.0000000001' }, 'amount', 'at most 9 digits'],
    ['NaN', { ...TOP_UP, amount: 'NaN' }, 'amount', 'must be a decimal string'],
    ['a negative amount', { ...TOP_UP, amount: '-1' }, 'amount', 'must be above 0'],
    ['no amount', { ...TOP_UP, amount: '' }, 'amount', 'is missing or empty'],
    ['no origin', { ...TOP_UP, origin: 'ORIGIN_UNSPECIFIED' }, 'origin', 'is missing'],
    ['an empty customer', { ...TOP_UP, customer_id: '' }, 'customer_id', 'is missing or empty'],
    ['an over-long customer', { ...TOP_UP, customer_id: 'c'.repeat(129) }, 'customer_id', 'longer than 128 bytes'],
    ['a NUL', { ...TOP_UP, reference: 'a\0b' }, 'reference', 'holds U+0000'],
    ['a lone surrogate', { ...TOP_UP, reference: '\ud800' }, 'reference', 'is not valid UTF-8'],
    ['a priority out of range', { ...TOP_UP, priority: 256 }, 'priority', 'from 0 to 255'],
    ['a time out of range', { ...TOP_UP, expires_at: { seconds: '253402300800' } }, 'expires_at', 'must be an RFC 3339 time'],
    ['__proto__ in metadata', { ...TOP_UP, metadata: Object.fromEntries([['__proto__', 'x']]) }, 'metadata.__proto__', 'is no name'],
    ['a key that cannot be one', { ...TOP_UP, request_id: 'k'.repeat(129) }, 'request_id', 'printable ASCII'],
    [
      'an unknown field',
      wire((w) =>
        w
          .uint32(10)
          .string('k')
          .uint32((999 << 3) | 2)
          .string('x'),
      ),
      '#999',
      'does not know',
    ],
    [
      'an unknown field of a nested message',
      wire((w) =>
        w
          .uint32(74)
          .fork()
          .uint32((77 << 3) | 0)
          .int32(1)
          .ldelim(),
      ),
      'cost_basis.#77',
      'does not know',
    ],
    ['an unknown word', wire((w) => w.uint32(40).int32(9)), 'origin', 'must be one of paid, free'],
    ['a number where text is wanted', wire((w) => w.uint32(32).int32(12)), 'amount', 'must be a decimal string such as "12.50"'],
  ])('is said by field: %s', async (_, request, field, problem) => {
    const { error } = await call('TopUpCreditBalance', request);
    const { ErrorInfo, BadRequest } = detailsOf(error);
    expect([error?.code, ErrorInfo?.reason, ErrorInfo?.domain]).toEqual([status.INVALID_ARGUMENT, 'INVALID_REQUEST', 'drawdown']);
    expect(BadRequest?.fieldViolations).toContainEqual({ field, description: expect.stringContaining(problem) as unknown });
  });

  it.each([
    ['cut off in the middle', Buffer.from([0x0a, 0x50, 0x41])],
    ['of a wire type that does not exist', Buffer.from([0x0f, 0x00])],
    ['a varint that never ends', Buffer.alloc(12, 0xff)],
    ['groups without end', Buffer.alloc(100_000, 0x5b)],
  ])('is said: bytes that are no message, %s', async (_, bytes) => {
    const { error } = await call('TopUpCreditBalance', bytes);
    expect([error?.code, detailsOf(error).ErrorInfo?.reason]).toEqual([status.INVALID_ARGUMENT, 'INVALID_REQUEST']);
  });

  it('is a revision beyond what a number can hold', async () => {
    const { error } = await call('GetBalance', { customer_id: 'c', min_revision: '9007199254740993' });
    expect(detailsOf(error).BadRequest?.fieldViolations?.[0]?.field).toBe('min_revision');
  });

  it('is a message over the limit', async () => {
    const { error } = await call('TopUpCreditBalance', { ...TOP_UP, reference: 'x'.repeat(GRPC_MESSAGE_BYTES_MAX) });
    expect(error?.code).toBe(status.RESOURCE_EXHAUSTED);
  });

  it('is a long list of mistakes, of which the trailer holds as many as it can', async () => {
    const metadata = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`!${i}`, 'x']));
    const { error } = await call('TopUpCreditBalance', { ...TOP_UP, metadata });
    expect(detailsOf(error).BadRequest?.fieldViolations).toHaveLength(20);
  });
});

describe('an error behind the gRPC transport', () => {
  it('is a refusal with its reason and figures', async () => {
    const { error } = await call('DeductCredits', { customer_id: 'c' });
    expect([error?.code, detailsOf(error).ErrorInfo]).toEqual([
      status.FAILED_PRECONDITION,
      { reason: 'INSUFFICIENT_CREDITS', domain: 'drawdown', metadata: { available: '1.5', requested: '2' } },
    ]);
    expect((await call('GetCustomer', { customer_id: 'c' })).error?.code).toBe(status.NOT_FOUND);
  });

  it('is a fault that may pass, with RetryInfo', async () => {
    const { error } = await call('PauseWallet', { customer_id: 'c' });
    expect([error?.code, detailsOf(error).RetryInfo?.retryDelay.seconds]).toEqual([status.UNAVAILABLE, '1']);
    demo.failWith = new Contention('wallet-c', 3);
    expect((await call('PauseWallet', { customer_id: 'c' })).error?.code).toBe(status.ABORTED);
  });

  it('is a defect: logged, and the caller learns nothing about it', async () => {
    demo.failWith = new Error('password is swordfish');
    const { error } = await call('PauseWallet', { customer_id: 'c' });
    expect([error?.code, error?.details]).toEqual([status.INTERNAL, expect.not.stringContaining('swordfish')]);
    expect(last(demo.logged)).toContain('swordfish');
  });

  it('is an rpc that does not exist', async () => {
    const { error } = await new Promise<{ error: ServiceError | null }>((resolve) =>
      client.makeUnaryRequest(
        '/drawdown.v1.WalletService/Nothing',
        () => Buffer.alloc(0),
        () => ({}),
        {},
        (failed) => resolve({ error: failed }),
      ),
    );
    expect(error?.code).toBe(status.UNIMPLEMENTED);
  });
});

describe('a stream over gRPC', () => {
  const watch = (deadline = Date.now() + 10_000) => {
    const { path, requestSerialize, responseDeserialize } = methodOf('WatchBalance');
    return client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, { customer_id: 'c' }, { deadline });
  };
  const readAll = async (stream: ReturnType<typeof watch>): Promise<{ messages: object[]; code: status | undefined }> => {
    const messages: object[] = [];
    try {
      for await (const message of stream) messages.push(message as object);
      return { messages, code: undefined };
    } catch (error) {
      return { messages, code: (error as ServiceError).code };
    }
  };

  it('sends every message in order', async () => {
    demo.watch = async function* () {
      for (let revision = 0; revision < 100; revision++) yield { revision };
    };
    const { messages, code } = await readAll(watch());
    expect([messages.length, messages.at(-1), code]).toEqual([100, { revision: '99' }, undefined]);
  });

  it('ends with the status of what went wrong on the way', async () => {
    demo.watch = async function* () {
      yield { revision: 1 };
      throw new Contention('wallet-c', 1);
    };
    expect(await readAll(watch())).toEqual({ messages: [{ revision: '1' }], code: status.ABORTED });
  });

  // A bare HTTP/2 client: that of grpc-js takes in whatever comes, however slowly it is read.
  it('is not read ahead of a slow reader', async () => {
    let made = 0;
    let signalHeld: (() => void) | undefined;
    const held = new Promise<void>((resolve) => (signalHeld = resolve));
    demo.watch = async function* (_, { signal }) {
      signal.addEventListener('abort', () => signalHeld?.());
      for (; made < 10_000; made++) yield { balance: { name: 'x'.repeat(64 * 1024) } };
    };
    const session = connect(`http://${demo.transports.grpcAddress}`);
    const stream = session.request({
      ':method': 'POST',
      ':path': '/drawdown.v1.BalanceService/WatchBalance',
      'content-type': 'application/grpc',
      te: 'trailers',
      'grpc-timeout': '300m',
    });
    stream.on('error', () => undefined);
    stream.end(Buffer.from([0, 0, 0, 0, 0]));
    await held;
    expect(made).toBeGreaterThan(0);
    expect(made).toBeLessThan(100);
    session.destroy();
  });

  it('lets its source know when the caller cancels or its deadline passes', async () => {
    for (const end of ['cancel', 'deadline'] as const) {
      let gone: (() => void) | undefined;
      const left = new Promise<void>((resolve) => (gone = resolve));
      demo.watch = async function* (_, { signal }) {
        signal.addEventListener('abort', () => gone?.());
        yield { revision: 1 };
        await new Promise(() => undefined);
      };
      const stream = watch(end === 'deadline' ? Date.now() + 200 : undefined);
      stream.on('error', () => undefined);
      stream.on('data', () => end === 'cancel' && stream.cancel());
      await left;
    }
  });
});

describe('the gRPC server', () => {
  const check = (name: string): Promise<string> => {
    const method = (healthService as unknown as ServiceDefinition)['Check'];
    if (!method) throw new Error('no Check');
    return new Promise((resolve) =>
      client.makeUnaryRequest(method.path, method.requestSerialize, method.responseDeserialize, { service: name }, (error, value) =>
        resolve(error ? status[error.code] : (value as unknown as { status: string }).status),
      ),
    );
  };

  it('answers grpc.health.v1 for itself and each service', async () => {
    expect(await check('')).toBe('SERVING');
    expect(await check('drawdown.v1.WalletService')).toBe('SERVING');
    expect(await check('drawdown.v1.Nothing')).toBe('NOT_FOUND');
  });
});
