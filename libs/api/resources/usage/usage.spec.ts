import type { Message } from '@drawdown/api/contract';
import { LogUnavailable } from '@drawdown/engine/event-store';
import type { Taken, UsageOffer } from '@drawdown/engine/usage-pipeline';
import { at, contextOf, event, freshApplication, like, NOON, rows, textAt, tokensOfAda } from '../application.fixtures';
import { misfits } from '../contract.fixtures';
import { answerUsage, USAGE_BATCH_EVENTS_MAX, usageOperations } from './usage';

const app = freshApplication();
const BATCH = { 'content-type': 'application/cloudevents-batch+json' };
const JSON_TYPE = { 'content-type': 'application/json' };
const figures = async (): Promise<unknown[]> => {
  const answer = await app().call('GetBalance', tokensOfAda);
  return [at(answer, 'balance.consumed'), at(answer, 'balance.uncovered')];
};
const outcomes = (answer: Message): unknown[][] => rows(answer, 'outcomes', 'index', 'id', 'status', 'reason');
/** The same event as gRPC has it: the data as JSON text. */
const forGrpc = ({ data, ...attributes }: Record<string, unknown>): Record<string, unknown> => ({
  ...attributes,
  data_json: JSON.stringify(data),
});

const nothingWrong = { reason: '', detail: '', rejection_id: '' };

