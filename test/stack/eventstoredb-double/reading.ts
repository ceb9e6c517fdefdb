/** Reading a stream or everything, forwards or backwards, from an event that is named, which is included. */
import { status } from '@grpc/grpc-js';
import { ReadReq } from '@eventstore/db-client/generated/streams_pb';
import { refusedCaller } from './access';
import { eventBytes, nameOf, notFoundBytes, Refusal, streamDeleted } from './encoding';
import { filterOf, indexOf, type ReadCall } from './read-call';
import { subscribe } from './subscriptions';
import type { Stored } from './records';
import type { Store } from './store';
import type { Switches } from './switches';

type Next = () => Stored | undefined;

export class Reading {
  constructor(
    private readonly store: Store,
    private readonly switches: Switches,
  ) {}

  read = (call: ReadCall): void => {
    const options = call.request.getOptions();
    const refused = refusedCaller(this.switches, call.metadata);
    if (refused || !options) return void call.emit('error', refused ?? new Refusal(status.INVALID_ARGUMENT, 'no options'));
    if (this.switches.readsNotReady.shift()) return void call.emit('error', new Refusal(status.UNAVAILABLE, 'Server Is Not Ready'));
    try {
      if (options.hasSubscription()) return subscribe(call, this.store, options);
      const next = options.hasStream() ? this.ofStream(options, call) : this.ofAll(options);
      if (next) this.send(call, next, bounded(options.getCount()), options.getResolveLinks());
    } catch (refusal) {
      call.emit('error', refusal);
    }
  };

  /** Undefined: answered already. */
  private ofStream(options: ReadReq.Options, call: ReadCall): Next | undefined {
    const asked = options.getStream();
    const stream = nameOf(asked?.getStreamIdentifier());
    if (this.store.tombstoned(stream)) throw streamDeleted(stream);
    const last = this.store.last(stream);
    if (last < 0 || this.store.softDeleted(stream)) {
      call.write(notFoundBytes(stream));
      call.end();
      return undefined;
    }
    const { $tb = 0, $maxCount, $maxAge } = this.store.metadata(stream);
    const first = Math.max($tb, $maxCount ? last + 1 - $maxCount : 0);
    const oldest = $maxAge ? BigInt(Date.now() - $maxAge * 1_000) * 10_000n : 0n;
    const forwards = isForwards(options);
    const begin = asked?.hasStart() ? 0 : asked?.hasEnd() ? (forwards ? last + 1 : last) : bounded(asked?.getRevision() ?? '0');
    let at = forwards ? Math.max(begin, first) : Math.min(begin, last);
    return () => {
      while (at >= first && at <= last) {
        const stored = this.store.stream(stream)[at]!;
        at += forwards ? 1 : -1;
        if (stored.created >= oldest) return stored;
      }
      return undefined;
    };
  }

  private ofAll(options: ReadReq.Options): Next {
    const { log } = this.store;
    const asked = options.getAll();
    const end = log.length;
    const forwards = isForwards(options);
    const filter = filterOf(options);
    const begin = asked?.hasStart() ? 0 : asked?.hasEnd() ? end : indexOf(this.store, asked?.getPosition()?.getCommitPosition() ?? '0');
    // Backwards, the event at the position itself is not among what is read.
    let at = forwards ? begin : begin - 1;
    return () => {
      for (; at >= 0 && at < end;) {
        const stored = log[at]!;
        at += forwards ? 1 : -1;
        if (!filter || filter.matches(stored)) return stored;
      }
      return undefined;
    };
  }

  private send(call: ReadCall, next: Next, count: number, resolveLinks: boolean): void {
    let left = count;
    const write = (): void => {
      for (;;) {
        if (call.cancelled) return;
        const stored = left > 0 ? next() : undefined;
        left -= 1;
        if (!stored) return void call.end();
        if (!call.write(eventBytes(this.store, stored, resolveLinks))) return void call.once('drain', write);
      }
    };
    write();
  }
}

const isForwards = (options: ReadReq.Options): boolean => options.getReadDirection() === ReadReq.Options.ReadDirection.FORWARDS;
const bounded = (text: string): number => Number(BigInt(text) > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : BigInt(text));
