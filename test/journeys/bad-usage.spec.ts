/** Wrong usage on both transports of a real process: the good ones of a batch are applied, the bad ones are listed with their reasons. */
import type { UsageAnswer, UsageOutcome } from '../support/clients/answers';
import { GrpcProblem } from '../support/clients/grpc-client';
import type { Answer, Problem } from '../support/clients/http-client';
import { textMatching } from '../support/text-matching';
import { Standalone } from '../support/services/standalone';
import { balanceOf, BATCH_TYPE, call, CALLS, createCalls, createHolder, EVENT_TYPE, sendBatch } from '../support/clients/usage';

const GRANTED = 100_000_000_000_000_000n;

let service: Standalone;
let made = 0;
beforeAll(async () => {
  service = await Standalone.start();
  await createCalls(service.http);
});
afterAll(() => service.stop());

/** A customer of its own for each test, so that figures are exact. */
async function holder(): Promise<string> {
  const customer = `holder-${made++}`;
  await createHolder(service.http, customer, String(GRANTED));
  return customer;
}

/** JSON text of a usage event with some of it replaced by text that no JSON.stringify would write. */
const eventText = (subject: string, id: string, replaced: Readonly<Record<string, string>>): string => {
  const fields: Record<string, string> = {
    specversion: '"1.0"',
    id: `"${id}"`,
    source: '"tests"',
    type: '"api.call"',
    subject: `"${subject}"`,
    data: '{"credits":1}',
    ...replaced,
  };
  return `{${Object.entries(fields)
    .map(([name, text]) => `"${name}":${text}`)
    .join(',')}}`;
};

const sendText = (text: string, contentType = BATCH_TYPE): Promise<Answer<UsageAnswer & { readonly outcome?: UsageOutcome } & Problem>> =>
  service.http.send('POST', '/v1/usage', text, { contentType });

/** What is wrong, how it is written, the reason, and what the detail has to name: the field and the remedy. */
const WRONG: readonly (readonly [what: string, replaced: Readonly<Record<string, string>>, reason: string, says: RegExp])[] = [
  ['an empty id', { id: '""' }, 'empty_field', /id/],
  ['an id of 257 bytes', { id: `"${'x'.repeat(257)}"` }, 'too_long', /id.*256/],
  ['an id that is a number', { id: '7' }, 'wrong_type', /id must be a string/],
  ['an id with U+0000', { id: '"a\\u0000b"' }, 'nul_character', /U\+0000.*leave it out/],
  ['an id with half of a surrogate pair', { id: '"a\\ud800b"' }, 'lone_surrogate', /surrogate pair; send well-formed Unicode/],
  ['a source that is missing', { source: 'null' }, 'missing_field', /source is missing; send source as a string/],
  ['a subject of 129 bytes', { subject: `"${'x'.repeat(129)}"` }, 'too_long', /subject.*128/],
  ['a field that is not known', { Subject_ID: '"x"' }, 'unknown_field', /Subject_ID.*put it into data or leave it out/],
  [
    'a time that does not exist',
    { time: '"2026-02-30T00:00:00Z"' },
    'invalid_time',
    /time is not an RFC 3339 time.*correct it or leave it out/,
  ],
  ['another version of CloudEvents', { specversion: '"0.3"' }, 'unsupported_specversion', /specversion must be "1.0"/],
  ['data that is a list', { data: '[1]' }, 'wrong_type', /data must be a JSON object/],
  ['a quantity that is missing', { data: '{}' }, 'quantity_missing', /credits/],
  ['a quantity that is a word', { data: '{"credits":"many"}' }, 'quantity_not_a_number', /credits/],
  ['a quantity below zero', { data: '{"credits":-1}' }, 'quantity_negative', /credits/],
  ['a quantity of ten digits after the point', { data: '{"credits":0.0000000001}' }, 'quantity_too_many_digits', /credits/],
  ['a quantity of 1e309', { data: '{"credits":1e309}' }, 'number_out_of_range', /credits/],
  ['a quantity of nineteen digits', { data: '{"credits":1234567890123456789}' }, 'number_out_of_range', /credits/],
  ['a quantity of "NaN"', { data: '{"credits":"NaN"}' }, 'quantity_not_a_number', /credits/],
  ['a type that no meter selects', { type: '"api.cal"' }, 'no_matching_meter', /api\.cal/],
  ['a customer that does not exist', { subject: '"nobody"' }, 'unknown_customer', /nobody does not exist; create it/],
];

