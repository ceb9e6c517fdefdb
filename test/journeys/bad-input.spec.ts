/** Wrong requests on both transports of a real process: each is refused with the field, what is wrong and the remedy, in the same words. */
import type { BalanceAnswer } from '../support/clients/answers';
import { type Fields, GrpcProblem } from '../support/clients/grpc-client';
import type { Method, Problem } from '../support/clients/http-client';
import { textMatching } from '../support/text-matching';
import type { Deployment } from '../support/services/deployment';
import { onEveryDeployment } from '../support/services/deployments';
import { balanceOf, CALLS, callsOf, createCalls, createHolder } from '../support/clients/usage';

const MIB = 1_024 * 1_024;

let service: Deployment;

interface Refusal {
  readonly code: string;
  readonly errors: readonly { readonly field: string; readonly said: string }[];
  readonly detail: string;
}

async function overHttp(method: Method, path: string, body?: object | string): Promise<Refusal & { readonly status: number }> {
  const { status, headers, body: problem } = await service.http.send<Problem>(method, path, body);
  expect(headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(problem.status).toBe(status);
  return {
    status,
    code: problem.code,
    detail: problem.detail,
    errors: (problem.errors ?? []).map(({ field, detail, remedy }) => ({ field, said: `${detail}; ${remedy}` })),
  };
}

async function overGrpc(rpc: string, request: Fields | Buffer): Promise<Refusal & { readonly status: string }> {
  const answer: unknown = await (Buffer.isBuffer(request) ? service.grpc.bytes(rpc, request) : service.grpc.raw(rpc, request)).catch(
    (error: unknown) => error,
  );
  if (!(answer instanceof GrpcProblem)) throw new Error(`${rpc} was not refused: ${JSON.stringify(answer)}`);
  const { status, reason, message, violations } = answer;
  return { status, code: reason, detail: message, errors: violations.map(({ field, description }) => ({ field, said: description })) };
}

/** A top-up with one field changed, on both transports. */
const topUpHttp = (fields: object) =>
  overHttp('POST', `${callsOf('acme')}/top-ups`, { amount: '1', origin: 'paid', reference: 'r', ...fields });
const topUpGrpc = (fields: Fields) =>
  overGrpc('TopUpCreditBalance', {
    customer_id: 'acme',
    credit_product_id: CALLS,
    amount: '1',
    origin: 'ORIGIN_PAID',
    reference: 'r',
    ...fields,
  });

const invalid = (field: string, said: string | RegExp) => ({ code: 'INVALID_REQUEST', errors: [{ field, said: textMatching(said) }] });

onEveryDeployment((deployment) => {
  beforeAll(async () => {
    service = deployment();
    await createCalls(service.http);
    await createHolder(service.http, 'acme', '100');
  });

  describe('an amount', () => {
    it.each([
      ['negative', '-1', /above 0.*send a larger amount/],
      ['zero', '0', /above 0.*send a larger amount/],
      ['with ten digits after the point', '1.0000000001', /send a plain decimal string, at most 18 digits before and 9 after the point/],
      ['with nineteen digits before the point', '1234567890123456789', /send a plain decimal string/],
      ['NaN', 'NaN', /send a plain decimal string/],
      ['Infinity', 'Infinity', /send a plain decimal string/],
      ['1e309', '1e309', /send a plain decimal string/],
      ['1e3', '1e3', /send a plain decimal string/],
      ['hexadecimal', '0x10', /send a plain decimal string/],
      ['with a comma', '1,5', /send a plain decimal string/],
      ['empty', '', /is missing or empty; send it/],
    ])('that is %s is refused by name on both transports', async (_, amount, said) => {
      expect(await topUpHttp({ amount })).toMatchObject({ status: 400, ...invalid('amount', said) });
      expect(await topUpGrpc({ amount })).toMatchObject({ status: 'INVALID_ARGUMENT', ...invalid('amount', said) });
    });

    it.each(['12.5', '1e309', '9007199254740993', '-1'])(
      'that is the JSON number %s is refused: digits in quotes are exact',
      async (number) => {
        const body = `{"amount":${number},"origin":"paid","reference":"r"}`;
        expect(await overHttp('POST', `${callsOf('acme')}/top-ups`, body)).toMatchObject({
          status: 400,
          ...invalid('amount', /must be a decimal string such as "12.50", not a JSON number; put the digits in quotes/),
        });
      },
    );

    it.each(['NaN', 'Infinity', '01', '+1', '.5'])('that is %s without quotes is no JSON at all', async (number) => {
      expect(await overHttp('POST', `${callsOf('acme')}/top-ups`, `{"amount":${number},"origin":"paid"}`)).toMatchObject({
        status: 400,
        ...invalid('', /the body is not the JSON that is taken here: .*; fix the JSON text/),
      });
    });

    it('that is a double on the wire is refused at the gRPC transport', async () => {
      // Field 4, wire type 1: eight bytes of a binary float.
      const bytes = Buffer.concat([
        service.grpc.encode('TopUpCreditBalance', { customer_id: 'acme', credit_product_id: CALLS, origin: 'ORIGIN_PAID' }),
        Buffer.from([0x21]),
        Buffer.alloc(8, 0x3f),
      ]);
      expect(await overGrpc('TopUpCreditBalance', bytes)).toMatchObject({
        status: 'INVALID_ARGUMENT',
        ...invalid('amount', /must be a decimal string such as "12.50", not wire type 1/),
      });
    });

    it('of 9007199254740993 keeps every digit on both transports', async () => {
      for (const customer of ['exact-http', 'exact-grpc']) await createHolder(service.http, customer, '0.000000001');
      const http = await service.http.post<BalanceAnswer>(`${callsOf('exact-http')}/top-ups`, {
        amount: '9007199254740993',
        origin: 'free',
      });
      const grpc = await service.grpc.call<BalanceAnswer>('TopUpCreditBalance', {
        customer_id: 'exact-grpc',
        credit_product_id: CALLS,
        amount: '9007199254740993',
        origin: 'ORIGIN_FREE',
      });
      expect(http.balance.booked).toBe('9007199254740993.000000001');
      expect(grpc.balance.booked).toBe('9007199254740993.000000001');
      expect((await balanceOf(service.http, 'exact-grpc')).available).toBe('9007199254740993.000000001');
    });
  });

  describe('a whole number', () => {
    it.each([
      ['a fraction', '1.5', /must be a whole number, not 1\.5; send digits only/],
      ['an exponent', '1e2', /must be a whole number, not 1e2; send digits only/],
      ['beyond what is exact', '9007199254740993', /out of range|from 0 to 255/],
      ['below its range', '-1', /must be a whole number from 0 to 255; send one in that range/],
      ['above its range', '256', /must be a whole number from 0 to 255; send one in that range/],
      ['a truth value', 'true', /must be a whole number, not true; send digits only/],
    ])('that is %s is refused', async (_, number, said) => {
      const { status, code, errors } = await overHttp(
        'POST',
        `${callsOf('acme')}/top-ups`,
        `{"amount":"1","origin":"paid","priority":${number}}`,
      );
      expect({ status, code }).toEqual({ status: 400, code: 'INVALID_REQUEST' });
      expect(errors[0]).toEqual({ field: 'priority', said: textMatching(said) });
    });

    it('out of its range is refused at the gRPC transport in the same words', async () => {
      expect(await topUpGrpc({ priority: 256 })).toMatchObject(
        invalid('priority', /must be a whole number from 0 to 255; send one in that range/),
      );
    });

    it('in the query string is refused by name', async () => {
      expect(await overHttp('GET', '/v1/customers?page_size=ten')).toMatchObject(
        invalid('page_size', /must be a whole number, not "ten"; send digits only/),
      );
      expect(await overHttp('GET', '/v1/customers?page_size=1001')).toMatchObject(invalid('page_size', /from 1 to 1000/));
      const tooLarge = await overHttp('GET', `${callsOf('acme')}/balance?min_revision=9007199254740993`);
      expect(tooLarge.errors).toContainEqual({ field: 'min_revision', said: textMatching(/out of range/) });
    });
  });

  describe('a field', () => {
    it('that is not known is refused, with the one that was meant', async () => {
      expect(await topUpHttp({ expire_at: '2030-01-01T00:00:00Z' })).toMatchObject({
        status: 400,
        ...invalid('expire_at', /is not a field of this request; did you mean expires_at\?/),
      });
      expect(await overHttp('GET', '/v1/customers?pagesize=10')).toMatchObject(invalid('pagesize', /did you mean page_size\?/));
      const bytes = Buffer.concat([
        service.grpc.encode('CreateCustomer', { customer_id: 'new', currency: 'EUR' }),
        Buffer.from([0xfa, 0x06, 0x01, 0x78]),
      ]);
      expect(await overGrpc('CreateCustomer', bytes)).toMatchObject(invalid('#111', /is a field number that this service does not know/));
    });

    it.each([
      ['a number for a text', { reference: 7 }, 'reference', /must be a string, not a JSON number/],
      ['a list for a text', { reference: ['r'] }, 'reference', /must be a string, not a list/],
      ['a text for a map', { metadata: 'x' }, 'metadata', /must be an object, not "x"/],
      ['an unknown word', { origin: 'gift' }, 'origin', /must be one of paid, free, not "gift"; send one of these words/],
      [
        'a time that is none',
        { expires_at: '2030-02-30T00:00:00Z' },
        'expires_at',
        /must be an RFC 3339 time, not "2030-02-30T00:00:00Z"; send one such as/,
      ],
    ])('of another type (%s) is refused', async (_, fields, field, said) => {
      const { errors } = await topUpHttp(fields);
      expect(errors).toContainEqual({ field, said: textMatching(said) });
    });

    it('with a word that does not exist is refused at the gRPC transport', async () => {
      const bytes = Buffer.concat([
        service.grpc.encode('TopUpCreditBalance', { customer_id: 'acme', credit_product_id: CALLS, amount: '1' }),
        Buffer.from([0x28, 0x09]),
      ]);
      expect((await overGrpc('TopUpCreditBalance', bytes)).errors).toContainEqual({
        field: 'origin',
        said: textMatching(/must be one of paid, free, not number 9/),
      });
    });

    it('that is wrong does not hide another: all are listed', async () => {
      const fields = { amount: '-1', priority: 300, reference: 'x'.repeat(257) };
      const listed = ['amount', 'priority', 'reference'];
      expect((await topUpHttp(fields)).errors.map(({ field }) => field).toSorted()).toEqual(listed);
      expect((await topUpGrpc(fields)).errors.map(({ field }) => field).toSorted()).toEqual(listed);
    });
  });

  describe('the id of a customer', () => {
    it.each([
      ['empty', '', /is missing or empty; send it/],
      ['129 bytes long', 'x'.repeat(129), /128 bytes/],
      ['of 43 characters that take 129 bytes', '\u20ac'.repeat(43), /128 bytes/],
      ['with a line break', 'a\nb', /control character/],
      ['with white space at its end', 'acme ', /white space/],
    ])('that is %s is refused on both transports', async (_, customer_id, said) => {
      expect(await overHttp('POST', '/v1/customers', { customer_id, currency: 'EUR' })).toMatchObject({
        status: 400,
        ...invalid('customer_id', said),
      });
      expect(await overGrpc('CreateCustomer', { customer_id, currency: 'EUR' })).toMatchObject({
        status: 'INVALID_ARGUMENT',
        ...invalid('customer_id', said),
      });
    });

    it('of 128 bytes is taken', async () => {
      await service.http.post('/v1/customers', { customer_id: 'y'.repeat(128), currency: 'EUR' });
      expect(await service.http.get(`/v1/customers/${'y'.repeat(128)}`)).toMatchObject({ customer: { customer_id: 'y'.repeat(128) } });
    });

    it('that holds U+0000 is refused, escaped or encoded or raw', async () => {
      const said = /U\+0000|control character/;
      expect((await overHttp('POST', '/v1/customers', '{"customer_id":"a\\u0000b","currency":"EUR"}')).errors[0]?.said).toMatch(said);
      expect((await overHttp('GET', '/v1/customers/a%00b')).errors).toContainEqual({ field: 'customer_id', said: textMatching(said) });
      expect((await overGrpc('CreateCustomer', { customer_id: 'a\0b', currency: 'EUR' })).errors).toContainEqual({
        field: 'customer_id',
        said: textMatching(said),
      });
    });

    it('that holds half of a surrogate pair is refused', async () => {
      expect((await overHttp('POST', '/v1/customers', '{"customer_id":"a\\ud800b","currency":"EUR"}')).errors[0]?.said).toMatch(
        /half of a surrogate pair; send well-formed Unicode/,
      );
      // UTF-8 cannot say it: ED A0 80 is what careless encoders send.
      const bytes = Buffer.from([0x12, 0x03, 0xed, 0xa0, 0x80, 0x1a, 0x03, 0x45, 0x55, 0x52]);
      expect((await overGrpc('CreateCustomer', bytes)).errors).toContainEqual({
        field: 'customer_id',
        said: textMatching(/is not valid UTF-8; send well-formed Unicode/),
      });
    });
  });

  describe('what does not exist, or exists already', () => {
    it.each(['XXZ', 'eur', 'EURO', 'XTS', ''])('the currency "%s" is refused', async (currency) => {
      const said =
        currency === '' ? /is missing or empty/ : /is no ISO 4217 code of legal tender; send three upper-case letters such as "EUR"/;
      expect(await overHttp('POST', '/v1/customers', { customer_id: 'new', currency })).toMatchObject({
        status: 400,
        ...invalid('currency', said),
      });
      expect(await overGrpc('CreateCustomer', { customer_id: 'new', currency })).toMatchObject(invalid('currency', said));
    });

    it('an unknown customer is not found, with what to do', async () => {
      const refused = { code: 'CUSTOMER_NOT_FOUND', detail: textMatching(/"nobody" is not known; create the customer first/) };
      expect(await overHttp('GET', '/v1/customers/nobody')).toMatchObject({ status: 404, ...refused });
      expect(await overHttp('POST', `${callsOf('nobody')}/top-ups`, { amount: '1', origin: 'free' })).toMatchObject({
        status: 404,
        ...refused,
      });
      expect(await overHttp('POST', '/v1/customers/nobody/credit-balances', { credit_product_id: CALLS })).toMatchObject({
        status: 404,
        ...refused,
      });
      expect(await overGrpc('GetCustomer', { customer_id: 'nobody' })).toMatchObject({ status: 'NOT_FOUND', ...refused });
      expect(await overGrpc('CreateWallet', { customer_id: 'nobody' })).toMatchObject({ status: 'NOT_FOUND', ...refused });
    });

    it('a customer, a product or a balance that exists is not made again', async () => {
      expect(await overHttp('POST', '/v1/customers', { customer_id: 'acme', currency: 'EUR' })).toMatchObject({
        status: 409,
        code: 'CUSTOMER_EXISTS',
      });
      expect(await overGrpc('CreateCustomer', { customer_id: 'acme', currency: 'EUR' })).toMatchObject({
        status: 'ALREADY_EXISTS',
        code: 'CUSTOMER_EXISTS',
      });
      expect(await overHttp('POST', '/v1/credit-products', { credit_product_id: CALLS, name: 'n', unit: 'u' })).toMatchObject({
        status: 409,
        code: 'CREDIT_PRODUCT_EXISTS',
      });
      expect(await overHttp('POST', '/v1/customers/acme/credit-balances', { credit_product_id: CALLS })).toMatchObject({
        status: 409,
        code: 'BALANCE_EXISTS',
      });
      expect(await overGrpc('CreateCreditBalance', { customer_id: 'acme', credit_product_id: CALLS })).toMatchObject({
        status: 'ALREADY_EXISTS',
        code: 'BALANCE_EXISTS',
      });
    });
  });

  describe('a body', () => {
    it('of 10 MiB is refused with its limit on both transports, and the service goes on', async () => {
      expect(await overHttp('POST', '/v1/customers', JSON.stringify({ customer_id: 'x'.repeat(10 * MIB) }))).toMatchObject({
        status: 413,
        code: 'BODY_TOO_LARGE',
        detail: textMatching(/at most 4194304 bytes .*send several smaller requests/),
      });
      expect(await overHttp('POST', '/v1/usage', Buffer.alloc(10 * MIB, 0x20).toString())).toMatchObject({
        status: 413,
        code: 'BODY_TOO_LARGE',
      });
      expect((await overGrpc('CreateCustomer', { customer_id: 'x'.repeat(10 * MIB), currency: 'EUR' })).status).toBe('RESOURCE_EXHAUSTED');
      expect(await balanceOf(service.http, 'acme')).toMatchObject({ customer_id: 'acme' });
    });

    it('that says a field twice is refused', async () => {
      expect(await overHttp('POST', '/v1/customers', '{"customer_id":"a","customer_id":"b","currency":"EUR"}')).toMatchObject(
        invalid('', /the same key twice/),
      );
    });

    it('that is cut off, empty or not protobuf is refused', async () => {
      expect(await overHttp('POST', '/v1/customers', '{"customer_id":')).toMatchObject(invalid('', /ends in the middle of a value/));
      expect((await overHttp('POST', '/v1/customers', '')).errors.map(({ field }) => field)).toEqual(['customer_id', 'currency']);
      expect(await overGrpc('CreateCustomer', Buffer.from([0x12, 0x7f, 0x61]))).toMatchObject(
        invalid('', /is not a protobuf message; encode it by the proto files/),
      );
    });

    it('in another media type is refused with the one that is taken', async () => {
      const { status, body } = await service.http.send<Problem>('POST', '/v1/customers', 'customer_id=a', {
        contentType: 'application/x-www-form-urlencoded',
      });
      expect({ status, detail: body.detail }).toEqual({ status: 415, detail: textMatching('application/json') });
    });
  });

  it('leaves no trace: the balance is what it was', async () => {
    expect(await balanceOf(service.http, 'acme')).toMatchObject({ booked: '100', revision: 1 });
  });
});
