/** One read: all of what comes until the server says that it was all, until enough has come, or until the server has been silent too long. */
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb';
import { LogUnavailable } from '@drawdown/engine/event-store';
import type { Connection, ReadCall } from './connection';
import { readFault } from './faults';
import type { ReadAnswer, Received } from './read-answer';

/** A page of the whole log ends after the event that goes beyond this. */
export const PAGE_BYTES = 4 * 1024 * 1024;

export interface Page {
  readonly read: readonly Received[];
  /** False: there may be more, it was enough. */
  readonly complete: boolean;
}

/** @throws LogUnavailable, or a Fault for what a person must remedy. */
export function readPage(connection: Connection, request: ReadReq, doing: string, silenceMs: number, bytesMax = Infinity): Promise<Page> {
  return new Promise((resolve, reject) => {
    const read: Received[] = [];
    let bytes = 0;
    let call: ReadCall | undefined;
    let over = false;
    const end = (settle: () => void): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      settle();
    };
    const fail = (error: unknown): void => end(() => reject(readFault(error, doing)));
    const timer = setTimeout(() => {
      fail(new LogUnavailable(`EventStoreDB (EVENTSTORE_URL) was silent for ${silenceMs} ms (${doing})`));
      void connection.reconnect();
    }, silenceMs);
    const take = ({ received, fault }: ReadAnswer): void => {
      if (over) return;
      timer.refresh();
      if (fault) return fail(fault);
      if (!received) return;
      read.push(received);
      bytes += received.bytes;
      if (bytes < bytesMax) return;
      end(() => resolve({ read, complete: false }));
      call?.cancel();
    };
    connection.openRead(request).then((opened) => {
      call = opened;
      if (over) return opened.cancel();
      opened.on('data', take);
      opened.once('error', fail);
      opened.once('end', () => end(() => resolve({ read, complete: true })));
      opened.once('close', () => fail(new Error('the call was closed')));
      return undefined;
    }, fail);
  });
}
