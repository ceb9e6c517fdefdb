import type { Message } from '@drawdown/api/contract';
import { at, column, event, freshApplication, HOUR_MS, textAt, tokensOfAda } from '../application.fixtures';

const app = freshApplication();
const reject = async (id: string, more: object = { subject: 'eve' }): Promise<string> =>
  textAt(await app().post(JSON.stringify(event(id, 1, { ...more }))), 'outcome.rejection_id');
const list = (more: object = {}): Promise<Message> => app().call('ListRejectedUsage', { ...more });
const idsOf = (page: Message): unknown[] => column(page, 'rejected_usage', 'id');

describe('rejected usage', () => {
  it('is kept with its reason and its original bytes', async () => {
    await app().balance();
    const original = JSON.stringify(event('u1', 1, { subject: 'eve' }), null, 2);
    const rejection_id = textAt(await app().post(original), 'outcome.rejection_id');
    const { rejected_usage } = await app().call('GetRejectedUsage', { rejection_id });
    expect(rejected_usage).toMatchObject({
      rejection_id,
      status: 'open',
      reason: 'unknown_customer',
      source: 'test',
      id: 'u1',
      customer_id: 'eve',
      rejected_at: '2026-03-01T12:00:00.000Z',
    });
    expect(textAt(rejected_usage, 'original')).toBe(original);
  });

  it('is listed newest first, by reason, customer and status, page by page', async () => {
    await app().balance();
    for (const id of ['u1', 'u2', 'u3']) {
      await reject(id);
      app().pass(1);
    }
    await reject('u4', { type: 'unknown' });
    expect(idsOf(await list())).toEqual(['u4', 'u3', 'u2', 'u1']);
    expect(at(await list(), 'rejected_usage.0.original')).toBeUndefined();
    expect(idsOf(await list({ reason: 'no_matching_meter' }))).toEqual(['u4']);
    expect(idsOf(await list({ customer_id: 'eve', status: 'open' }))).toEqual(['u3', 'u2', 'u1']);
    expect(idsOf(await list({ status: 'replayed' }))).toEqual([]);
    const first = await list({ customer_id: 'eve', page_size: 2 });
    app().pass(1);
    await reject('u5');
    const second = await list({ customer_id: 'eve', page_size: 2, page_token: first['next_page_token'] });
    expect([idsOf(first), idsOf(second), second['next_page_token']]).toEqual([['u3', 'u2'], ['u1'], '']);
    expect(await app().says('ListRejectedUsage', { page_token: first['next_page_token'] })).toEqual({ refused: 'page_token_invalid' });
  });

  it('is applied by a replay once the cause is fixed', async () => {
    await app().customer();
    await app().product();
    const rejection_id = await reject('u1', { subject: 'ada' });
    app().pass(HOUR_MS);
    await app().call('CreateCreditBalance', { ...tokensOfAda, starting_balance: '10' });
    const answer = await app().call('ReplayRejectedUsage', { rejection_id });
    expect(answer).toMatchObject({
      outcome: { index: 0, id: 'u1', source: 'test', status: 'applied' },
      rejected_usage: { rejection_id, status: 'replayed', replayed_at: '2026-03-01T13:00:00.000Z' },
    });
    const { movements } = await app().call('ListMovements', { ...tokensOfAda, types: ['consumed'] });
    // The event had no time of its own: it counts for when it came first.
    expect(at(movements, '0.usage.0')).toMatchObject({ id: 'u1', used_at: '2026-03-01T12:00:00.000Z' });
    expect(await app().says('ReplayRejectedUsage', { rejection_id })).toEqual({ refused: 'rejected_usage_already_replayed' });
    expect(idsOf(await list({ status: 'replayed' }))).toEqual(['u1']);
  });

  it('stays open with the new reason when it is rejected again, as one entry', async () => {
    await app().product();
    const rejection_id = await reject('u1', { subject: 'ada' });
    await app().customer();
    app().pass(HOUR_MS);
    expect(await app().call('ReplayRejectedUsage', { rejection_id })).toMatchObject({
      outcome: { status: 'rejected', reason: 'no_credit_balance', rejection_id },
      rejected_usage: { status: 'open', reason: 'no_credit_balance' },
    });
    expect(idsOf(await list())).toEqual(['u1']);
    expect(idsOf(await list({ reason: 'no_credit_balance' }))).toEqual(['u1']);
  });

  it('is closed as a duplicate when the event has been sent again meanwhile', async () => {
    await app().product();
    const rejection_id = await reject('u1', { subject: 'ada', time: '2026-03-01T12:00:00Z' });
    await app().customer();
    await app().call('CreateCreditBalance', { ...tokensOfAda, starting_balance: '10' });
    await app().post(JSON.stringify(event('u1', 1, { time: '2026-03-01T12:00:00Z' })));
    expect(await app().call('ReplayRejectedUsage', { rejection_id })).toMatchObject({
      outcome: { status: 'duplicate' },
      rejected_usage: { status: 'replayed' },
    });
    expect((await app().call('GetBalance', tokensOfAda))['balance']).toMatchObject({ consumed: '1' });
  });

  it('answers a retry of a replay as the first time', async () => {
    await app().product();
    const rejection_id = await reject('u1', { subject: 'ada' });
    const first = await app().says('ReplayRejectedUsage', { rejection_id }, 'key-1');
    await app().customer();
    await app().call('CreateCreditBalance', { ...tokensOfAda, starting_balance: '10' });
    expect(await app().says('ReplayRejectedUsage', { rejection_id }, 'key-1')).toEqual({ ...first, replayed: true });
    // It was answered from the books: nothing has been offered again.
    expect((await app().call('GetBalance', tokensOfAda))['balance']).toMatchObject({ consumed: '0' });
    expect(await app().says('ReplayRejectedUsage', { rejection_id }, 'key-2')).toMatchObject({
      answer: { outcome: { status: 'applied' } },
    });
  });

  it('is kept only at its beginning when it is far too large, and is too large again in a replay', async () => {
    await app().balance();
    const answer = await app().post(JSON.stringify(event('u1', 1, { data: { tokens: 1, text: 'x'.repeat(1_500_000) } })));
    expect(answer).toMatchObject({ outcome: { status: 'rejected', reason: 'payload_too_large' } });
    const rejection_id = textAt(answer, 'outcome.rejection_id');
    const { rejected_usage } = await app().call('GetRejectedUsage', { rejection_id });
    expect(at(rejected_usage, 'original')).toHaveLength(128 * 1024);
    expect(await app().call('ReplayRejectedUsage', { rejection_id })).toMatchObject({
      outcome: { status: 'rejected', reason: 'payload_too_large' },
    });
  });

  it('is not found under an id that nobody made', async () => {
    for (const rejection_id of ['x', '000000000-000000000000', '../wallet-ada'])
      expect(await app().says('GetRejectedUsage', { rejection_id })).toEqual({ refused: 'rejected_usage_not_found' });
    expect(await app().says('ReplayRejectedUsage', { rejection_id: 'x' })).toEqual({ refused: 'rejected_usage_not_found' });
  });
});
