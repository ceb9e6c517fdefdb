import { streams } from '@drawdown/engine/event-store';
import { until } from '../../../../test/support/waiting';
import { OPEN_DELIVERIES_MAX } from '../delivery/deliveries';
import { credited, DAY, Deployment, down, held, HOUR, type Life, MINUTE, ok, SECOND, urlOf } from './dispatcher.fixtures';
import { POSITION_STREAM } from './dispatcher';
import { QUEUE_MAX } from './endpoint-worker';
import { resend } from '../delivery/delivery-list';

let at: Deployment;
let life: Life;
beforeEach(async () => {
  at = await Deployment.open();
});
afterEach(() => at.remove());

const revisionsAt = (id: string): number[] =>
  at.receivers.to(urlOf(id)).map(({ payload }) => (JSON.parse(payload) as { data: { revision: number } }).data.revision);

const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);

describe('an endpoint', () => {
  beforeEach(async () => {
    life = await at.start();
    await life.openWallet('ada');
  });

  it('is notified of events after its creation, in the order of the log, and of nothing before', async () => {
    await life.topUps('ada', 3);
    await life.create('e1', credited);
    await life.topUps('ada', 20);
    await at.sent('e1', 20);
    expect(revisionsAt('e1')).toEqual(upTo(23).slice(3));
    await at.recorded(life, 20);
    expect((await life.deliveries()).open.size).toBe(0);
  });

  it('is notified only of the types it asked for, as of the change of its filter', async () => {
    await life.create('e1', ['wallet.paused']);
    await life.create('all');
    await life.topUps('ada', 1);
    await life.endpoint({ type: 'UpdateEndpoint', at: at.time.now(), eventTypes: credited });
    await life.topUps('ada', 1);
    await at.sent('e1', 1);
    await at.sent('all', 2);
    expect(revisionsAt('e1')).toEqual([2]);
    expect(revisionsAt('all')).toEqual([1, 2]);
  });

  it('gets its own test ping, whatever its filter, and nobody else’s', async () => {
    await life.create('e1', ['wallet.paused']);
    await life.create('e2');
    await life.endpoint({ type: 'SendTestPing', at: at.time.now() });
    await life.topUps('ada', 1);
    await at.sent('e1', 1);
    await at.sent('e2', 1);
    expect(at.receivers.requests.map(({ url, payload }) => [url, (JSON.parse(payload) as { type: string }).type])).toEqual(
      expect.arrayContaining([
        [urlOf('e1'), 'test.ping'],
        [urlOf('e2'), 'wallet.credited'],
      ]),
    );
    expect(at.receivers.requests).toHaveLength(2);
  });

  it('hears nothing more once it is deleted', async () => {
    await life.create('e1');
    await life.create('e2');
    await life.endpoint({ type: 'DeleteEndpoint', at: at.time.now() });
    await life.topUps('ada', 1);
    await at.sent('e2', 1);
    expect(at.receivers.to(urlOf('e1'))).toHaveLength(0);
    expect(life.dispatcher.figures().endpoints).toBe(1);
  });

  it('goes on where it stopped when it is enabled again: nothing is skipped', async () => {
    await life.create('e1', credited);
    await life.topUps('ada', 2);
    await at.recorded(life, 2);
    await life.endpoint({ type: 'DisableEndpoint', at: at.time.now(), reason: 'by_account' });
    await life.topUps('ada', 3);
    await life.create('other', credited);
    await life.topUps('ada', 1);
    await at.sent('other', 1);
    expect(revisionsAt('e1')).toEqual([1, 2]);
    await life.endpoint({ type: 'EnableEndpoint', at: at.time.now() });
    await at.sent('e1', 6);
    expect(revisionsAt('e1')).toEqual(upTo(6));
    await until('e1 to be fed by the reader again', () => life.dispatcher.figures().behind === 0);
    await life.topUps('ada', 1);
    await at.sent('e1', 7);
  });

  it('is signed with both secrets during a rotation', async () => {
    await life.create('e1');
    const secret = `whsec_${Buffer.alloc(24, 8).toString('base64')}`;
    await life.endpoint({ type: 'RotateSecret', at: at.time.now(), secret });
    await life.topUps('ada', 1);
    await at.sent('e1', 1);
    expect(at.receivers.requests[0]?.secrets).toHaveLength(2);
    at.time.pass(DAY);
    await life.topUps('ada', 1);
    await at.sent('e1', 2);
    expect(at.receivers.requests[1]?.secrets).toEqual([secret]);
  });
});

