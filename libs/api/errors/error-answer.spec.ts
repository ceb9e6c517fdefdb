import { amount, instant } from '@drawdown/domain/amounts';
import { AppendUnknown, Contention, Fault, LogUnavailable, RevisionNotReached } from '@drawdown/engine/event-store';
import { Overloaded } from '@drawdown/engine/usage-pipeline';
import { errorAnswer } from './error-answer';
import { InvalidRequest, Refused } from './errors';
import type { AnyRefusal } from './any-refusal';
import { refusalCodes } from './refusals';

const statusOf = (error: unknown): readonly [string, string, number] => {
  const { code, grpc, http } = errorAnswer(error);
  return [code, grpc, http];
};

describe('an error on the transports', () => {
  it.each<[string, unknown, readonly [string, string, number]]>([
    [
      'a request that cannot be read',
      new InvalidRequest([{ field: 'a', problem: 'is b', remedy: 'c' }]),
      ['INVALID_REQUEST', 'INVALID_ARGUMENT', 400],
    ],
    ['something unknown', new Refused({ code: 'balance_not_found' }), ['BALANCE_NOT_FOUND', 'NOT_FOUND', 404]],
    [
      'too little',
      new Refused({ code: 'insufficient_credits', available: amount('1'), requested: amount('2') }),
      ['INSUFFICIENT_CREDITS', 'FAILED_PRECONDITION', 402],
    ],
    [
      'another body under the same key',
      new Refused({ code: 'idempotency_conflict', key: 'k' }),
      ['IDEMPOTENCY_CONFLICT', 'ALREADY_EXISTS', 409],
    ],
    ['contention', new Contention('s', 3), ['CONTENTION', 'ABORTED', 409]],
    ['a store that is down', new LogUnavailable('disk full'), ['LOG_UNAVAILABLE', 'UNAVAILABLE', 503]],
    ['an unknown outcome', new AppendUnknown('sync failed'), ['APPEND_UNKNOWN', 'UNAVAILABLE', 503]],
    ['a revision that does not come', new RevisionNotReached('s', 5, 4), ['REVISION_NOT_REACHED', 'UNAVAILABLE', 503]],
    ['more usage than it keeps up with', new Overloaded(), ['OVERLOADED', 'RESOURCE_EXHAUSTED', 503]],
    ['a fault for good', new Fault('part_broken', 'for good', false), ['PART_BROKEN', 'INTERNAL', 500]],
    ['a damaged log', new Fault('log_corrupt', 'at byte 7', false), ['LOG_CORRUPT', 'DATA_LOSS', 500]],
    ['a caller that went away', Object.assign(new Error('x'), { name: 'AbortError' }), ['CANCELLED', 'CANCELLED', 499]],
    ['a defect', new TypeError('x is not a function'), ['INTERNAL', 'INTERNAL', 500]],
    ['a thrown text', 'oops', ['INTERNAL', 'INTERNAL', 500]],
  ])('that is %s', (_, error, status) => {
    expect(statusOf(error)).toEqual(status);
  });

  it('says when to try again only where that can help', () => {
    expect(errorAnswer(new LogUnavailable('down')).retryAfterMs).toBeGreaterThan(0);
    expect(errorAnswer(new Contention('s', 1)).retryAfterMs).toBeGreaterThan(0);
    expect(errorAnswer(new Refused({ code: 'balance_paused' })).retryAfterMs).toBeUndefined();
    expect(errorAnswer(new Error()).retryAfterMs).toBeUndefined();
  });

  it('tells nothing of a defect, and marks it for the log', () => {
    const answer = errorAnswer(new Error('swordfish'));
    expect([answer.bug, JSON.stringify(answer)]).toEqual([true, expect.not.stringContaining('swordfish')]);
    expect(errorAnswer(new Fault('part_broken', 'swordfish', false)).detail).not.toContain('swordfish');
  });

  it('names the place where the log is damaged, and marks it for the log', () => {
    expect(errorAnswer(new Fault('log_corrupt', 'log/0.log is damaged at byte 7', false))).toMatchObject({
      detail: 'log/0.log is damaged at byte 7',
      bug: true,
    });
  });

  it('names every violation in one line', () => {
    const violations = [
      { field: 'amount', problem: 'is missing', remedy: 'send it' },
      { field: '', problem: 'the body is no JSON', remedy: 'fix it' },
    ];
    expect(errorAnswer(new InvalidRequest(violations)).detail).toBe('amount is missing; the body is no JSON');
  });
});

