import type { Grant, Hold, Limit, Message, RequestOf, Sent } from '@drawdown/api/contract';
import { amount, formatAmount, instant, ZERO } from '@drawdown/domain/amounts';
import { InvalidRequest } from '@drawdown/api/errors';
import {
  type Fields,
  METADATA_ENTRIES_MAX,
  METADATA_NAME_LENGTH_MAX,
  METADATA_VALUE_LENGTH_MAX,
  PAGE_SIZE_MAX,
  readRequest,
} from './fields';

/** A message with fields of every type. */
type Example = Grant & {
  readonly customer_id: string;
  readonly credits: string;
  readonly limits: readonly Limit[];
  readonly hold: Hold;
  readonly keep_open: boolean;
  readonly newest_first: boolean;
  readonly page_size: number;
  readonly page_token: string;
  readonly currency: string;
};

type Bounded = Sent<{
  readonly customer_id: string;
  readonly id: string;
  readonly reason: string;
  readonly amount: string;
  readonly n: number;
  readonly page_size: number;
  readonly page_token: string;
  readonly currency: string;
  readonly w: 'a' | 'b';
  readonly ws: readonly ('a' | 'b')[];
  readonly t: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
}>;

/** What is wrong with one reading, as "field problem". */
function wrong<Request extends object>(request: Request, read: (from: Fields<Request>) => unknown): readonly string[] {
  try {
    readRequest(request, read);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error;
    for (const { remedy } of error.violations) expect(remedy).toMatch(/\w/);
    return error.violations.map(({ field, problem }) => `${field} ${problem}`);
  }
}

describe('reading a request', () => {
  it('yields the values of the domain', () => {
    const request: Sent<Example> = {
      customer_id: 'cus_1',
      credits: '12.5',
      origin: 'paid',
      expires_at: '2026-02-01T00:00:00Z',
      limits: [{ limit_id: 'low', absolute: '50' }],
      cost_basis: { amount: '9', currency: 'EUR' },
      metadata: { order: '7' },
      keep_open: true,
    };
    const read = readRequest(request, (from) => ({
      customerId: from.customerId(),
      credits: from.amount('credits'),
      origin: from.word('origin', ['paid', 'free']),
      expiresAt: from.optionalInstant('expires_at'),
      effectiveAt: from.optionalInstant('effective_at'),
      limits: from.list('limits', (limit) => ({ id: limit.slug('limit_id'), value: limit.amount('absolute') })),
      paidWith: from.within('cost_basis', (cost) => cost.currency()),
      held: from.within('hold', (hold) => hold.slug('hold_id')),
      metadata: from.metadata(),
      keepOpen: from.flag('keep_open'),
      newestFirst: from.flag('newest_first'),
      page: from.page(),
    }));
    expect(read).toEqual({
      customerId: 'cus_1',
      credits: amount('12.5'),
      origin: 'paid',
      expiresAt: instant('2026-02-01T00:00:00Z'),
      effectiveAt: undefined,
      limits: [{ id: 'low', value: amount('50') }],
      paidWith: 'EUR',
      held: undefined,
      metadata: { order: '7' },
      keepOpen: true,
      newestFirst: false,
      page: { size: 100, token: undefined },
    });
  });

  it('collects everything that is wrong, each with the path of its field', () => {
    const request: Sent<Example> = { customer_id: ' x', limits: [{ absolute: '1' }, { absolute: '-1' }, {}] };
    expect(
      wrong(request, (from) => {
        from.customerId();
        from.currency();
        from.list('limits', (limit) => limit.amount('absolute', { atLeast: ZERO }));
      }),
    ).toEqual([
      'customer_id begins or ends with white space; send the id without it',
      'currency is missing or empty',
      'limits[1].absolute must be at least 0',
      'limits[2].absolute is missing or empty',
    ]);
  });

  it('does not take what every object has for a field', () => {
    const none: Readonly<Record<string, string>> = {};
    expect(wrong(none, (from) => from.text('constructor', 10))).toEqual(['constructor is missing or empty']);
    expect(wrong(none, (from) => from.text('__proto__', 10))).toEqual(['__proto__ is missing or empty']);
  });
});