describe('an endpoint that is dead', () => {
  beforeEach(async () => {
    life = await at.start();
    await life.openWallet('ada');
    await life.create('e1', credited);
  });

  it('delays no other: the other gets all, in order', async () => {
    at.receivers.answers.set(urlOf('e1'), () => new Promise(() => undefined));
    await life.create('e2', credited);
    await life.topUps('ada', 200);
    await at.sent('e2', 200);
    expect(revisionsAt('e2')).toEqual(upTo(200));
    expect(at.receivers.to(urlOf('e1')).length).toBe(8);
  });

  it('is tried again by the schedule, under one id and with one payload, until the last attempt', async () => {
    at.receivers.answers.set(urlOf('e1'), () => down);
    await life.topUps('ada', 1);
    const pauses = [5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
    for (const [i, pause] of pauses.entries()) {
      await at.recorded(life, i + 1);
      at.time.pass(pause - 1);
      expect(at.receivers.requests).toHaveLength(i + 1);
      at.time.pass(pause * 0.1 + 1);
      await at.sent('e1', i + 2);
    }
    await at.recorded(life, 10);
    expect(new Set(at.receivers.requests.map(({ webhookId, payload }) => webhookId + payload)).size).toBe(1);
    expect((await life.deliveries()).open.size).toBe(0);
    expect(life.dispatcher.figures()).toMatchObject({ retrying: 9, exhausted: 1, delivered: 0, open: 0 });
  });

  it('waits as long as the receiver asks', async () => {
    at.receivers.answers.set(urlOf('e1'), () => ({ failure: 'refused_status', httpStatus: 429, retryAfterMs: HOUR }));
    await life.topUps('ada', 1);
    await at.recorded(life, 1);
    at.time.pass(HOUR - 1);
    expect(at.receivers.requests).toHaveLength(1);
    at.time.pass(1);
    await at.sent('e1', 2);
  });

  it('is disabled when it says that it is gone, and the account is notified', async () => {
    await life.create('e2', ['webhook_endpoint.disabled']);
    at.receivers.answers.set(urlOf('e1'), () => ({ failure: 'gone', httpStatus: 410 }));
    await life.topUps('ada', 1);
    await at.sent('e2', 1);
    expect(await life.endpointState()).toMatchObject({ status: 'disabled', disabledReason: 'gone' });
    const payload = JSON.parse(at.receivers.to(urlOf('e2'))[0]!.payload) as unknown;
    expect(payload).toMatchObject({ type: 'webhook_endpoint.disabled', data: { endpoint_id: 'e1', reason: 'gone' } });
  });

  it('is disabled after five days of only failures, and not a moment before', async () => {
    at.receivers.answers.set(urlOf('e1'), () => down);
    const days = 5 * 24;
    for (let hour = 0; hour < days; hour++) {
      const before = life.dispatcher.figures().recorded;
      await life.topUps('ada', 1);
      await at.recorded(life, before + 1);
      expect((await life.endpointState()).status).toBe('enabled');
      at.time.pass(HOUR);
    }
    await life.topUps('ada', 1);
    await until('the endpoint to be disabled', async () => (await life.endpointState()).status === 'disabled');
    expect((await life.endpointState()).disabledReason).toBe('only_failures');
  });

  it('fills its window and no more; what is beyond stays in the log until there is room', async () => {
    at.receivers.answers.set(urlOf('e1'), () => down);
    const count = OPEN_DELIVERIES_MAX + QUEUE_MAX + 400;
    const topUp = async (customer: string): Promise<void> => {
      await life.openWallet(customer);
      await life.topUps(customer, count / 100);
    };
    await Promise.all(Array.from({ length: 100 }, (_, i) => topUp(`cus_${i}`)));
    await until('the window to be full', async () => (await life.deliveries()).open.size === OPEN_DELIVERIES_MAX);
    await until('the reader to have passed it', () => life.dispatcher.figures().behind === 1);
    expect(life.dispatcher.figures()).toMatchObject({ open: OPEN_DELIVERIES_MAX, queued: QUEUE_MAX });
    at.receivers.answers.delete(urlOf('e1'));
    at.time.pass(6 * SECOND);
    await until(`${count} deliveries`, () => life.dispatcher.figures().delivered === count);
    const ids = new Set(at.receivers.requests.map(({ webhookId }) => webhookId));
    expect(ids.size).toBe(count);
    await until('everything to be recorded', async () => (await life.deliveries()).open.size === 0);
  }, 60_000);
});

describe('a resend', () => {
  it('sends a delivered one again under its id, and one that was given up', async () => {
    life = await at.start();
    await life.openWallet('ada');
    await life.create('e1', credited);
    await life.topUps('ada', 1);
    await at.recorded(life, 1);
    const { webhookId, payload } = at.receivers.requests[0]!;
    const answer = await resend(life.ledger, at.log, 'e1', webhookId, at.time.now());
    expect(answer.outcome).toBe('done');
    await at.sent('e1', 2);
    expect(at.receivers.requests[1]).toMatchObject({ webhookId, payload });
    await at.recorded(life, 2);
    expect((await life.deliveries()).open.size).toBe(0);
  });

  it('is refused for what was never sent', async () => {
    life = await at.start();
    expect(await resend(life.ledger, at.log, 'e1', 'msg_x', at.time.now())).toEqual({
      outcome: 'refused',
      refusal: { code: 'delivery_not_found', webhookId: 'msg_x' },
    });
  });
});

describe('a restart', () => {
  it('after stop sends nothing twice and forgets nothing', async () => {
    life = await at.start();
    await life.openWallet('ada');
    await life.create('e1', credited);
    const slow = held();
    at.receivers.answers.set(urlOf('e1'), () => slow.answer);
    await life.topUps('ada', 20);
    await at.sent('e1', 8);
    const stopped = life.dispatcher.stop();
    slow.give(ok);
    await stopped;
    expect(at.receivers.requests).toHaveLength(8);
    const next = await at.start();
    await at.sent('e1', 20);
    await at.recorded(next, 12);
    expect(revisionsAt('e1')).toEqual(upTo(20));
  });

  it('after a crash between sending and recording sends again, under the same id', async () => {
    life = await at.start();
    await life.openWallet('ada');
    await life.create('e1', credited);
    at.receivers.answers.set(urlOf('e1'), () => {
      life.kill();
      return ok;
    });
    await life.topUps('ada', 1);
    await at.sent('e1', 1);
    at.receivers.answers.clear();
    const next = await at.start();
    await at.sent('e1', 2);
    const [first, second] = at.receivers.requests;
    expect(second).toMatchObject({ webhookId: first?.webhookId, payload: first?.payload });
    await at.recorded(next, 1);
  });

  it('reads on from the position it recorded, and finds endpoints made since', async () => {
    const directory = { list: () => Promise.resolve({ streams: [streams.webhookEndpoint('e1')], through: 1n << 60n }) };
    life = await at.start();
    await life.openWallet('ada');
    await life.create('e1', ['wallet.paused']);
    await life.topUps('ada', 3);
    await until('the reader to have come to the end', async () => life.dispatcher.figures().position === (await at.log.head()));
    await life.dispatcher.stop();
    expect(await at.log.readStream(POSITION_STREAM)).toHaveLength(1);
    const next = at.live({ directory });
    await next.create('e2', credited);
    await next.topUps('ada', 1);
    const reads: bigint[] = [];
    const { subscribe } = at.log;
    at.log.subscribe = (after, handler) => {
      reads.push(after);
      return subscribe.call(at.log, after, handler);
    };
    const last = at.live({ directory });
    await last.dispatcher.start();
    await at.sent('e2', 1);
    expect(revisionsAt('e2')).toEqual([4]);
    expect(reads[0]).toBeGreaterThan(0n);
  });
});
