import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { type Route, routes, rpcNames } from '@drawdown/api/contract';
import { contract, type Demo, last, openDemo } from '../transports.fixtures';
import { openApiDocument } from '../openapi/openapi';

let demo: Demo;
beforeAll(async () => void (demo = await openDemo()));
afterAll(() => demo.transports.close(AbortSignal.abort()));

/** Each header as often as it is given. */
function deliver(
  body: Buffer | undefined,
  headers: readonly string[],
  path = '/v1/payment-events/stripe',
): Promise<readonly [status: number | undefined, body: unknown]> {
  return new Promise((resolve, reject) => {
    const sent = request(`${demo.transports.httpUrl}${path}`, { method: 'POST', headers: ['Host', 'h', ...headers] as never }, (answer) => {
      text(answer)
        .then((said) => resolve([answer.statusCode, JSON.parse(said) as unknown]))
        .catch(reject);
    });
    sent.on('error', reject).end(body);
  });
}
const seen = () =>
  last(demo.seen).request as { readonly provider: string; readonly body: string; readonly headers: Readonly<Record<string, string>> };

describe('the notice of a payment provider', () => {
  it('reaches its adapter byte for byte, whatever it is and says it is', async () => {
    const bytes = Buffer.from([...Buffer.from('{ "a":  1,\n"a":2 }'), 0, 0xff, 0xc3]);
    expect(
      await deliver(bytes, [
        'Content-Type',
        'application/json; charset=utf-8',
        'Stripe-Signature',
        'good',
        'Content-Length',
        String(bytes.length),
      ]),
    ).toEqual([200, { outcome: 'credited' }]);
    expect(seen()).toMatchObject({ provider: 'stripe', body: bytes.toString('latin1'), headers: { 'stripe-signature': 'good' } });
  });

  it('may be without bytes, or without a content type', async () => {
    expect((await deliver(undefined, ['Stripe-Signature', 'good', 'Content-Length', '0']))[0]).toBe(200);
    expect(seen().body).toBe('');
    expect((await deliver(Buffer.from('x'), ['Stripe-Signature', 'good', 'Content-Length', '1']))[0]).toBe(200);
    expect(seen().body).toBe('x');
  });

  it('with a header that came twice is without it', async () => {
    const [status] = await deliver(Buffer.from('x'), ['Stripe-Signature', 'good', 'Stripe-Signature', 'good', 'Content-Length', '1']);
    expect([status, seen().headers['stripe-signature']]).toEqual([400, undefined]);
  });

  it('that is not believed is a bad request, and stands in the log', async () => {
    const answer = await deliver(Buffer.from('x'), ['Stripe-Signature', 'bad', 'Content-Length', '1', 'X-Request-Id', 'call-7']);
    expect(answer).toMatchObject([400, { code: 'INVALID_PAYMENT_NOTIFICATION', facts: { problem: 'signature_wrong' } }]);
    const line = demo.logged.find((each) => each.includes('call-7'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({
      provider: 'stripe',
      refusal: { problem: 'signature_wrong' },
      msg: 'a payment notification was refused',
    });
  });

  it('that cannot be recorded now shall be delivered again', async () =>
    expect(await deliver(Buffer.from('x'), ['Stripe-Signature', 'down', 'Content-Length', '1'])).toMatchObject([
      503,
      { code: 'LOG_UNAVAILABLE' },
    ]));

  it('goes to the provider in the path', async () => {
    await deliver(Buffer.from('x'), ['Stripe-Signature', 'good', 'Content-Length', '1'], '/v1/payment-events/other');
    expect(seen().provider).toBe('other');
  });
});

it('it is at the HTTP transport alone: a provider calls it, and it is the one documented path that is no operation', () => {
  const operations = new Set(rpcNames.flatMap((name) => (routes[name] as Route).http.map(({ path }) => path)));
  const { paths } = openApiDocument(contract) as { readonly paths: object };
  expect(Object.keys(paths).filter((path) => !operations.has(path))).toEqual(['/v1/payment-events/{provider}']);
});
