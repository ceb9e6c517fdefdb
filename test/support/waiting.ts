/** The only place in the tests that pauses. */
import { setTimeout as pause } from 'node:timers/promises';

const PAUSE_MS = 10;
/** For probes that cost the service something, such as its metrics. */
export const COSTLY_PAUSE_MS = 100;
export const WAIT_MS_MAX = 45_000;
/** A bound for tests of a second or two, on a machine that is busy. */
export const MACHINE_BUSY_MS = 30_000;

/**
 * Waits until a probe finds something (anything but undefined and false) and returns it.
 * @param what completes the sentence "waited 45000 ms for ...".
 * @throws Error saying what was awaited, with the probe's last answer, when the bound has passed.
 */
export async function until<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  withinMs = WAIT_MS_MAX,
  everyMs = PAUSE_MS,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (performance.now() >= deadline) throw new Error(`waited ${withinMs} ms for ${what}`);
    await pause(everyMs);
  }
}

/** Lets everything run that waits for nothing but its turn. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A pace for whoever sends without end. Nothing is expected to have happened after it. */
export const pace = (ms: number): Promise<void> => pause(ms);

/** @throws Error saying what was awaited, when the bound has passed before some work has ended. The work is not stopped. */
export async function within<T>(what: string, withinMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${withinMs} ms for ${what}`)), withinMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