describe('usage over HTTP', () => {
  it('is applied, one event at a time', async () => {
    await app().balance('100');
    expect(await app().post(JSON.stringify(event('u1', '1.5')))).toEqual({
      outcome: { index: 0, id: 'u1', source: 'test', customer_id: 'ada', status: 'applied', ...nothingWrong },
      as_of: '2026-03-01T12:00:00.000Z',
    });
    expect(await app().post(JSON.stringify(event('u1', '1.5')))).toMatchObject({ outcome: { status: 'duplicate' } });
    expect(await figures()).toEqual(['1.5', '0']);
  });

  it('is applied in a batch, the good ones whatever is wrong with the others', async () => {
    await app().balance('100');
    const batch = [event('u1', 1), event('u2', 2, { subject: 'eve' }), { id: 'u3' }, event('u1', 1), event('u4', -1), event('u5', 3)];
    for (const headers of [BATCH, JSON_TYPE]) {
      const answer = await app().post(JSON.stringify(batch), headers);
      const again = headers === JSON_TYPE;
      expect(outcomes(answer)).toEqual([
        [0, 'u1', again ? 'duplicate' : 'applied', ''],
        [1, 'u2', 'rejected', 'unknown_customer'],
        [2, 'u3', 'rejected', 'missing_field'],
        [3, 'u1', 'duplicate', ''],
        [4, 'u4', 'rejected', 'quantity_negative'],
        [5, 'u5', again ? 'duplicate' : 'applied', ''],
      ]);
      expect(answer).toMatchObject(again ? { applied: 0, duplicate: 3, rejected: 3 } : { applied: 2, duplicate: 1, rejected: 3 });
    }
    expect(await figures()).toEqual(['4', '0']);
  });

  it('succeeds when its only event is rejected: it is in the books as that', async () => {
    await app().balance();
    const answer = await app().post(JSON.stringify(event('u1', 1, { subject: 'eve' })));
    expect(answer).toMatchObject({
      outcome: { status: 'rejected', reason: 'unknown_customer', detail: like('eve'), rejection_id: like(/./) },
    });
    expect(await app().call('GetRejectedUsage', { rejection_id: textAt(answer, 'outcome.rejection_id') })).toMatchObject({
      rejected_usage: { reason: 'unknown_customer', received_from: 'grpc' },
    });
  });

  it('is taken in binary mode, its attributes in headers', async () => {
    await app().balance('100');
    const headers = {
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-id': 'u1',
      'ce-source': 'test',
      'ce-type': 'llm.request',
      'ce-subject': 'ada',
    };
    expect(await app().post('{"tokens":2}', headers)).toMatchObject({ outcome: { id: 'u1', status: 'applied' } });
    expect(await app().post(JSON.stringify(event('u1', 2)))).toMatchObject({ outcome: { status: 'duplicate' } });
    expect(await app().post('{"tokens":', { ...headers, 'ce-id': 'u2' })).toMatchObject({
      outcome: { status: 'rejected', reason: 'malformed_json' },
    });
  });

  it('is refused whole, with nothing in the books, when it is no JSON', async () => {
    await app().balance();
    expect(await app().posts('{"id":')).toEqual({ invalid: [like('position 6')] });
    expect(await app().posts('[{"id":"a"},', BATCH)).toEqual({ invalid: [like('position 12')] });
    expect(await app().posts('')).toMatchObject({ invalid: [like(/./)] });
    expect(await app().posts(Buffer.from([0xff, 0xfe]))).toEqual({ invalid: ['the body is not UTF-8'] });
    expect(await app().posts('{}', { 'content-type': 'text/plain' })).toEqual({ invalid: [like('the content type must be')] });
    expect(await app().posts('[]', BATCH)).toEqual({ invalid: ['events is empty'] });
    expect((await app().call('ListRejectedUsage', {}))['rejected_usage']).toEqual([]);
  });

  it('is refused whole above the number of events that a request may carry', async () => {
    await app().balance('5000');
    const events = Array.from({ length: USAGE_BATCH_EVENTS_MAX + 1 }, (_, i) => event(`u${i}`));
    expect(await app().posts(JSON.stringify(events), BATCH)).toEqual({ invalid: [like('1001 events')] });
    const tenThousand = Array.from({ length: 10_000 }, (_, i) => event(`u${i}`));
    expect(await app().posts(JSON.stringify(tenThousand), BATCH)).toEqual({ invalid: [like('10000 events')] });
    expect(await figures()).toEqual(['0', '0']);
    expect(await app().post(JSON.stringify(events.slice(1)), BATCH)).toMatchObject({ applied: USAGE_BATCH_EVENTS_MAX });
    expect(await figures()).toEqual(['1000', '0']);
  });

  it('keeps NaN in one event of a batch from the others, and the name of that one in the books', async () => {
    await app().balance('100');
    const batch = `[${JSON.stringify(event('u1'))},${JSON.stringify(event('u2', 7)).replace('7', 'NaN')},${JSON.stringify(event('u3', 2))}]`;
    const answer = await app().post(batch, BATCH);
    expect(outcomes(answer)).toEqual([
      [0, 'u1', 'applied', ''],
      [1, 'u2', 'rejected', 'invalid_number'],
      [2, 'u3', 'applied', ''],
    ]);
    const kept = await app().call('GetRejectedUsage', { rejection_id: textAt(answer, 'outcomes.1.rejection_id') });
    expect(kept).toMatchObject({ rejected_usage: { id: 'u2', source: 'test', customer_id: 'ada' } });
    expect(await figures()).toEqual(['3', '0']);
  });

  it('names the event that broke a batch', async () => {
    await app().balance('100');
    expect(await app().posts(`[${JSON.stringify(event('u1'))},{"id":tru}]`, BATCH)).toEqual({ invalid: [like('with index 1')] });
  });

  it('needs no data where events are counted', async () => {
    await app().balance('100');
    await app().call('CreateCreditProduct', {
      credit_product_id: 'calls',
      name: 'Calls',
      unit: 'call',
      meters: [{ meter_id: 'all', event_type: 'call', count: true, weight: '1' }],
    });
    await app().call('CreateCreditBalance', { customer_id: 'ada', credit_product_id: 'calls', starting_balance: '5' });
    const { data: _, ...counted } = event('u1', 1, { type: 'call' });
    expect(await app().post(JSON.stringify(counted))).toMatchObject({ outcome: { status: 'applied' } });
    expect(await app().call('SendUsage', { event: { ...counted, id: 'u2' } })).toMatchObject({ outcome: { status: 'applied' } });
    expect(await app().call('SendUsage', { event: { ...counted, id: 'u2' } })).toMatchObject({ outcome: { status: 'duplicate' } });
    const { data: __, ...measured } = event('u3');
    expect(await app().post(JSON.stringify(measured))).toMatchObject({
      outcome: { status: 'rejected', reason: 'quantity_missing', id: 'u3' },
    });
  });

  it('keeps the digits of a quantity', async () => {
    await app().balance('1');
    await app().post(JSON.stringify(event('u1')).replace('"tokens":1', '"tokens":9007199254740993'));
    await app().post(JSON.stringify(event('u2')).replace('"tokens":1', '"tokens":0.1'));
    expect(await figures()).toEqual(['1', '9007199254740992.1']);
  });
});

