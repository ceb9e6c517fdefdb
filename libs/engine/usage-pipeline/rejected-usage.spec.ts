import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Instant, instant, later } from '@drawdown/domain/amounts';
import { given as givenEvents, readEvent, shape, writeEvent } from '@drawdown/domain/decider';
import fc from 'fast-check';
import { TestLedger, tokens } from '../event-store/ledger.fixtures';
import {
  rejectedUsage,
  type RejectedUsageEvent,
  type RejectedUsageReplayed,
  rejectionId,
  rejectionIdOfRecord,
  type UsageRejected,
} from './rejected-usage';
import { streams } from '@drawdown/engine/event-store';

const NOON = instant('2026-03-01T12:00:00.123Z');
const NEXT_DAY = instant('2026-03-02T12:00:00Z');
const SEED = 20_260_301;

const EXAMPLES: { readonly [T in RejectedUsageEvent['type']]: Required<Extract<RejectedUsageEvent, { type: T }>> } = {
  UsageRejected: {
    type: 'UsageRejected',
    at: NOON,
    reason: 'quantity_negative',
    detail: 'data.tokens must not be below zero; usage only ever adds',
    field: 'data.tokens',
    original: '{"id":"evt_1","note":"ü"}',
    encoding: 'utf8',
    transport: 'kafka',
    source: 'gateway',
    id: 'evt_1',
    subject: 'cus_1',
  },
  RejectedUsageReplayed: {
    type: 'RejectedUsageReplayed',
    at: NEXT_DAY,
    status: 'rejected',
    reason: 'unknown_customer',
    detail: 'customer cus_1 does not exist',
  },
};

describe('the events of rejected usage', () => {
  const golden = join(__dirname, 'golden');

  it('have a golden file each, and there are no others', () =>
    expect(readdirSync(golden).sort()).toEqual(
      Object.keys(rejectedUsage.events)
        .sort()
        .map((type) => `${type}.json`),
    ));

  it.each(Object.values(EXAMPLES).map((event) => [event.type, event] as const))(
    '%s is stored in the words of its golden file, for ever',
    (type, event) => {
      const text = readFileSync(join(golden, `${type}.json`), 'utf8').trimEnd();
      expect(writeEvent(rejectedUsage, event)).toBe(text);
      expect(readEvent(rejectedUsage, type, text)).toEqual(event);
    },
  );
});

describe('rejected usage', () => {
  const { type: _, ...rejection } = EXAMPLES.UsageRejected satisfies UsageRejected;
  const { type: __, ...replay } = EXAMPLES.RejectedUsageReplayed satisfies RejectedUsageReplayed;
  const rejected = EXAMPLES.UsageRejected;
  const replayed = (status: RejectedUsageReplayed['status']): RejectedUsageReplayed => ({
    type: 'RejectedUsageReplayed',
    at: NEXT_DAY,
    status,
  });
  const given = (...events: readonly RejectedUsageEvent[]) => givenEvents(rejectedUsage.decider, ...events);

  it('is kept with its reason and its original', () => {
    const then = given().when({ type: 'Reject', ...rejection });
    expect(then.events).toEqual([rejected]);
    expect(then.state).toEqual({ status: 'open', rejection, replays: 0 });
  });

  it('that is kept already is not kept twice', () => expect(given(rejected).when({ type: 'Reject', ...rejection }).events).toEqual([]));

  it.each(['applied', 'duplicate'] as const)('is closed by a replay that ends as %s', (outcome) => {
    const then = given(rejected).when({ type: 'RecordReplay', at: NEXT_DAY, status: outcome });
    expect(then.events).toEqual([replayed(outcome)]);
    expect(then.state).toMatchObject({ status: 'replayed', rejection, lastReplay: { status: outcome }, replays: 1 });
  });

  it('stays open when it is rejected again, with the newest reason beside the first', () => {
    const then = given(rejected).when({ type: 'RecordReplay', ...replay });
    expect(then.state).toEqual({ status: 'open', rejection, lastReplay: replay, replays: 1 });
    expect(
      given(rejected, EXAMPLES.RejectedUsageReplayed).when({ type: 'RecordReplay', at: NEXT_DAY, status: 'applied' }).state,
    ).toMatchObject({ status: 'replayed', replays: 2 });
  });

  it('that does not exist cannot be replayed', () =>
    given()
      .when({ type: 'RecordReplay', ...replay })
      .thenRefused('rejected_usage_not_found'));

  it('that was applied by a replay cannot be replayed again', () =>
    given(rejected, replayed('applied'))
      .when({ type: 'RecordReplay', ...replay })
      .thenRefused('rejected_usage_already_replayed'));

  it('has a state that is the same after it was written and read', () => {
    for (const events of [[], [rejected], [rejected, EXAMPLES.RejectedUsageReplayed], [rejected, replayed('applied')]]) {
      const state = events.reduce(rejectedUsage.decider.evolve, rejectedUsage.decider.initial);
      const text = rejectedUsage.state.write(state);
      expect(rejectedUsage.state.read(JSON.parse(text))).toEqual(state);
      expect(shape.canonicalJson(JSON.parse(text) as shape.Json)).toBe(text);
    }
  });
});

