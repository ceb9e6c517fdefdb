/** Waiting for a server to be so far. */
import { setTimeout as pause } from 'node:timers/promises';

const PAUSE_MS = 50;

/**
 * Asks until the probe answers anything but undefined and false. A probe that throws has not answered yet.
 * @param what completes the sentence "waited 15000 ms for ...".
 * @throws Error saying what was awaited and what the probe threw last.
 */
export async function answered<T>(
  what: string,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  withinMs: number,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    let problem = '';
    try {
      const answer = await probe();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      if (error instanceof GivenUp) throw error;
      problem = `: ${String(error)}`;
    }
    if (performance.now() >= deadline) throw new Error(`waited ${withinMs} ms for ${what}${problem}`);
    await pause(PAUSE_MS);
  }
}

/** Thrown by a probe when waiting longer is of no use. */
export class GivenUp extends Error {}