describe('a batch over HTTP', () => {
  it.each(WRONG)('with %s applies the others and lists that one', async (_, replaced, reason, says) => {
    const customer = await holder();
    const batch = `[${eventText(customer, `${customer}-a`, {})},${eventText(customer, `${customer}-b`, replaced)},${eventText(customer, `${customer}-c`, {})}]`;
    const { status, body } = await sendText(batch);
    expect({ status, applied: body.applied, rejected: body.rejected }).toEqual({ status: 200, applied: 2, rejected: 1 });
    const rejected = body.outcomes.filter(({ status }) => status === 'rejected');
    expect(rejected).toEqual([expect.objectContaining({ index: 1, reason, detail: textMatching(says) })]);
    expect(await balanceOf(service.http, customer)).toMatchObject({ consumed: '2' });
    // It is kept with its reason, to be looked at and sent again.
    expect(await service.http.get(`/v1/rejected-usage/${rejected[0]?.rejection_id ?? ''}`)).toMatchObject({
      rejected_usage: { reason, status: 'open' },
    });
  });

  it.each([
    ['NaN', '{"credits":NaN}'],
    ['Infinity', '{"credits":Infinity}'],
    ['a leading zero', '{"credits":01}'],
  ])('with the number %s, which is no JSON, lists it by name', async (_, data) => {
    const customer = await holder();
    const { status, body } = await sendText(
      `[${eventText(customer, `${customer}-a`, {})},${eventText(customer, `${customer}-b`, { data })}]`,
    );
    expect(JSON.stringify(body)).toMatch(/invalid_number|malformed_json|INVALID/i);
    expect(JSON.stringify(body)).toMatch(/NaN|number/);
    const consumed = Number((await balanceOf(service.http, customer)).consumed);
    expect(consumed).toBe(status === 200 ? body.applied : 0);
  });

  it('keeps every digit of 9007199254740993, as a number and as a text', async () => {
    const customer = await holder();
    const { body } = await sendText(
      `[${eventText(customer, `${customer}-a`, { data: '{"credits":9007199254740993}' })},${eventText(customer, `${customer}-b`, { data: '{"credits":"9007199254740993.000000001"}' })}]`,
    );
    expect(body).toMatchObject({ applied: 2 });
    expect(await balanceOf(service.http, customer)).toMatchObject({ consumed: '18014398509481986.000000001' });
  });

  it('takes 1e3 for a thousand: it is an exact number', async () => {
    const customer = await holder();
    expect((await sendText(`[${eventText(customer, `${customer}-a`, { data: '{"credits":1e3}' })}]`)).body).toMatchObject({ applied: 1 });
    expect(await balanceOf(service.http, customer)).toMatchObject({ consumed: '1000' });
  });

  it('takes the first of one key, and rejects a second with another body', async () => {
    const customer = await holder();
    const answer = await sendBatch(service.http, [
      call({ id: `${customer}-a`, subject: customer }),
      call({ id: `${customer}-a`, subject: customer }),
      call({ id: `${customer}-a`, subject: customer, data: { credits: 2 } }),
    ]);
    expect(answer).toMatchObject({ applied: 1, duplicate: 1, rejected: 1 });
    expect(answer.outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ index: 2, reason: 'usage_conflict' });
    expect(await balanceOf(service.http, customer)).toMatchObject({ consumed: '1' });
  });

  it('of 10,000 events is refused with the number that is taken, and nothing of it is applied', async () => {
    const customer = await holder();
    const { status, body } = await sendText(
      `[${Array.from({ length: 10_000 }, (_, i) => eventText(customer, `${customer}-${i}`, {})).join(',')}]`,
    );
    expect({ status, errors: body.errors }).toEqual({
      status: 400,
      errors: [{ field: '', detail: 'the batch has 10000 events', remedy: 'send at most 1000 at a time' }],
    });
    expect(await balanceOf(service.http, customer)).toMatchObject({ consumed: '0' });
  });

  it('of 1,000 events is taken', async () => {
    const customer = await holder();
    expect(
      await sendBatch(
        service.http,
        Array.from({ length: 1_000 }, (_, i) => call({ id: `${customer}-${i}`, subject: customer })),
      ),
    ).toMatchObject({ applied: 1_000 });
    expect(await balanceOf(service.http, customer)).toMatchObject({ consumed: '1000' });
  });

  it('that is cut off is refused whole', async () => {
    const customer = await holder();
    const { status, text } = await sendText(`[${eventText(customer, `${customer}-a`, {})},{"specversion`);
    expect(status).toBe(400);
    expect(text).toMatch(/ends in the middle of a value/);
    expect(await balanceOf(service.http, customer)).toMatchObject({ consumed: '0' });
  });
});

