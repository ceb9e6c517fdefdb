/** Following: everything after an event that is named, which is not included, then "caught up", then what comes. */
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb';
import { caughtUpBytes, checkpointBytes, confirmationBytes, eventBytes, nameOf, streamDeleted } from './encoding';
import { filterOf, indexOf, type ReadCall } from './read-call';
import type { Stored } from './records';
import type { Store } from './store';

interface Step {
  readonly stored?: Stored;
  /** Nothing will ever come after it. */
  readonly deleted?: string;
}

export function subscribe(call: ReadCall, store: Store, options: ReadReq.Options): void {
  const filter = filterOf(options);
  const next = options.hasStream() ? ofStream(store, options) : ofAll(store, options);
  let live = false;
  let full = false;
  let considered = 0;
  const run = (): void => {
    if (full || call.cancelled) return;
    for (let step = next(); step; step = next()) {
      let room = true;
      const { stored, deleted } = step;
      if (stored) {
        if (!filter || filter.matches(stored)) room = call.write(eventBytes(store, stored, options.getResolveLinks()));
        if (filter && ++considered % filter.checkpointEvery === 0) room = call.write(checkpointBytes(stored.position)) && room;
      }
      if (deleted !== undefined) {
        stop();
        call.emit('error', streamDeleted(deleted));
        return;
      }
      if (room) continue;
      full = true;
      call.once('drain', () => {
        full = false;
        run();
      });
      return;
    }
    if (!live) call.write(caughtUpBytes);
    live = true;
  };
  const stop = store.follow(run);
  for (const event of ['cancelled', 'close', 'finish'] as const) call.on(event, stop);
  call.write(confirmationBytes());
  run();
}

function ofStream(store: Store, options: ReadReq.Options): () => Step | undefined {
  const asked = options.getStream();
  const stream = nameOf(asked?.getStreamIdentifier());
  let at = asked?.hasStart() ? 0 : asked?.hasEnd() ? store.last(stream) + 1 : Number(asked?.getRevision() ?? 0) + 1;
  return () => {
    const stored = store.stream(stream)[at];
    const deleted = store.tombstoned(stream) && at >= store.last(stream) ? { deleted: stream } : {};
    if (stored) at += 1;
    return stored ? { stored, ...deleted } : 'deleted' in deleted ? deleted : undefined;
  };
}

function ofAll(store: Store, options: ReadReq.Options): () => Step | undefined {
  const asked = options.getAll();
  let at = asked?.hasStart()
    ? 0
    : asked?.hasEnd()
      ? store.log.length
      : indexOf(store, asked?.getPosition()?.getCommitPosition() ?? '0') + 1;
  return () => {
    const stored = store.log[at];
    if (stored) at += 1;
    return stored && { stored };
  };
}
