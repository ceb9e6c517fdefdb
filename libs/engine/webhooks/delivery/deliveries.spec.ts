import fc from 'fast-check';
import { type Instant, later } from '@drawdown/domain/amounts';
import { given, readEvent, writeEvent } from '@drawdown/domain/decider';
import { deliveries, type DeliveriesCommand, deliveryOf, OPEN_DELIVERIES_MAX, RESEND_MAX } from './deliveries';
import type { Attempt, DeliveriesEvent, Delivery } from './deliveries.events';
import { DAY, HOUR, NOON, SECOND } from '../dispatch/dispatcher.fixtures';
import { ONLY_FAILURES_MAX_MS, onlyFails } from '../dispatch/failure-clock';
import { nextAttempt, parseSchedule } from './schedule';

const { decider } = deliveries;
const message = (n: number): Delivery => ({
  webhookId: `msg_${n}`,
  type: 'wallet.credited',
  stream: 'wallet-ada',
  revision: n,
  position: BigInt(n),
});
const delivered = (n: number, attempt = 1, at: Instant = NOON): Attempt => ({
  ...message(n),
  attempt,
  at,
  durationMs: 3,
  outcome: 'delivered',
  httpStatus: 200,
});
const failed = (n: number, attempt = 1, at: Instant = NOON): Attempt => ({
  ...message(n),
  attempt,
  at,
  durationMs: 3,
  outcome: 'retrying',
  failure: 'timeout',
  nextAttemptAt: later(at, 5 * SECOND),
});
const record = (
  through: number,
  attempts: readonly Attempt[],
  opened: readonly Delivery[] = [],
  at: Instant = NOON,
): DeliveriesCommand => ({
  type: 'RecordAttempts',
  at,
  attempts,
  opened,
  through: BigInt(through),
});
const attempted = (
  through: number,
  attempts: readonly Attempt[],
  opened: readonly Delivery[] = [],
  at: Instant = NOON,
): DeliveriesEvent => ({
  type: 'DeliveriesAttempted',
  at,
  attempts,
  opened,
  through: BigInt(through),
});

describe('recording attempts', () => {
  it('opens what failed and what has no outcome yet, and closes what was delivered', () => {
    const { state } = given(decider).when(record(4, [delivered(1), failed(2)], [message(4)]));
    expect([...state.open.keys()]).toEqual(['msg_4', 'msg_2']);
    expect(state.through).toBe(4n);
    expect(given(decider, attempted(4, [failed(2)], [message(4)])).when(record(4, [delivered(2, 2), delivered(4)])).state.open.size).toBe(
      0,
    );
  });

  it('twice is recording once', () => {
    const command = record(2, [delivered(1), failed(2)], []);
    given(decider, attempted(2, [delivered(1), failed(2)]))
      .when(command)
      .then();
    given(decider, attempted(2, [failed(2)]))
      .when(record(2, [delivered(2, 2)]))
      .then(attempted(2, [delivered(2, 2)]));
    given(decider, attempted(2, [failed(2)]), attempted(2, [delivered(2, 2)]))
      .when(record(2, [delivered(2, 2)]))
      .then();
  });

  it('closes what has arrived, even when a failure of the same attempt was recorded first', () => {
    const arrived = record(1, [delivered(1)]);
    expect(given(decider, attempted(1, [failed(1)])).when(arrived).state.open.size).toBe(0);
    given(decider, attempted(1, [failed(1)]))
      .when(record(1, [failed(1)]))
      .then();
  });

  it('takes several attempts of one delivery in one batch', () => {
    expect(given(decider).when(record(1, [failed(1), delivered(1, 2)])).state.open.size).toBe(0);
    const { state } = given(decider, attempted(1, [failed(1)])).when(record(1, [failed(1, 2), failed(1, 3)]));
    expect(state.open.get('msg_1')?.attempts).toBe(3);
    given(decider)
      .when(record(1, [delivered(1), delivered(1)]))
      .then(attempted(1, [delivered(1)]));
  });

  it('never goes back in the log', () =>
    given(decider, attempted(9, []))
      .when(record(4, [], [message(3)]))
      .then());
});

describe('a resend', () => {
  const again = (...asked: Delivery[]): DeliveriesCommand => ({ type: 'Resend', at: NOON, deliveries: asked });

  it('opens a delivery again from its first attempt', () => {
    const { state } = given(decider, attempted(1, [delivered(1)])).when(again(message(1)));
    expect(state.open.get('msg_1')).toEqual({ ...message(1), attempts: 0, nextAttemptAt: NOON });
  });

  it('is refused when the window is full, to the last place', () => {
    const full = (size: number): DeliveriesEvent =>
      attempted(
        5_000,
        Array.from({ length: size }, (_, i) => failed(i + 10)),
      );
    given(decider, full(OPEN_DELIVERIES_MAX - 1))
      .when(again(message(1)))
      .then({ type: 'DeliveriesResent', at: NOON, deliveries: [message(1)] });
    given(decider, full(OPEN_DELIVERIES_MAX))
      .when(again(message(1)))
      .thenRefused('too_many_open_deliveries');
    given(decider, full(OPEN_DELIVERIES_MAX))
      .when(again(message(10)))
      .then({ type: 'DeliveriesResent', at: NOON, deliveries: [message(10)] });
  });

  it('is refused when it asks for too many at once', () => {
    const asked = Array.from({ length: RESEND_MAX + 1 }, (_, i) => message(i));
    given(decider)
      .when(again(...asked))
      .thenRefused('resend_too_large');
    expect(given(decider).when(again(...asked.slice(1))).events).toHaveLength(1);
  });
});

