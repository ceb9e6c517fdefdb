import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { instant } from '@drawdown/domain/amounts';
import { EmbeddedLog } from '@drawdown/adapters/embedded';
import type { RecordedEvent } from './event-log';
import { LogClosed } from './faults';
import { type Follower, SubscriptionRunner } from './subscription-runner';

let directory: string;
let log: EmbeddedLog;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'runner-'));
  log = await EmbeddedLog.open({ directory, clock: () => instant('2026-03-01T00:00:00.000Z') });
  for (let i = 0; i < 3; i += 1)
    await log.append(
      `wallet-${i}`,
      [{ id: `00000000-0000-4000-8000-00000000000${i}`, type: 'Happened', data: '{}', metadata: '{}' }],
      'no_stream',
    );
});

afterEach(async () => {
  await log.close();
  await rm(directory, { recursive: true });
});

function running(follower: Follower, after = -1n): SubscriptionRunner {
  const runner = new SubscriptionRunner(log, after, follower);
  runner.start();
  return runner;
}

it('handles every event after the checkpoint once, in order', async () => {
  const seen: string[] = [];
  const first = await log.readAll(-1n, 1);
  const runner = running({ handle: ({ stream }) => void seen.push(stream) }, first[0]!.position);
  await runner.caughtUp;
  expect(seen).toEqual(['wallet-1', 'wallet-2']);
  expect(runner.position).toBe(await log.head());
  await runner.stop();
});

it('tries an event that fails again, reports the fault and the recovery, and skips none', async () => {
  const seen: string[] = [];
  let failures = 2;
  const handle = ({ stream }: RecordedEvent): void => {
    if (stream === 'wallet-1' && failures-- > 0) throw new Error('down');
    seen.push(stream);
  };
  const runner = running({ handle, failed: (fault) => seen.push(String(fault)), recovered: () => seen.push('recovered') });
  await runner.caughtUp;
  expect(seen).toEqual(['wallet-0', 'Error: down', 'Error: down', 'wallet-1', 'recovered', 'wallet-2']);
  await runner.stop();
});

it('ends with a fault that cannot pass: those who wait for a position or for the end learn it', async () => {
  const fault = new Error('broken for good');
  const runner = running({ handle: () => Promise.reject(fault), mayPass: () => false });
  const reached = runner.awaitPosition(await log.head());
  await expect(runner.ended).rejects.toBe(fault);
  await expect(runner.caughtUp).rejects.toBe(fault);
  expect(await reached).toBe(false);
});

it('ends when the log is closed, and lets it close while a handler waits for it', async () => {
  const runner = running({
    handle: async ({ stream }) => void (await log.readStream(stream).then(() => Promise.reject(new Error('down')))),
  });
  const reached = runner.awaitPosition(await log.head());
  await log.close();
  await runner.ended;
  expect(await reached).toBe(false);
  await expect(runner.caughtUp).rejects.toThrow(LogClosed);
});

it('saves the checkpoint after so many events that count, and once more when it stops', async () => {
  const saved: bigint[] = [];
  const positions = (await log.readAll(-1n, 10)).map(({ position }) => position);
  const save = (position: bigint): Promise<void> => Promise.resolve(void saved.push(position));
  const counts = ({ stream }: RecordedEvent): boolean => stream !== 'wallet-2';
  const often = running({ handle: () => undefined, checkpoint: { everyEvents: 2, counts, save } });
  await often.caughtUp;
  await often.stop();
  const seldom = running({ handle: () => undefined, checkpoint: { everyEvents: 9, counts, save } });
  await seldom.caughtUp;
  await seldom.stop();
  expect(saved).toEqual([positions[2], positions[2]]);
});

it('handles no event until it is ready, and reports a checkpoint that cannot be saved', async () => {
  const seen: string[] = [];
  let full = 2;
  const runner = running({
    ready: () => (full-- > 0 ? Promise.reject(new Error('full')) : undefined),
    handle: ({ stream }) => void seen.push(stream),
    checkpoint: { everyEvents: 3, counts: () => true, save: () => Promise.reject(new Error('not saved')) },
    failed: (fault) => seen.push(String(fault)),
  });
  await runner.caughtUp;
  expect(seen).toEqual(['Error: full', 'Error: full', 'wallet-0', 'wallet-1', 'wallet-2', 'Error: not saved']);
  await runner.stop();
});

it('stops in the middle of an event that fails, and the next run handles that event again', async () => {
  let failing = (): void => undefined;
  const failed = new Promise<void>((resolve) => (failing = resolve));
  const runner = running({ handle: () => Promise.reject(new Error('down')), failed: () => failing() });
  await failed;
  await runner.stop();
  expect(runner.position).toBe(-1n);
  const seen: string[] = [];
  const next = running({ handle: ({ stream }) => void seen.push(stream) }, runner.position);
  await next.caughtUp;
  await next.stop();
  expect(seen).toEqual(['wallet-0', 'wallet-1', 'wallet-2']);
});
