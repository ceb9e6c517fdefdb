import { connect } from 'node:net';
import { once } from 'node:events';
import { Contention } from '@drawdown/engine/event-store';
import { type Demo, last, openDemo } from '../transports.fixtures';
import { HTTP_BODY_BYTES_MAX } from './http-limits';

let demo: Demo;
beforeAll(async () => void (demo = await openDemo()));
afterAll(() => demo.transports.close(AbortSignal.abort()));

const JSON_BODY = { 'content-type': 'application/json' };

const ask = (method: string, path: string, body?: string | Buffer, headers: Record<string, string> = JSON_BODY): Promise<Response> =>
  fetch(`${demo.transports.httpUrl}${path}`, { method, headers, ...(body !== undefined && { body }) });

interface ProblemBody {
  readonly code: string;
  readonly detail: string;
  readonly title: string;
  readonly facts?: Record<string, string>;
  readonly errors?: readonly { readonly field: string; readonly detail: string; readonly remedy: string }[];
}

async function refused(response: Response, status: number): Promise<ProblemBody> {
  const text = await response.text();
  expect([response.status, text]).toEqual([status, expect.stringContaining('"code"')]);
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  return JSON.parse(text) as ProblemBody;
}

const TOP_UPS = '/v1/customers/cus_1/credit-balances/api-calls/top-ups';
const topUp = (body: string): Promise<Response> => ask('POST', TOP_UPS, body);