describe('the clock of failures', () => {
  /** Fails every 12 hours. */
  const failing = (ms: number): readonly DeliveriesEvent[] =>
    Array.from({ length: Math.floor(ms / (12 * HOUR)) + 1 }, (_, i) => attempted(i, [failed(1, i + 1, later(NOON, i * 12 * HOUR))]));
  const clockAfter = (...events: readonly DeliveriesEvent[]) => given(decider, ...events).state.failing;

  it('runs from the first failure to the last', () => {
    expect(onlyFails(clockAfter(...failing(ONLY_FAILURES_MAX_MS - 12 * HOUR)), NOON)).toBe(false);
    expect(onlyFails(clockAfter(...failing(ONLY_FAILURES_MAX_MS)), NOON)).toBe(true);
  });
  it('is set back by one success', () => expect(clockAfter(...failing(4 * DAY), attempted(99, [delivered(99)]))).toBeUndefined());
  it('forgives what was before the endpoint was enabled', () =>
    expect(onlyFails(clockAfter(...failing(ONLY_FAILURES_MAX_MS)), later(NOON, 1))).toBe(false));
  it('begins anew when nothing was tried for long', () => {
    const long = later(NOON, 14 * DAY);
    expect(clockAfter(attempted(1, [failed(1)]), attempted(2, [failed(2, 1, long)]))).toEqual({
      since: long,
      last: long,
    });
  });
});

describe('whatever receivers answer', () => {
  const schedule = parseSchedule('5s 5m 30m');

  it('every message ends delivered or exhausted, once, after at most as many attempts as the schedule has', () =>
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), { maxLength: 12 }),
        fc.infiniteStream(fc.nat(6)),
        (answers, sizes) => {
          let state = decider.initial;
          const ends = new Map<string, string[]>();
          const ask = (command: DeliveriesCommand): void => {
            const decision = decider.decide(command, state);
            if (!decision.accepted) throw new Error(decision.refusal.code);
            for (const event of decision.events) {
              const stored = readEvent(deliveries, event.type, writeEvent(deliveries, event));
              state = decider.evolve(state, stored);
              if (stored.type !== 'DeliveriesAttempted') continue;
              for (const { webhookId, outcome } of stored.attempts)
                if (outcome !== 'retrying') ends.set(webhookId, [...(ends.get(webhookId) ?? []), outcome]);
            }
          };
          const attemptOf = (n: number, attempt: number): Attempt => {
            const next = answers[n]![attempt - 1] ? undefined : nextAttempt(schedule, `msg_${n}`, attempt, NOON);
            const outcome = answers[n]![attempt - 1] ? 'delivered' : next === undefined ? 'exhausted' : 'retrying';
            return {
              ...message(n),
              attempt,
              at: NOON,
              durationMs: 0,
              outcome,
              ...(next !== undefined && { nextAttemptAt: next }),
            };
          };
          for (let n = 0; n < answers.length;) {
            const taken = answers.slice(n, n + 1 + (sizes.next().value as number)).map((_, i) => n + i);
            const tried = taken.filter((n) => n % 3 !== 0);
            ask(
              record(
                taken.at(-1)!,
                tried.map((n) => attemptOf(n, 1)),
                taken.filter((n) => n % 3 === 0).map(message),
              ),
            );
            n += taken.length;
          }
          for (let round = 0; round < 5; round++) {
            const open = [...state.open.values()];
            const command = record(
              answers.length,
              open.map(({ revision, attempts }) => attemptOf(revision, attempts + 1)),
            );
            ask(command);
            // An append whose outcome nobody knows is asked for again.
            ask(command);
          }
          expect(state.open.size).toBe(0);
          const expected = new Map(answers.map((answer, n) => [`msg_${n}`, [answer.includes(true) ? 'delivered' : 'exhausted']]));
          expect(ends).toEqual(expected);
          expect(deliveries.state.read(JSON.parse(deliveries.state.write(state)))).toEqual(state);
        },
      ),
    ));
});

it('what is stored of deliveries is stored like this', () => {
  const at = '"at":"2026-03-01T12:00:00.000Z"';
  const of1 = '"position":"1","revision":1,"stream":"wallet-ada","type":"wallet.credited","webhookId":"msg_1"}';
  const first: Attempt = { ...failed(1), httpStatus: 500, response: 'no' };
  expect(writeEvent(deliveries, attempted(2, [first], [message(1)]))).toBe(
    `{${at},"attempts":[{${at},"attempt":1,"durationMs":3,"failure":"timeout","httpStatus":500,"nextAttemptAt":"2026-03-01T12:00:05.000Z",` +
      `"outcome":"retrying","position":"1","response":"no","revision":1,"stream":"wallet-ada","type":"wallet.credited","webhookId":"msg_1"}],` +
      `"opened":[{${of1}],"through":"2"}`,
  );
  expect(writeEvent(deliveries, { type: 'DeliveriesResent', at: NOON, deliveries: [deliveryOf(first)] })).toBe(
    `{${at},"deliveries":[{${of1}]}`,
  );
});
