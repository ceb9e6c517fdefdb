/** Reads for a check, of data that may be damaged. It reports unreadable data and does not throw. */
import { type EventLog, Fault, type RecordedEvent } from '@drawdown/engine/event-store';

export const PAGE = 1_000;

/** What was read, or why it cannot be. */
type Attempt<T> = { readonly read: T } | { readonly lost: string };

/** Of derived state: whatever its store throws, such as an lmdb error. @throws Fault that may pass: it says nothing about what is stored. */
export const attempt = <T>(read: () => Promise<T>): Promise<Attempt<T>> =>
  attempting(read, (fault) => !(fault instanceof Fault && fault.retriable));

/** Of the log: a Fault for good. @throws anything else: that the log could not be asked does not say that it is damaged. */
export const attemptLog = <T>(read: () => Promise<T>): Promise<Attempt<T>> =>
  attempting(read, (fault) => fault instanceof Fault && !fault.retriable);

async function attempting<T>(read: () => Promise<T>, isLoss: (fault: unknown) => boolean): Promise<Attempt<T>> {
  try {
    return { read: await read() };
  } catch (fault) {
    if (!isLoss(fault)) throw fault;
    return { lost: fault instanceof Error ? fault.message : String(fault) };
  }
}

/** A page that cannot be read is tried again in smaller ones, down to a single event. */
export const smaller = (limit: number): number => Math.ceil(limit / 2);

/** Pages of the whole log; the last tells why it goes on no further, if it does not. Damage fails the page that it is in, so that is read in smaller ones up to the last event before it. */
export async function* pagesOf(log: EventLog): AsyncGenerator<Attempt<readonly RecordedEvent[]>> {
  let limit = PAGE;
  for (let after = -1n; ;) {
    const page = await attemptLog(() => log.readAll(after, limit));
    if ('lost' in page) {
      if (limit === 1) {
        yield page;
        return;
      }
      limit = smaller(limit);
      continue;
    }
    if (page.read.length === 0) return;
    yield page;
    after = page.read.at(-1)!.position;
  }
}