describe('a request over HTTP', () => {
  it('is answered with the fields of the contract, and 201 where something was made', async () => {
    const response = await topUp('{"amount":"12.50","origin":"paid","metadata":{"order":"7"}}');
    expect([response.status, await response.json()]).toEqual([
      201,
      {
        revision: 3,
        balance: {
          customer_id: 'cus_1',
          credit_product_id: 'api-calls',
          status: 'open',
          booked: '12.5',
          revision: 3,
          grants: [],
          holds: [],
          limits: [],
        },
        grant: { grant_id: 'g1', amount: '12.5', origin: 'paid', priority: 0, metadata: { order: '7' } },
      },
    ]);
  });

  it('reaches the operation in one form, whichever way a time, a word or a default was written', async () => {
    await topUp('{"amount":"1","origin":"free","expires_at":"2026-02-01T01:00:00.1239+01:00","priority":0,"reference":"","metadata":{}}');
    expect(last(demo.seen).request).toEqual({
      customer_id: 'cus_1',
      credit_product_id: 'api-calls',
      amount: '1',
      origin: 'free',
      expires_at: '2026-02-01T00:00:00.123Z',
      priority: 0,
    });
  });

  it('takes a customer id with a slash and a percent sign from the path', async () => {
    await ask('GET', `/v1/customers/${encodeURIComponent('a/b%é')}/balances`);
    expect(last(demo.seen).request).toEqual({ customer_id: 'a/b%é' });
  });

  it('reads query parameters by the contract, lists by repeating', async () => {
    await ask('GET', '/v1/customers/c/wallet/movements?types=consumed&types=run_out&newest_first=true&page_size=7&min_revision=0');
    expect(last(demo.seen).request).toEqual({
      customer_id: 'c',
      types: ['consumed', 'run_out'],
      newest_first: true,
      page_size: 7,
      min_revision: 0,
    });
  });

  it('echoes the X-Request-Id, and makes one where there is none that can be used', async () => {
    const given = await ask('GET', '/v1/settings', undefined, { 'x-request-id': 'call-1' });
    expect(given.headers.get('x-request-id')).toBe('call-1');
    const made = await ask('GET', '/v1/settings', undefined, { 'x-request-id': 'x'.repeat(129) });
    expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('a command over HTTP', () => {
  const create = (id: string, key: string): Promise<Response> =>
    ask('POST', '/v1/customers', `{"customer_id":"${id}","currency":"EUR"}`, { ...JSON_BODY, 'idempotency-key': key });

  it('is replayed under its Idempotency-Key, and says so', async () => {
    expect((await create('cus_1', 'k1')).headers.get('idempotent-replayed')).toBeNull();
    expect((await create('cus_1', 'k1')).headers.get('idempotent-replayed')).toBe('true');
  });

  it('is a conflict under the key of another body', async () => {
    await create('cus_1', 'k2');
    expect((await refused(await create('cus_2', 'k2'), 409)).code).toBe('IDEMPOTENCY_CONFLICT');
  });

  it('is refused under a key that cannot be one', async () => {
    const { errors } = await refused(await create('cus_1', 'k'.repeat(129)), 400);
    expect(errors?.[0]?.field).toBe('Idempotency-Key');
  });

  it('is refused under an empty key, which would protect no retry', async () => {
    const { errors } = await refused(await create('cus_1', ''), 400);
    expect(errors?.[0]).toMatchObject({ field: 'Idempotency-Key', detail: expect.stringContaining('is empty') as unknown });
  });

  it('is refused under two keys, which the transport would join into a third', async () => {
    const body = '{"customer_id":"cus_1","currency":"EUR"}';
    const { hostname, port } = new URL(demo.transports.httpUrl);
    const socket = connect(Number(port), hostname);
    socket.end(
      `POST /v1/customers HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nIdempotency-Key: a\r\nIdempotency-Key: b\r\n\r\n${body}`,
    );
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('came more than once');
  });
});

describe('what is wrong with a body', () => {
  it.each([
    [
      'a number where an amount is wanted',
      '{"amount":12.5,"origin":"paid"}',
      'amount',
      'must be a decimal string such as "12.50", not a JSON number',
    ],
    ['an amount beyond 2^53 as a number', '{"amount":9007199254740993,"origin":"paid"}', 'amount', 'not a JSON number'],
    ['1e309', '{"amount":1e309,"origin":"paid"}', 'amount', 'not a JSON number'],
    ['an exponent in a string', '{"amount":"1e3","origin":"paid"}', 'amount', 'must be a decimal string'],
    ['NaN in a string', '{"amount":"NaN","origin":"paid"}', 'amount', 'must be a decimal string'],
    ['ten digits after the point', '{"amount":"0.0000000001","origin":"paid"}', 'amount', 'at most 9 digits'],
    ['nineteen digits before the point', '{"amount":"1000000000000000000","origin":"paid"}', 'amount', 'at most 18 digits'],
    ['a negative amount', '{"amount":"-1","origin":"paid"}', 'amount', 'must be above 0'],
    ['no amount', '{"origin":"paid"}', 'amount', 'is missing or empty'],
    ['an empty amount', '{"amount":"","origin":"paid"}', 'amount', 'is missing or empty'],
    ['null for an amount', '{"amount":null,"origin":"paid"}', 'amount', 'is missing or empty'],
    ['a list for an amount', '{"amount":["1"],"origin":"paid"}', 'amount', 'not a list'],
    ['an unknown field', '{"amount":"1","origin":"paid","expiresAt":"x"}', 'expiresAt', 'is not a field'],
    ['a word that is none', '{"amount":"1","origin":"gift"}', 'origin', 'must be one of paid, free'],
    ['the unspecified word', '{"amount":"1","origin":"unspecified"}', 'origin', 'must be one of paid, free'],
    ['a flag for a word', '{"amount":"1","origin":true}', 'origin', 'not true'],
    ['a fraction for a whole number', '{"amount":"1","origin":"paid","priority":1.5}', 'priority', 'must be a whole number, not 1.5'],
    ['a string for a whole number', '{"amount":"1","origin":"paid","priority":"1"}', 'priority', 'must be a whole number, not "1"'],
    ['a whole number out of range', '{"amount":"1","origin":"paid","priority":256}', 'priority', 'from 0 to 255'],
    [
      'a day that does not exist',
      '{"amount":"1","origin":"paid","expires_at":"2026-02-30T00:00:00Z"}',
      'expires_at',
      'must be an RFC 3339 time',
    ],
    ['text for an object', '{"amount":"1","origin":"paid","cost_basis":"1 EUR"}', 'cost_basis', 'must be an object'],
    ['an unknown field of a nested object', '{"amount":"1","origin":"paid","cost_basis":{"sum":"1"}}', 'cost_basis.sum', 'is not a field'],
    ['a number in metadata', '{"amount":"1","origin":"paid","metadata":{"a":1}}', 'metadata.a', 'must be a string'],
    ['__proto__ as a field', '{"amount":"1","origin":"paid","__proto__":{"polluted":true}}', '__proto__', 'is not a field'],
    ['__proto__ in metadata', '{"amount":"1","origin":"paid","metadata":{"__proto__":"x"}}', 'metadata.__proto__', 'is no name'],
    ['constructor as a field', '{"amount":"1","origin":"paid","constructor":{"prototype":{}}}', 'constructor', 'is not a field'],
    ['a field of the path', '{"amount":"1","origin":"paid","customer_id":"cus_2"}', 'customer_id', 'does not belong here'],
    ['the key in the body', '{"amount":"1","origin":"paid","request_id":"k"}', 'request_id', 'does not belong here'],
    ['a list instead of an object', '[]', '', 'must be an object, not a list'],
    ['the same key twice', '{"amount":"1","amount":"2","origin":"paid"}', '', 'same key twice'],
    ['an escaped NUL', '{"amount":"1","origin":"paid","reference":"a\\u0000b"}', '', 'U+0000'],
    ['a lone surrogate', '{"amount":"1","origin":"paid","reference":"\\ud800"}', '', 'surrogate'],
    ['NaN', '{"amount":NaN}', '', 'not written as JSON writes numbers'],
    ['a truncated text', '{"amount":"1"', '', 'ends in the middle'],
    ['no JSON at all', 'amount=1', '', 'a character stands where JSON allows none'],
  ])('is said by field and remedy: %s', async (_, body, field, problem) => {
    const { code, errors = [] } = await refused(await topUp(body), 400);
    expect(code).toBe('INVALID_REQUEST');
    expect(errors).toContainEqual({
      field,
      detail: expect.stringContaining(problem) as unknown,
      remedy: expect.stringMatching(/\w/) as unknown,
    });
  });

  it('is said all at once', async () => {
    const { errors } = await refused(await topUp('{"amount":1,"origin":"gift","colour":"red"}'), 400);
    expect(errors?.map(({ field }) => field)).toEqual(['amount', 'origin', 'colour']);
  });

  it('names the field that was probably meant', async () => {
    const { errors } = await refused(await topUp('{"ammount":"1"}'), 400);
    expect(errors?.[0]?.remedy).toBe('did you mean amount?');
  });

  it('leaves every prototype alone', async () => {
    await topUp('{"amount":"1","origin":"paid","metadata":{"__proto__":"x"},"__proto__":{"polluted":"yes"}}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('is bytes that are not UTF-8', async () => {
    const { detail } = await refused(await ask('POST', TOP_UPS, Buffer.from([0x7b, 0xff, 0x7d])), 400);
    expect(detail).toContain('UTF-8');
  });

  it('is refused with 415 when it is of another type, compressed, or in another charset', async () => {
    const send = (headers: Record<string, string>): Promise<Response> => ask('POST', TOP_UPS, '{}', headers);
    const { code, detail } = await refused(await send({ 'content-type': 'text/xml' }), 415);
    expect([code, detail]).toEqual(['UNSUPPORTED_MEDIA_TYPE', expect.stringContaining('send application/json')]);
    await refused(await send({ 'content-type': 'application/x-www-form-urlencoded' }), 415);
    await refused(await send({ 'content-type': '///' }), 415);
    await refused(await send({ ...JSON_BODY, 'content-encoding': 'gzip' }), 415);
    await refused(await send({ 'content-type': 'application/json; charset=latin1' }), 415);
  });

  it('is refused with 413 and the limit when it has 10 MiB, and the caller gets to read that', async () => {
    const { code, detail } = await refused(await ask('POST', TOP_UPS, Buffer.alloc(10 * 1024 * 1024, 0x20)), 413);
    expect([code, detail]).toEqual(['BODY_TOO_LARGE', expect.stringContaining(String(HTTP_BODY_BYTES_MAX))]);
  });

  it('is taken up to the last byte of the limit', async () => {
    const body = `{"amount":"1","origin":"paid"${' '.repeat(HTTP_BODY_BYTES_MAX - 30)}}`;
    expect(body.length).toBe(HTTP_BODY_BYTES_MAX);
    expect((await topUp(body)).status).toBe(201);
    await refused(await topUp(`${body} `), 413);
  });
});

describe('what is wrong with a URL', () => {
  it.each([
    ['an unknown parameter', '/v1/customers/c/wallet/movements?pagesize=1', 'pagesize', 'did you mean page_size?'],
    ['a flag that is neither', '/v1/customers/c/wallet/movements?newest_first=1', 'newest_first', 'true or false'],
    ['a parameter twice', '/v1/customers/c/wallet/movements?page_size=1&page_size=2', 'page_size', 'send it once'],
    ['a number that is none', '/v1/customers/c/wallet/movements?page_size=1e3', 'page_size', 'digits'],
    ['the credit product of the wallet', '/v1/customers/c/wallet/balance?credit_product_id=x', 'credit_product_id', 'path of the wallet'],
    ['a NUL', '/v1/customers/c/wallet/can-spend?amount=1%00', 'amount', 'leave it out'],
    ['__proto__', '/v1/customers/c/wallet/balance?__proto__=1', '__proto__', 'leave it out'],
  ])('is said by field and remedy: %s', async (_, path, field, remedy) => {
    const { errors } = await refused(await ask('GET', path), 400);
    expect(errors?.[0]).toMatchObject({ field, remedy: expect.stringContaining(remedy) as unknown });
  });

  it('is a parameter that belongs into the body', async () => {
    const { errors } = await refused(await ask('POST', `${TOP_UPS}?amount=1`, '{"amount":"1","origin":"paid"}'), 400);
    expect(errors?.[0]).toMatchObject({ field: 'amount', remedy: 'send it in the body' });
  });

  it('is a path that is nowhere, or takes other methods, or is no path', async () => {
    expect((await refused(await ask('GET', '/v1/nothing'), 404)).code).toBe('PATH_NOT_FOUND');
    const response = await ask('DELETE', '/v1/customers/c/wallet/pause');
    expect([(await refused(response, 405)).code, response.headers.get('allow')]).toEqual(['METHOD_NOT_ALLOWED', 'POST']);
    await refused(await ask('GET', '/v1/customers/%ff%zz/wallet/balance'), 400);
  });

  it('is an answer that the caller would not take', async () => {
    expect((await refused(await ask('GET', '/v1/settings', undefined, { accept: 'text/html' }), 406)).code).toBe('NOT_ACCEPTABLE');
    expect((await ask('GET', '/v1/settings', undefined, { accept: 'text/html, */*;q=0.1' })).status).toBe(200);
  });
});

describe('what HTTP itself cannot carry', () => {
  const raw = async (bytes: string, end = true): Promise<string> => {
    const url = new URL(demo.transports.httpUrl);
    const socket = connect(Number(url.port), url.hostname);
    await once(socket, 'connect');
    socket.write(bytes);
    if (end) socket.end();
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await once(socket, 'close');
    return text;
  };

  it('is headers over the limit', async () => {
    expect(await raw(`GET /v1/settings HTTP/1.1\r\nhost: x\r\nx-big: ${'a'.repeat(20_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 431 [^]*HEADERS_TOO_LARGE/,
    );
  });

  it('is something that is not HTTP', async () => {
    expect(await raw('hello\r\n\r\n')).toMatch(/^HTTP\/1.1 400 [^]*INVALID_HTTP/);
  });

  it('is a body that breaks off: the operation never hears of it', async () => {
    const before = demo.seen.length;
    await raw(`POST ${TOP_UPS} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"amount":"1"`);
    expect(demo.seen.length).toBe(before);
    expect((await ask('GET', '/v1/settings')).status).toBe(200);
  });
});

describe('an error behind the HTTP transport', () => {
  it('is a refusal with its code, its figures and a status of its own', async () => {
    const { code, facts, detail } = await refused(await ask('POST', '/v1/customers/c/credit-balances/p/deductions', '{}'), 402);
    expect([code, facts, detail]).toEqual([
      'INSUFFICIENT_CREDITS',
      { available: '1.5', requested: '2' },
      '2 asked, 1.5 available; top up or ask for less',
    ]);
    expect((await refused(await ask('GET', '/v1/customers/c'), 404)).code).toBe('CUSTOMER_NOT_FOUND');
  });

  it('is a fault that may pass, with Retry-After', async () => {
    const response = await ask('POST', '/v1/customers/c/wallet/pause');
    expect([(await refused(response, 503)).code, response.headers.get('retry-after')]).toEqual(['LOG_UNAVAILABLE', '1']);
    demo.failWith = new Contention('wallet-c', 3);
    expect((await refused(await ask('POST', '/v1/customers/c/wallet/pause'), 409)).code).toBe('CONTENTION');
  });

  it('is a defect: logged with its call id, and the caller learns nothing else', async () => {
    demo.failWith = new Error('password is swordfish');
    const response = await ask('POST', '/v1/customers/c/wallet/pause', undefined, { 'x-request-id': 'call-9' });
    expect(JSON.stringify(await refused(response, 500))).not.toContain('swordfish');
    expect(last(demo.logged)).toMatch(/call-9/);
    expect(last(demo.logged)).toMatch(/swordfish/);
  });
});

describe('the settings over HTTP', () => {
  it('carry their revision as ETag, and are not sent again to who has them', async () => {
    const first = await ask('GET', '/v1/settings');
    expect(first.headers.get('etag')).toBe('"7"');
    expect((await ask('GET', '/v1/settings', undefined, { 'if-none-match': '"7"' })).status).toBe(304);
  });

  it('are changed from the revision in If-Match', async () => {
    await ask('PATCH', '/v1/settings', '{"enabled":false}', { ...JSON_BODY, 'if-match': '"7"' });
    expect(last(demo.seen).request).toEqual({ enabled: false, expected_revision: 7 });
    await refused(await ask('PATCH', '/v1/settings', '{}', { ...JSON_BODY, 'if-match': 'W/"x"' }), 400);
  });
});

describe('usage over HTTP', () => {
  it('goes to intake as the bytes that came, with type and headers', async () => {
    const response = await ask('POST', '/v1/usage', Buffer.from([0x7b, 0xff]), {
      'content-type': 'application/JSON; charset=utf-8',
      'ce-id': 'e1',
    });
    expect([response.status, last(demo.seen).request]).toEqual([200, { body: '{\xff', contentType: 'application/json', ce: 'e1' }]);
    expect(await response.json()).toMatchObject({ applied: 1, duplicate: 0, outcomes: [{ index: 0, status: 'applied' }] });
  });

  it.each([
    ['application/cloudevents+json', { outcome: { index: 0, status: 'applied' } }],
    ['application/cloudevents-batch+json', { applied: 1, outcomes: [{ index: 0, status: 'applied' }] }],
  ])('may be %s, and is answered with one outcome or with all', async (type, answer) => {
    const response = await ask('POST', '/v1/usage', '[]', { 'content-type': type });
    expect([response.status, await response.json()]).toMatchObject([200, answer]);
  });

  it('is refused in another type', async () => {
    await refused(await ask('POST', '/v1/usage', 'x', { 'content-type': 'text/csv' }), 415);
  });
});

describe('a stream over HTTP', () => {
  const watch = (headers: Record<string, string> = {}): Promise<Response> => ask('GET', '/v1/customers/c/wallet/watch', undefined, headers);

  it('is server-sent events that carry their revision as id', async () => {
    demo.watch = async function* () {
      yield { revision: 4, balance: { booked: '4' } };
      yield { revision: 5, balance: { booked: '3' } };
    };
    const response = await watch();
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const events = (await response.text()).split('\n\n').filter((event) => event !== '');
    expect(events.map((event) => event.split('\n')[0])).toEqual(['id: 4', 'id: 5']);
    expect(JSON.parse(events[0]?.split('data: ')[1] ?? '')).toMatchObject({ revision: 4, balance: { booked: '4' } });
  });

  it('is taken up again after the Last-Event-ID', async () => {
    await (await watch({ 'last-event-id': '4' })).text();
    expect(last(demo.seen).request).toEqual({ customer_id: 'c', after_revision: 4 });
  });

  it('is a problem with its status when it is refused at once', async () => {
    demo.watch = () => {
      throw new Contention('wallet-c', 1);
    };
    expect((await refused(await watch(), 409)).code).toBe('CONTENTION');
    demo.watch = async function* () {
      await Promise.reject(new Contention('wallet-c', 1));
      yield {};
    };
    expect((await refused(await watch(), 409)).code).toBe('CONTENTION');
  });

  it('ends with an event of its own when it fails on the way', async () => {
    demo.watch = async function* () {
      yield { revision: 1 };
      throw new Contention('wallet-c', 1);
    };
    expect(await (await watch()).text()).toMatch(/event: error\ndata: .*CONTENTION/);
  });

  it('lets its source know when the reader goes away', async () => {
    let gone: (() => void) | undefined;
    const left = new Promise<void>((resolve) => (gone = resolve));
    demo.watch = async function* (_, { signal }) {
      signal.addEventListener('abort', () => gone?.());
      yield { revision: 1 };
      await new Promise(() => undefined);
    };
    const reader = new AbortController();
    const response = await fetch(`${demo.transports.httpUrl}/v1/customers/c/wallet/watch`, { signal: reader.signal });
    await response.body?.getReader().read();
    reader.abort();
    await left;
  });
});

describe('the probes', () => {
  it('say that it lives, whether it is ready, and what it can do', async () => {
    expect(await (await ask('GET', '/healthz')).json()).toEqual({ live: true });
    expect((await ask('GET', '/readyz')).status).toBe(200);
    expect(await (await ask('GET', '/openapi.json')).json()).toMatchObject({ openapi: '3.1.0' });
  });
});