describe('a refusal on the transports', () => {
  it.each<[AnyRefusal, string | undefined, string[]]>([
    [{ code: 'not_whole_minor_units', amount: amount('1.001'), minorUnitDigits: 2 }, undefined, ['amount']],
    [{ code: 'not_whole_minor_units', amount: amount('1.001'), minorUnitDigits: 2 }, 'due', ['due']],
    [
      { code: 'portal_limit_not_payable', currency: 'EUR', amount: amount('0.001'), bound: 'maximum', index: 2 },
      undefined,
      ['portal_purchase_limits[2].maximum'],
    ],
    [
      { code: 'portal_minimum_above_maximum', currency: 'EUR', minimum: amount('2'), maximum: amount('1'), index: 0 },
      undefined,
      ['portal_purchase_limits[0].minimum'],
    ],
    [{ code: 'payment_event_conflict', provider: 'manual', eventId: 'e1' }, undefined, ['event_id']],
    [{ code: 'duplicate_currency', currency: 'EUR', list: 'credit_prices', index: 1 }, undefined, ['credit_prices[1].currency']],
    [{ code: 'limit_out_of_range', limitId: 'low', index: 2, kind: 'absolute' }, undefined, ['limits[2].absolute']],
    [
      { code: 'limit_out_of_range', limitId: 'low', index: 0, kind: 'percent_of_last_top_up', ofNewWallets: true },
      undefined,
      ['default_limits[0].limit.percent_of_last_top_up'],
    ],
    [{ code: 'duplicate_limit', limitId: 'low', index: 1 }, undefined, ['limits[1].limit_id']],
    [{ code: 'grant_never_effective', expiresAt: instant('2026-03-01T12:00:00Z') }, undefined, ['expires_at']],
    [
      { code: 'credits_worth_nothing', credits: amount('0.00000001'), creditPrice: amount('0.01'), currency: 'EUR' },
      undefined,
      ['credits'],
    ],
    [{ code: 'balance_not_found' }, undefined, []],
  ])('names the field that it is about, and the remedy: %j', (refusal, field, named) => {
    const { violations, detail } = errorAnswer(new Refused(refusal, field));
    expect(violations).toEqual(
      named.map((name) => ({ field: name, problem: expect.stringMatching(/^is refused: [a-z]/) as string, remedy: detail })),
    );
  });

  it('counts one as one', () => {
    expect(errorAnswer(new Refused({ code: 'purchases_pending', purchases: 1 })).detail).toBe(
      '1 purchase is pending; confirm or fail it first',
    );
    expect(errorAnswer(new Refused({ code: 'purchases_pending', purchases: 2 })).detail).toBe(
      '2 purchases are pending; confirm or fail them first',
    );
    expect(errorAnswer(new Refused({ code: 'holds_open', holds: 1 })).detail).toBe('1 hold is open; capture or release it first');
  });

  it('says from when on there is a credit price, where one is set', () => {
    expect(errorAnswer(new Refused({ code: 'no_credit_price', currency: 'EUR' })).detail).toContain('set one for "EUR"');
    expect(
      errorAnswer(new Refused({ code: 'no_credit_price', currency: 'EUR', startsAt: instant('2026-05-01T00:00:00Z') })).detail,
    ).toContain('counts from 2026-05-01T00:00:00.000Z');
  });

  it('has its figures as text, amounts as decimals and moments as times', () => {
    const { facts, detail } = errorAnswer(new Refused({ code: 'hold_already_expired', expiresAt: instant('2026-01-01T00:00:00Z') }));
    expect([facts, detail]).toEqual([
      { expires_at: '2026-01-01T00:00:00.000Z' },
      '2026-01-01T00:00:00.000Z is past; send a later expires_at',
    ]);
    expect(errorAnswer(new Refused({ code: 'capture_exceeds_hold', held: amount('1.5'), requested: amount('2') })).facts).toEqual({
      held: '1.5',
      requested: '2',
    });
  });

  it.each(refusalCodes)('%s has a stable code, a status, and says something to do', (code) => {
    const anyFigures = {
      available: 1n,
      requested: 2n,
      held: 1n,
      price: 1n,
      weight: 1n,
      max: 1,
      holds: 1,
      expected: 1,
      actual: 2,
      expiresAt: 0,
      retiredAt: 0,
      clockAt: 0,
      field: 'f',
      requestId: 'a1',
      detail: 'd',
      key: 'k',
      path: 'p',
      limitId: 'l',
      holdId: 'h',
      meterId: 'm',
      customerId: 'c',
      creditProductId: 'p',
      currency: 'EUR',
      eventType: 't',
      webhookId: 'w',
      amount: 1n,
      credits: 1n,
      creditPrice: 2n,
      minimum: 2n,
      maximum: 1n,
      minorUnitDigits: 2,
      unbilled: 1n,
      billed: 2n,
      left: 1n,
      paid: 1n,
      purchases: 1,
      grantId: 'g',
      purchaseId: 'p',
      paymentId: 'i',
      invoiceId: 'i',
      due: 1n,
      walletCurrency: 'USD',
      reversalId: 'r',
      drawsOn: 'credit_balance',
      provider: 'stripe',
      reportedBy: 'manual',
      eventId: 'e',
      bound: 'minimum',
      index: 0,
      known: 'manual',
      reason: 'other_amount',
      problem: 'too_old',
    };
    const { http, detail, title, ...answer } = errorAnswer(new Refused({ ...anyFigures, code } as unknown as AnyRefusal));
    expect(answer.code).toBe(code.toUpperCase());
    expect(http).toBeGreaterThanOrEqual(400);
    expect(http).toBeLessThan(500);
    expect(`${title} ${detail}`).not.toMatch(/undefined|NaN|\[object/);
    expect(detail).toMatch(/\w/);
  });
});
