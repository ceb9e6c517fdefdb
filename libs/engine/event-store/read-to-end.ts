import { type EventLog, READ_LIMIT_MAX } from './event-log';

/**
 * Reads the log to its head and keeps nothing: some seconds for a million events. To be called before derived state is thrown
 * away, for with a damaged log it cannot be made again, and a service lives on it until the log is fixed.
 * @throws Fault that names the damaged place, or that the log is down
 */
export async function readToEnd(log: EventLog): Promise<void> {
  const head = await log.head();
  for (let after = -1n; after < head;) {
    const page = await log.readAll(after, READ_LIMIT_MAX);
    if (page.length === 0) return;
    after = page.at(-1)!.position;
  }
}
