/**
 * `npm run build && node dist/test/bench/stack/eventstoredb.js`: appends and events a second through EventStoreDbLog. With EVENTSTORE_URL
 * against that server; without it against the wire double in a process of its own, whose figures are the double's and say what the
 * adapter costs, not what EventStoreDB does.
 */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { EventStoreDbLog } from '@drawdown/adapters/eventstoredb';
import type { NewEvent } from '@drawdown/engine/event-store';
import { Child } from '../../support/services/child';
import { until } from '../../support/waiting';

const LINE = {
  source: '/svc/a',
  id: 'evt-00000000-0000-4000-8000-000000000000',
  quantity: '123.5',
  weight: 3,
  credits: '0.0123',
  at: '2026-01-01T00:00:00.000Z',
};
const event = (lines: number): NewEvent => ({
  id: randomUUID(),
  type: 'CreditsConsumed',
  data: JSON.stringify({ after: { available: '100', booked: '100', held: '0' }, lines: Array.from({ length: lines }, () => LINE) }),
  metadata: JSON.stringify({ chain: '0'.repeat(64), index: 0, size: 1 }),
});

async function measured(name: string, count: number, work: () => Promise<unknown>): Promise<void> {
  const used = process.cpuUsage();
  const began = performance.now();
  await work();
  const ms = performance.now() - began;
  const { user, system } = process.cpuUsage(used);
  process.stdout.write(
    `${name.padEnd(58)} ${Math.round((count * 1_000) / ms)
      .toLocaleString('en')
      .padStart(10)} /s ${((user + system) / count).toFixed(1).padStart(8)} us CPU each\n`,
  );
}

async function many(count: number, atOnce: number, work: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let i = next++; i < count; i = next++) await work(i);
    }),
  );
}

async function main(): Promise<void> {
  const { EVENTSTORE_URL } = process.env;
  const double = EVENTSTORE_URL
    ? undefined
    : new Child('the double', {
        program: process.execPath,
        args: [join(__dirname, '../../stack/eventstoredb-double/main.js')],
        env: { PORT: '0' },
      });
  const port = double && (await until('the double', () => /listening on (\d+)/.exec(double.stdout)?.[1]));
  process.stdout.write(
    `${double ? 'against the wire double of EventStoreDB, which is not EventStoreDB' : 'against the server of EVENTSTORE_URL'}\n`,
  );
  const log = EventStoreDbLog.open({ connectionString: EVENTSTORE_URL ?? `esdb://127.0.0.1:${port}?tls=false` });
  const before = await log.head();
  const run = randomUUID();
  const toNew = (kind: string, events: () => NewEvent[]) => (i: number) => log.append(`bench-${run}-${kind}-${i}`, events(), 'no_stream');
  await many(
    2_000,
    64,
    toNew('warm', () => [event(1)]),
  );
  for (const atOnce of [1, 64, 512])
    await measured(`appends of 1 event, 1 line, ${atOnce} in flight`, 6_000, () =>
      many(
        6_000,
        atOnce,
        toNew(`one-${atOnce}`, () => [event(1)]),
      ),
    );
  await measured('appends of 1 event, 100 lines (14 KB), 64 in flight', 3_000, () =>
    many(
      3_000,
      64,
      toNew('packed', () => [event(100)]),
    ),
  );
  await measured('events, 100 to an append, 8 in flight', 20_000, () =>
    many(
      200,
      8,
      toNew('hundred', () => Array.from({ length: 100 }, () => event(1))),
    ),
  );
  const read: number[] = [];
  const readAll = async (): Promise<void> => {
    let count = 0;
    for (let page = await log.readAll(before, 4_096); page.length > 0; page = await log.readAll(page.at(-1)!.position, 4_096))
      count += page.length;
    read.push(count);
  };
  await readAll();
  const [all = 0] = read;
  await measured('events read, all of the above', all, readAll);
  await measured('events followed, all of the above', all, async () => {
    const subscription = log.subscribe(before, async () => undefined);
    await subscription.caughtUp;
    await subscription.close();
  });
  await log.close();
  double?.kill('SIGTERM');
}

void main();
