import type { Message } from '@drawdown/api/contract';
import { later } from '@drawdown/domain/amounts';
import { at, column, event, freshApplication, HOUR_MS, rows, textAt, tokensOfAda } from '../application.fixtures';

const app = freshApplication();
const YEAR_MS = 365 * 24 * HOUR_MS;

const list = (more: object = {}): Promise<Message> => app().call('ListMovements', { ...tokensOfAda, ...more });
const revisions = (page: Message): unknown[] => column(page, 'movements', 'revision');

const nextOf = (found: readonly Message[]): string => textAt(found.at(-1), 'next_page_token');

/** Every page after a request, to the last one. */
async function pages(more: object): Promise<Message[]> {
  const found: Message[] = [await list(more)];
  for (let token = nextOf(found); token !== ''; token = nextOf(found)) found.push(await list({ ...more, page_token: token }));
  return found;
}

describe('movements', () => {
  it('tell what happened, with the figures after it and what is behind it', async () => {
    await app().balance('10');
    await app().post(JSON.stringify(event('u1', '12.5', { time: '2026-03-01T11:00:00Z' })));
    const { movements, revision, next_page_token } = await list();
    expect([revision, next_page_token]).toEqual([3, '']);
    expect(rows({ movements }, 'movements', 'type', 'amount', 'booked')).toEqual([
      ['created', '0', '0'],
      ['credited', '10', '10'],
      ['consumed', '-10', '0'],
      ['run_out', '0', '0'],
    ]);
    expect(at(movements, '2')).toMatchObject({
      uncovered: '2.5',
      available: '0',
      effective_at: '2026-03-01T12:00:00.000Z',
      recorded_at: '2026-03-01T12:00:00.000Z',
      allocations: [{ grant_id: 'g1', amount: '10' }],
      usage_count: 1,
      usage: [
        {
          source: 'test',
          id: 'u1',
          used_at: '2026-03-01T11:00:00.000Z',
          credits: '12.5',
          uncovered: '2.5',
          amount: '12.5',
          credit_product_id: 'tokens',
          parts: [{ meter_id: 'all', quantity: '12.5', weight: '1', weight_version: 1 }],
        },
      ],
    });
    const [recorded] = await app().parts.log.readStream('creditBalance-ada~tokens', { from: 2, limit: 1 });
    expect(at(movements, '2.event_id')).toBe(recorded?.id);
  });

  it('of a wallet say by which price money was made of credits, for what was added and for each use', async () => {
    await app().wallet();
    await app().call('AddCredits', { customer_id: 'ada', credits: '100', origin: 'free' });
    const meters = ['wallet_immediate', 'wallet_on_invoice'].map((draws_on) => ({
      meter_id: draws_on.slice(7),
      event_type: 'llm.request',
      value_path: 'tokens',
      weight: '1',
      draws_on,
    }));
    await app().call('CreateCreditProduct', { credit_product_id: 'pages', name: 'Pages', unit: 'credit', meters });
    await app().post(JSON.stringify(event('u1', '3')));
    const { movements } = await app().call('ListMovements', { customer_id: 'ada' });
    const price = { credit_price: '0.5', credit_price_version: 1 };
    const line = { source: 'test', id: 'u1', credits: '3', amount: '1.5', credit_product_id: 'pages', ...price };
    expect(at(movements, '1')).toMatchObject({ type: 'credited', amount: '50', credits: '100', ...price });
    expect(at(movements, '2')).toMatchObject({
      type: 'consumed',
      amount: '-1.5',
      usage: [{ ...line, uncovered: '0', parts: [{ meter_id: 'immediate' }] }],
    });
    expect(at(movements, '3')).toMatchObject({
      type: 'accrued',
      amount: '0',
      unbilled: '1.5',
      usage: [{ ...line, parts: [{ meter_id: 'on_invoice' }] }],
    });
  });

  it('were recorded when their event says, which is chained, and not when the store says', async () => {
    await app().balance('10');
    const { log } = app().parts;
    const readStream = log.readStream.bind(log);
    const moved = jest
      .spyOn(log, 'readStream')
      .mockImplementation(async (...asked) =>
        (await readStream(...asked)).map((event) => ({ ...event, recordedAt: later(event.recordedAt, YEAR_MS) })),
      );
    expect(column(await list(), 'movements', 'recorded_at')).toEqual(['2026-03-01T12:00:00.000Z', '2026-03-01T12:00:00.000Z']);
    moved.mockRestore();
  });

  it('come in pages, both ways', async () => {
    await app().balance('100');
    for (let i = 0; i < 5; i++) await app().call('DeductCredits', { ...tokensOfAda, amount: '1', reason: `r${i}` });
    expect((await pages({ page_size: 3 })).map(revisions)).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
    expect((await pages({ page_size: 3, newest_first: true })).map(revisions)).toEqual([[6, 5, 4], [3, 2, 1], [0]]);
    expect((await pages({ page_size: 7 })).map(revisions)).toEqual([[0, 1, 2, 3, 4, 5, 6]]);
  });

  it('keep their pages while new ones arrive', async () => {
    await app().balance('100');
    const first = await list({ page_size: 1, newest_first: true });
    await app().call('DeductCredits', { ...tokensOfAda, amount: '1', reason: 'x' });
    expect(revisions(await list({ page_size: 1, newest_first: true, page_token: first['next_page_token'] }))).toEqual([0]);
  });

  it('are filtered by type', async () => {
    await app().balance('100');
    for (let i = 0; i < 300; i++) await app().call('SetCreditBalanceLimits', { ...tokensOfAda });
    await app().call('DeductCredits', { ...tokensOfAda, amount: '1', reason: 'x' });
    expect(revisions(await list({ types: ['deducted', 'credited'] }))).toEqual([1, 302]);
    expect(revisions(await list({ types: ['deducted'], newest_first: true, page_size: 1 }))).toEqual([302]);
  });

  it('refuse a page token of another question', async () => {
    await app().balance('100');
    const { next_page_token: page_token } = await list({ page_size: 1 });
    expect(await app().says('ListMovements', { ...tokensOfAda, page_token, newest_first: true })).toEqual({
      refused: 'page_token_invalid',
    });
    expect(await app().says('ListMovements', { ...tokensOfAda, page_token, types: ['credited'] })).toEqual({
      refused: 'page_token_invalid',
    });
    expect(await app().says('ListMovements', { ...tokensOfAda, page_token: 'bm8' })).toEqual({ refused: 'page_token_invalid' });
  });

  it('are refused where there is no balance', async () => {
    await app().customer();
    expect(await app().says('ListMovements', tokensOfAda)).toEqual({ refused: 'balance_not_found' });
  });

  it('say when a hold ended, not when that was posted', async () => {
    await app().balance('100');
    await app().call('PlaceHold', { ...tokensOfAda, amount: '60', expires_at: '2026-03-01T13:00:00.000Z', reference: 'order-1' });
    app().pass(2 * HOUR_MS);
    await app().call('DeductCredits', { ...tokensOfAda, amount: '1', reason: 'x' });
    const { movements } = await list({ types: ['hold_placed', 'hold_expired'] });
    expect(movements).toMatchObject([
      { type: 'hold_placed', hold_id: 'h1', amount: '0', held: '60', reference: 'order-1', allocations: [{ amount: '60' }] },
      {
        type: 'hold_expired',
        hold_id: 'h1',
        amount: '0',
        held: '0',
        effective_at: '2026-03-01T13:00:00.000Z',
        recorded_at: '2026-03-01T14:00:00.000Z',
      },
    ]);
  });
});
