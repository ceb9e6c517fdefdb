/**
 * Appends over one BatchAppend call, answered in any order. Each settles within its time: with the server's answer, or as unknown
 * when the call broke or nobody answered.
 */
import { randomUUID } from 'node:crypto';
import { WrongExpectedVersion } from '@eventstore/db-client/generated/shared_pb';
import type { Status } from '@eventstore/db-client/generated/status_pb';
import { AppendUnknown, type ExpectedRevision, Fault, LogUnavailable } from '@drawdown/engine/event-store';
import type { AppendAnswer } from './append-answer';
import type { AppendCall, Connection } from './connection';
import { appendFault, readFault, refused } from './faults';

export type Answer =
  | { readonly kind: 'appended'; readonly revision: number; readonly position: bigint | undefined }
  | { readonly kind: 'conflict'; readonly revision: ExpectedRevision };

interface Pending {
  readonly doing: string;
  readonly timer: NodeJS.Timeout;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (fault: Fault) => void;
}

interface Open {
  readonly call: AppendCall;
  readonly pending: Map<string, Pending>;
  /** When the server was last heard, by performance.now(). */
  heardAt: number;
}

const TYPES = 'event_store.client.';

export class BatchAppends {
  private opening: Promise<Open> | undefined;

  constructor(private readonly connection: Connection) {}

  /**
   * @param request is made of the correlation id.
   * @throws LogUnavailable, AppendUnknown, or a Fault for what a person must remedy.
   */
  async send(request: (correlation: string) => Buffer, doing: string, withinMs: number): Promise<Answer> {
    const deadline = performance.now() + withinMs;
    const open = await this.opened(doing, withinMs);
    const sentAt = performance.now();
    const correlation = randomUUID();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => {
          open.pending.delete(correlation);
          reject(new AppendUnknown(`EventStoreDB (EVENTSTORE_URL) did not answer within ${withinMs} ms (${doing})`));
          // Nothing at all was heard meanwhile: the others in flight need not wait for their own time.
          if (open.heardAt < sentAt) void this.connection.reconnect();
        },
        Math.max(0, deadline - sentAt),
      );
      open.pending.set(correlation, { doing, timer, resolve, reject });
      open.call.write(request(correlation));
    });
  }

  private async opened(doing: string, withinMs: number): Promise<Open> {
    this.opening ??= this.open();
    const { opening } = this;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        if (this.opening === opening) this.opening = undefined;
        reject(new LogUnavailable(`no connection to EventStoreDB (EVENTSTORE_URL) within ${withinMs} ms (${doing})`));
      }, withinMs);
    });
    try {
      return await Promise.race([opening, late]);
    } catch (error) {
      if (this.opening === opening) this.opening = undefined;
      // Nothing was sent yet.
      throw readFault(error, doing);
    } finally {
      clearTimeout(timer);
    }
  }

  private async open(): Promise<Open> {
    const call = await this.connection.openAppends();
    const open: Open = { call, pending: new Map(), heardAt: 0 };
    call.on('data', (answer: AppendAnswer) => {
      open.heardAt = performance.now();
      const pending = open.pending.get(answer.correlation);
      // One that came too late: it was called unknown.
      if (!pending) return;
      open.pending.delete(answer.correlation);
      clearTimeout(pending.timer);
      settle(pending, answer);
    });
    const broken = (error: Error): void => {
      this.opening = undefined;
      for (const { timer, reject, doing } of open.pending.values()) {
        clearTimeout(timer);
        reject(appendFault(error, doing, open.heardAt > 0));
      }
      open.pending.clear();
    };
    call.once('error', broken);
    call.once('end', () => broken(new Error('the server ended the call')));
    call.once('close', () => broken(new Error('the call was closed')));
    return open;
  }
}

function settle({ resolve, reject, doing }: Pending, { success, error }: AppendAnswer): void {
  if (success) resolve({ kind: 'appended', ...success });
  else {
    const outcome = error
      ? outcomeOf(error, doing)
      : new AppendUnknown(`EventStoreDB (EVENTSTORE_URL) answered neither success nor error (${doing})`);
    if (outcome instanceof Fault) reject(outcome);
    else resolve(outcome);
  }
}

function outcomeOf(error: Status, doing: string): Answer | Fault {
  const details = error.getDetails();
  switch (details?.getTypeName()) {
    case `${TYPES}WrongExpectedVersion`: {
      const wrong = details.unpack(WrongExpectedVersion.deserializeBinary, `${TYPES}WrongExpectedVersion`);
      return { kind: 'conflict', revision: wrong?.hasCurrentStreamRevision() ? Number(wrong.getCurrentStreamRevision()) : 'no_stream' };
    }
    case `${TYPES}AccessDenied`:
      return refused('access_denied', doing);
    case `${TYPES}StreamDeleted`:
      return refused('stream_deleted', doing);
    case `${TYPES}MaximumAppendSizeExceeded`:
      return refused('append_too_large', doing);
    case undefined:
    default:
      // Timeout: the server gave up waiting for its own write. Unknown: it does not know either; a full disk shows as this.
      return new AppendUnknown(
        `EventStoreDB (EVENTSTORE_URL) answered "${error.getMessage()}"; if that goes on, look at the server's disk and log (${doing})`,
      );
  }
}