describe('the id of a rejection', () => {
  it('is golden', () => expect(rejectionId(NOON, 'c0ffee')).toBe('zddsat18k-c0ffee'));

  it('of a record of a queue is golden: another deployment reads the same record again', () =>
    expect(rejectionIdOfRecord({ topic: 'usage.v1', partition: 3, offset: '12345678901', at: NOON })).toBe('zddsat18k-7090c5af887a'));

  it('puts the newest first in order of name', () =>
    fc.assert(
      fc.property(
        fc.nat({ max: 4_102_444_800_000 }),
        fc.integer({ min: 1, max: 1e12 }),
        (ms, more) => rejectionId(later(ms as Instant, more), 'a') < rejectionId(ms as Instant, 'b'),
      ),
      { seed: SEED },
    ));
});

describe('usage that is rejected', () => {
  let home: TestLedger;
  beforeEach(async () => (home = await TestLedger.open()));
  afterEach(() => home.remove());
  const kept = async () => (await home.log.readAll(-1n, 100)).filter(({ type }) => type === 'UsageRejected');

  it('is listed with the newest first', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) {
      const [outcome] = await home.use(tokens(`${i}`, 1));
      ids.unshift(streams.rejectedUsage((outcome as Extract<typeof outcome, { status: 'rejected' }>).rejectionId));
      home.pass(1);
    }
    await home.projector.save();
    expect((await home.projections.list({ prefix: 'rejectedUsage-', limit: 10 })).map(({ stream }) => stream)).toEqual(ids);
  });

  it('twice in one moment is kept once, under one id, and each has its outcome', async () => {
    const outcomes = await home.use(tokens('1', 1), tokens('1', 1));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(new Set(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.rejectionId)).size).toBe(1);
    expect(await kept()).toHaveLength(1);
  });

  it('in a replay is not kept again', async () => {
    const [first] = await home.use(tokens('1', 1));
    const { rejectionId: keptAs } = first as Extract<typeof first, { status: 'rejected' }>;
    home.pass(1);
    const [again] = await home.intake.submit([{ ...home.offer(tokens('1', 1)), keptAs }]);
    expect(again).toMatchObject({ status: 'rejected', rejectionId: keptAs });
    expect(await kept()).toHaveLength(1);
  });

  it('that was not text is kept as base64', async () => {
    const original = { text: Buffer.from([0xff, 0x00]).toString('base64'), encoding: 'base64' as const };
    const offer = {
      ...home.offer(tokens('1', 1)),
      parsed: { rejection: { reason: 'invalid_utf8', detail: 'not text' } as never },
      original: () => original,
    };
    await home.intake.submit([offer]);
    expect(JSON.parse((await kept())[0]!.data)).toMatchObject({ original: '/wA=', encoding: 'base64' });
  });
});