describe('what the compiler refuses', () => {
  it('is a field that the request does not have, or has with another type', () => {
    const request: RequestOf<'PlaceHold'> = { amount: '1', credit_product_id: 'tokens' };
    readRequest(request, (from) => {
      from.amount('amount');
      // @ts-expect-error -- a misspelt field
      from.optionalText('referense', 10);
      // @ts-expect-error -- a text is no flag
      from.flag('reference');
      // @ts-expect-error -- a request without a currency
      from.optionalText('currency', 10);
    });
    readRequest({ overrun: 'refuse' } satisfies RequestOf<'CaptureHold'> as RequestOf<'CaptureHold'>, (from) => {
      // @ts-expect-error -- no word of the enum
      from.optionalWord('overrun', ['refuse', 'ignore']);
    });
    expect(request.amount).toBe('1');
  });
});

describe('on both sides of a boundary', () => {
  // The values are those of a transport, which checks types and not contents.
  const ok = (request: Message, read: (from: Fields<Bounded>) => unknown): void => expect(wrong(request as Bounded, read)).toEqual([]);
  const not = (request: Message, read: (from: Fields<Bounded>) => unknown): void => expect(wrong(request as Bounded, read)).toHaveLength(1);

  it.each<[string, (from: Fields<Bounded>) => unknown, Message, Message]>([
    ['a customer id of 128 bytes', (from) => from.customerId(), { customer_id: 'é'.repeat(64) }, { customer_id: `${'é'.repeat(64)}x` }],
    ['an id of 64 characters', (from) => from.slug('id'), { id: 'a'.repeat(64) }, { id: 'a'.repeat(65) }],
    ['an id in lower case', (from) => from.slug('id'), { id: 'a.b-c_1' }, { id: 'Ab' }],
    ['a text of its length', (from) => from.text('reason', 3), { reason: 'abc' }, { reason: 'abcd' }],
    ['a text without control characters', (from) => from.text('reason', 9), { reason: 'a b' }, { reason: 'a\u0085b' }],
    ['an amount above a bound', (from) => from.amount('amount', { above: ZERO }), { amount: '0.000000001' }, { amount: '0' }],
    ['an amount at a bound', (from) => from.amount('amount', { atLeast: ZERO }), { amount: '0' }, { amount: '-0.000000001' }],
    ['9 digits after the point', (from) => from.amount('amount'), { amount: '0.123456789' }, { amount: '0.1234567891' }],
    ['18 digits before it', (from) => from.amount('amount'), { amount: '9'.repeat(18) }, { amount: '9'.repeat(19) }],
    ['a whole number in its range', (from) => from.integer('n', 0, 255), { n: 255 }, { n: 256 }],
    ['revision 0', (from) => from.revision('n'), { n: 0 }, { n: -1 }],
    ['revision -1 where nothing may have happened', (from) => from.revision('n', -1), { n: -1 }, { n: -2 }],
    ['a page', (from) => from.page(), { page_size: PAGE_SIZE_MAX }, { page_size: PAGE_SIZE_MAX + 1 }],
    ['a page of the usual size', (from) => from.page(), { page_size: 0 }, { page_size: -1 }],
    ['a currency', (from) => from.currency(), { currency: 'EUR' }, { currency: 'eur' }],
    ['a word', (from) => from.word('w', ['a', 'b']), { w: 'b' }, { w: 'c' }],
    ['words', (from) => from.words('ws', ['a', 'b']), { ws: ['b', 'a'] }, { ws: ['a', 'c'] }],
    ['texts', (from) => from.texts('t', 3), { t: ['abc'] }, { t: ['abcd'] }],
    [
      'names of metadata',
      (from) => from.metadata(),
      { metadata: { ['n'.repeat(METADATA_NAME_LENGTH_MAX)]: '' } },
      { metadata: { ['n'.repeat(METADATA_NAME_LENGTH_MAX + 1)]: '' } },
    ],
    [
      'values of metadata',
      (from) => from.metadata(),
      { metadata: { n: 'v'.repeat(METADATA_VALUE_LENGTH_MAX) } },
      { metadata: { n: 'v'.repeat(METADATA_VALUE_LENGTH_MAX + 1) } },
    ],
    [
      'entries of metadata',
      (from) => from.metadata(),
      { metadata: Object.fromEntries(Array.from({ length: METADATA_ENTRIES_MAX }, (_, i) => [`n${i}`, ''])) },
      { metadata: Object.fromEntries(Array.from({ length: METADATA_ENTRIES_MAX + 1 }, (_, i) => [`n${i}`, ''])) },
    ],
  ])('%s is taken, and one more is not', (_, read, inside, outside) => {
    ok(inside, read);
    not(outside, read);
  });

  it('names the bound', () => {
    expect(wrong({ amount: '1' }, (from) => from.amount('amount', { above: amount('2.5') }))).toEqual([
      `amount must be above ${formatAmount(amount('2.5'))}`,
    ]);
  });
});
