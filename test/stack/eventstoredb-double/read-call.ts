/** What a read of any kind says: where it begins, and which events it wants. */
import { type ServerWritableStream, status } from '@grpc/grpc-js';
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb';
import { Refusal } from './encoding';
import type { Stored } from './records';
import type { Store } from './store';

export type ReadCall = ServerWritableStream<ReadReq, Buffer>;

/** @throws Refusal where no event begins: a real server's answer depends on its version and on what lies there, and is of no use. */
export function indexOf(store: Store, position: string): number {
  const index = store.indexAt(BigInt(position));
  if (index < 0) throw new Refusal(status.UNKNOWN, `no event begins at position ${position}`);
  return index;
}

/** The server looks at so many events at once, unless the filter says otherwise. */
const WINDOW = 32;

interface Filter {
  readonly matches: (stored: Stored) => boolean;
  /** A checkpoint is sent each time so many events have been looked at. */
  readonly checkpointEvery: number;
}

export function filterOf(options: ReadReq.Options): Filter | undefined {
  const filter = options.getFilter();
  if (!filter) return undefined;
  const onStream = filter.getStreamIdentifier();
  const expression = onStream ?? filter.getEventType();
  const pattern = expression?.getRegex() ? new RegExp(expression.getRegex()) : undefined;
  const prefixes = expression?.getPrefixList() ?? [];
  return {
    matches: (stored) => {
      const text = onStream ? stored.stream : stored.type;
      return pattern ? pattern.test(text) : prefixes.some((prefix) => text.startsWith(prefix));
    },
    checkpointEvery: Math.max(1, filter.getCheckpointintervalmultiplier()) * (filter.hasMax() ? filter.getMax() : WINDOW),
  };
}
