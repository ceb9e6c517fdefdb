/**
 * Usage through a chain of processes, as fast as it comes out at the end: the topic in front is kept a few thousand events ahead of
 * the chain, so that nothing waits for its producer and nothing piles up. What the producer costs is on the same machine.
 */
import { cpuMeter, median } from '../measure/figures';
import type { UsageFeed } from './usage-feed';
import { until } from '../../support/waiting';

const WINDOWS = 5;
const WINDOW_MS = 4_000;
const WARM_UP_MS = 6_000;
/** Events in front of the chain: what it does in some seconds. */
const AHEAD = 30_000;
/** Asking what came out costs the ledger a page of metrics. */
const LOOK_EVERY_MS = 500;
const SETTLES_WITHIN_MS = 120_000;

interface Chain {
  /** Processes whose processor time is reported, by name. */
  readonly pids: Readonly<Record<string, number>>;
  /** Events that have come out at the end since it began. */
  done(): Promise<number>;
}

export interface Sustained {
  readonly perWindow: readonly number[];
  readonly perSecond: number;
  /** Of each process, in microseconds per event. */
  readonly cpuOf: Readonly<Record<string, number>>;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export async function sustained(chain: Chain, feed: UsageFeed): Promise<Sustained> {
  const before = await chain.done();
  let done = 0;
  const during = async (ms: number): Promise<{ readonly events: number; readonly ms: number }> => {
    const from = done;
    const began = performance.now();
    let passed = 0;
    for (; passed < ms; passed = performance.now() - began) {
      feed.send(Math.max(0, AHEAD - (feed.sent - done)));
      await pause(LOOK_EVERY_MS);
      done = (await chain.done()) - before;
    }
    return { events: done - from, ms: passed };
  };
  await during(WARM_UP_MS); // not counted: the compiler, and what was not loaded yet
  const cpu = cpuMeter({ ...chain.pids, producer: feed.pid });
  const windows: { readonly events: number; readonly ms: number }[] = [];
  for (let i = 0; i < WINDOWS; i++) windows.push(await during(WINDOW_MS));
  const used = cpu();
  await feed.end();
  await until('the chain to have handled all that was sent', async () => (await chain.done()) - before >= feed.sent, SETTLES_WITHIN_MS);
  const events = windows.reduce((sum, window) => sum + window.events, 0);
  const perWindow = windows.map((window) => (window.events * 1_000) / window.ms);
  return {
    perWindow,
    perSecond: median(perWindow),
    cpuOf: Object.fromEntries(Object.entries(used).map(([name, micros]) => [name, micros / events])),
  };
}