describe('one event over HTTP', () => {
  it('is rejected with its reason, and kept', async () => {
    const customer = await holder();
    const { status, body } = await sendText(eventText(customer, `${customer}-a`, { data: '{"credits":-1}' }), EVENT_TYPE);
    expect(status).toBe(200);
    expect(body.outcome).toMatchObject({ status: 'rejected', reason: 'quantity_negative' });
  });
});

describe('a batch over gRPC', () => {
  const event = (customer: string, id: string, fields: object = {}): object => ({
    specversion: '1.0',
    id,
    source: 'tests',
    type: 'api.call',
    subject: customer,
    data_json: '{"credits":1}',
    ...fields,
  });
  const send = (events: readonly object[]): Promise<UsageAnswer> => service.grpc.call('SendUsageBatch', { events });

  it.each([
    ['an empty id', { id: '' }, /missing_field|empty_field/],
    ['an id of 257 bytes', { id: 'x'.repeat(257) }, /too_long/],
    ['data that is no JSON', { data_json: '{"credits":NaN}' }, /invalid_number|malformed_json/],
    ['a quantity of 1e309', { data_json: '{"credits":1e309}' }, /number_out_of_range/],
    ['a quantity below zero', { data_json: '{"credits":-1}' }, /quantity_negative/],
    ['half of a surrogate pair', { data_json: '{"credits":1,"note":"\\ud800"}' }, /lone_surrogate/],
    ['U+0000', { data_json: '{"credits":1,"note":"\\u0000"}' }, /nul_character/],
    ['a customer that does not exist', { subject: 'nobody' }, /unknown_customer/],
  ])('with %s applies the others and lists that one', async (_, fields, reason) => {
    const customer = await holder();
    const answer = await send([
      event(customer, `${customer}-a`),
      event(customer, `${customer}-b`, fields),
      event(customer, `${customer}-c`),
    ]);
    expect(answer).toMatchObject({ applied: 2, rejected: 1 });
    expect(answer.outcomes.filter(({ status }) => status === 'rejected')).toEqual([
      expect.objectContaining({ index: 1, reason: textMatching(reason) }),
    ]);
    expect(await balanceOf(service.http, customer)).toMatchObject({ consumed: '2' });
  });

  it('keeps every digit of 9007199254740993', async () => {
    const customer = await holder();
    await send([event(customer, `${customer}-a`, { data_json: '{"credits":9007199254740993}' })]);
    expect(await balanceOf(service.http, customer)).toMatchObject({ consumed: '9007199254740993' });
  });

  it('of 10,000 events is refused with the number that is taken, and nothing of it is applied', async () => {
    const customer = await holder();
    const refused: unknown = await send(Array.from({ length: 10_000 }, (_, i) => event(customer, `${customer}-${i}`))).catch(
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(GrpcProblem);
    expect((refused as GrpcProblem).status).toBe('INVALID_ARGUMENT');
    expect((refused as GrpcProblem).message).toMatch(/10000 events|1000/);
    expect(await balanceOf(service.http, customer)).toMatchObject({ consumed: '0' });
  });
});

it('is replayed from what was kept, once the cause is fixed', async () => {
  const { body } = await sendText(`[${eventText('latecomer', 'late-1', {})}]`);
  const rejection = body.outcomes[0]?.rejection_id ?? '';
  await createHolder(service.http, 'latecomer', '5');
  const replay = () => service.http.send<{ readonly outcome: UsageOutcome }>('POST', `/v1/rejected-usage/${rejection}/replay`);
  expect((await replay()).body).toMatchObject({ outcome: { status: 'applied' }, rejected_usage: { status: 'replayed' } });
  expect(await replay()).toMatchObject({ status: 409, body: { code: 'REJECTED_USAGE_ALREADY_REPLAYED' } });
  expect(await balanceOf(service.http, 'latecomer')).toMatchObject({ consumed: '1', available: '4', credit_product_id: CALLS });
});