describe('usage over gRPC', () => {
  it('is the same event as over HTTP', async () => {
    await app().balance('100');
    expect(await app().call('SendUsage', { event: forGrpc(event('u1', '2')) })).toMatchObject({
      outcome: { id: 'u1', source: 'test', status: 'applied' },
    });
    expect(await app().post(JSON.stringify(event('u1', '2')))).toMatchObject({ outcome: { status: 'duplicate' } });
    expect(await app().post(JSON.stringify(event('u1', '3')))).toMatchObject({ outcome: { status: 'rejected', reason: 'usage_conflict' } });
  });

  it('lists the bad ones of a batch and applies the good ones', async () => {
    await app().balance('100');
    const events = [forGrpc(event('u1', 1)), { ...forGrpc(event('u2')), data_json: '{"tokens":' }, {}, forGrpc(event('u3', 2))];
    const answer = await app().call('SendUsageBatch', { events });
    expect(outcomes(answer)).toEqual([
      [0, 'u1', 'applied', ''],
      [1, 'u2', 'rejected', 'malformed_json'],
      [2, '', 'rejected', 'missing_field'],
      [3, 'u3', 'applied', ''],
    ]);
    expect(await figures()).toEqual(['3', '0']);
  });

  it('needs an event, and takes as many as a request may carry', async () => {
    await app().balance('5000');
    expect(await app().says('SendUsage', {})).toEqual({ invalid: ['event is missing'] });
    expect(await app().says('SendUsageBatch', {})).toEqual({ invalid: ['events is empty'] });
    const events = Array.from({ length: USAGE_BATCH_EVENTS_MAX + 1 }, (_, i) => forGrpc(event(`u${i}`)));
    expect(await app().says('SendUsageBatch', { events })).toEqual({ invalid: ['events has 1001 events, 1000 at most'] });
    expect(await figures()).toEqual(['0', '0']);
    expect(await app().call('SendUsageBatch', { events: events.slice(1) })).toMatchObject({ applied: USAGE_BATCH_EVENTS_MAX });
  });
});

describe('usage in front of which there is a queue', () => {
  /** A double of the queue: durable at once, and nobody reads it. */
  const queue = {
    offers: [] as UsageOffer[],
    submit: (offers: readonly UsageOffer[]): Promise<readonly Taken[]> => {
      queue.offers.push(...offers);
      return Promise.resolve(
        offers.map(({ parsed }) => ({ status: 'queued', ...('rejection' in parsed && { rejection: parsed.rejection }) })),
      );
    },
  };
  const parts = { usage: queue, clock: () => NOON };
  const post = async (body: unknown, type = 'application/cloudevents+json'): Promise<Message> => {
    const headers = { 'content-type': type };
    const answer = await answerUsage(parts)(
      { body: Buffer.from(JSON.stringify(body)), contentType: type, headers },
      contextOf('SendUsage', {}),
    );
    expect(misfits('outcomes' in answer ? 'SendUsageBatch' : 'SendUsage', 'response', answer)).toEqual([]);
    return answer;
  };
  beforeEach(() => (queue.offers = []));

  it('is answered as queued, for its customer', async () => {
    expect(await post(event('u1'))).toEqual({
      outcome: { index: 0, id: 'u1', source: 'test', customer_id: 'ada', status: 'queued', ...nothingWrong },
      as_of: '2026-03-01T12:00:00.000Z',
    });
    expect(JSON.parse(queue.offers[0]!.original().text)).toEqual(event('u1'));
    expect(queue.offers[0]).toMatchObject({ transport: 'grpc', traceparent: like('00-') });
    const answer = await usageOperations(parts).SendUsage({ event: forGrpc(event('u2')) }, contextOf('SendUsage', {}));
    expect(answer).toMatchObject({ outcome: { id: 'u2', status: 'queued' } });
    expect(JSON.parse(queue.offers[1]!.original().text)).toEqual(event('u2'));
  });

  it('is queued all the same when it is malformed, and the sender learns of it at once', async () => {
    const answer = await post([event('u1'), event('u2', 1, { time: 'noon' }), { id: 'u3' }], BATCH['content-type']);
    expect(outcomes(answer)).toEqual([
      [0, 'u1', 'queued', ''],
      [1, 'u2', 'queued', 'invalid_time'],
      [2, 'u3', 'queued', 'missing_field'],
    ]);
    expect(answer).toMatchObject({
      applied: 0,
      duplicate: 0,
      rejected: 0,
      queued: 3,
      outcomes: [{}, { detail: like('RFC 3339'), customer_id: 'ada' }, {}],
    });
    expect(at(answer, 'outcomes.1.rejection_id')).toBe('');
    expect(queue.offers).toHaveLength(3);
  });

  it('is refused completely, with nothing in the queue, when it cannot be split into events', async () => {
    await expect(post([], BATCH['content-type'])).rejects.toThrow();
    await expect(
      post(
        Array.from({ length: USAGE_BATCH_EVENTS_MAX + 1 }, (_, i) => event(`u${i}`)),
        BATCH['content-type'],
      ),
    ).rejects.toThrow();
    expect(queue.offers).toEqual([]);
  });

  it('is no success while the queue takes nothing', async () => {
    const down = { ...parts, usage: { submit: () => Promise.reject(new LogUnavailable('the queue is down (a double)')) } };
    const raw = {
      body: Buffer.from(JSON.stringify(event('u1'))),
      contentType: 'application/cloudevents+json',
      headers: { 'content-type': 'application/cloudevents+json' },
    };
    await expect(answerUsage(down)(raw, contextOf('SendUsage', {}))).rejects.toThrow('the queue is down');
  });
});
