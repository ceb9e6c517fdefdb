/** Carrying out a command: load, decide, append, again. Everything impure about a command is in this file. */
import { type Aggregate, type AggregateTypes, readEvent, type Shape, storedTypeOf, writeEvent } from '@drawdown/domain/decider';
import { backOffMs, KeyedMutex, pause, ReadWriteLock, Semaphore } from '@drawdown/engine/async';
import type { EventLog, ExpectedRevision } from './event-log';
import { AppendUnknown, Contention, Fault } from './faults';
import { commandFingerprint } from './keys';
import { type Cause, readMetadata, chainEvent, type ChainedEvent } from './hash-chain';
import type { StreamState, StreamStates } from './stream-states';
import { InDoubtAppends } from './in-doubt-appends';

const ATTEMPTS_MAX = 16;
/** Before deciding again. */
const LOST_RACE_BACK_OFF = { minMs: 4, maxMs: 100 };
/** Another writer was first, or the process has learned more of the stream: it is decided again. */
export const AGAIN = Symbol('again');
const PREREQUISITE_DONE = Symbol('prerequisite done');
export type Again = typeof AGAIN | typeof PREREQUISITE_DONE;

/** Events folded in one turn of the event loop. */
const FOLDED_AT_ONCE = 32;
/** Streams folded from their beginning at the same time, for retries of commands of long ago; more wait for one of them. */
const FOLDS_AT_ONCE_MAX = 4;

export interface CommandContext {
  /** Idempotency key, unique within the stream. Same key and body: the first answer again. Absent: never a retry. */
  readonly key?: string;
  /**
   * The caller's own key, where the command is known by another one that is none of the caller's, such as that of an invoice. It is
   * used up together with it: either of them finds the first answer, and neither takes another body.
   */
  readonly callerKey?: string;
  /** SHA-256 of the request, to tell a retry from another command under the same key. */
  readonly body?: string;
  readonly actor?: string;
  readonly traceparent?: string;
}

export interface Done<T extends AggregateTypes> {
  readonly outcome: 'done';
  /** The stream's state after the last of the events, however much has happened since. */
  readonly state: T['state'];
  /** What the command caused; nothing when it changed nothing. */
  readonly events: readonly T['event'][];
  /** Of the last of them; the stream's when there is none. */
  readonly revision: number;
  /** True when this is the first result again. */
  readonly replayed: boolean;
  /** The key that the first result was found by, where this is that again: the caller's own, or the other one. */
  readonly foundBy?: string;
}
export type IdempotencyConflict = { readonly code: 'idempotency_conflict'; readonly key: string };
export interface RefusedOutcome<R> {
  readonly outcome: 'refused';
  readonly refusal: R | IdempotencyConflict;
}
export type Outcome<T extends AggregateTypes> = Done<T> | RefusedOutcome<T['refusal']>;

interface Recorded<E> {
  readonly events: readonly E[];
  /** Of the last of them. */
  readonly revision: number;
}

interface FreeTurns {
  isFree(stream: string): boolean;
  /** Only of streams that are free. They are given back when the round has ended. */
  take(streams: readonly string[]): void;
}

export class Ledger {
  private readonly serial = new KeyedMutex();
  private readonly gate = new ReadWriteLock();
  private readonly folds = new Semaphore(FOLDS_AT_ONCE_MAX);

  constructor(
    readonly log: EventLog,
    readonly states: StreamStates,
  ) {}

  /** The state of a stream as it is now. `revision` -1: nothing has happened. */
  async load<T extends AggregateTypes>(
    aggregate: Aggregate<T>,
    stream: string,
  ): Promise<{ readonly state: T['state']; readonly revision: number }> {
    while (this.busy) await this.busy;
    const { state, revision } = await this.states.load(stream);
    return { state: stateOf(aggregate, state), revision };
  }

  /** The same, to the end of the stream: for a process that does not follow the log and may know less than others have written. */
  async reload<T extends AggregateTypes>(
    aggregate: Aggregate<T>,
    stream: string,
  ): Promise<{ readonly state: T['state']; readonly revision: number }> {
    while (this.busy) await this.busy;
    const { state, revision } = await this.states.reload(stream);
    return { state: stateOf(aggregate, state), revision };
  }

  /** Waits for its turn on the stream, so that commands of this process do not race each other. */
  inTurn = <T>(stream: string, work: () => Promise<T>): Promise<T> => this.gate.pass(() => this.serial.run(stream, work));

  /**
   * Runs a round of usage, with the turns of all streams that nobody else has. `work` is called at once with a question: whether the
   * turn of a stream is free. It takes the turns it needs before its first pause.
   */
  inFreeTurns = <T>(work: (turns: FreeTurns) => Promise<T>): Promise<T> =>
    this.gate.pass(() => {
      let end: () => void = () => undefined;
      const ended = new Promise<void>((resolve) => (end = resolve));
      return work({ isFree: (stream) => !this.serial.isBusy(stream), take: (streams) => this.serial.holdAll(streams, ended) }).finally(end);
    });

  /** Does something that nothing may be appended during: waits for the commands under way, and keeps others and reads waiting. */
  alone = <T>(work: () => Promise<T>): Promise<T> => this.gate.alone(work);

  /** While something is alone: its end. Derived state is not whole until then. */
  get busy(): Promise<void> | undefined {
    return this.gate.busy;
  }

  /** The state after a revision: as it is known where that is the last one, folded from the beginning of the stream otherwise. */
  private async stateAfter<T extends AggregateTypes>(aggregate: Aggregate<T>, entry: StreamState, revision: number): Promise<T['state']> {
    return entry.revision === revision
      ? stateOf(aggregate, entry.state)
      : this.folds.run(() => this.stateAt(aggregate, entry.stream, revision));
  }

  /** Its cost grows with the history before the revision. */
  async stateAt<T extends AggregateTypes>(aggregate: Aggregate<T>, stream: string, revision: number): Promise<T['state']> {
    let state = aggregate.decider.initial;
    for (let from = 0; from <= revision;) {
      const page = await this.log.readStream(stream, { from, limit: FOLDED_AT_ONCE });
      if (page.length === 0) break;
      // A long history must not keep everybody else waiting.
      await new Promise((resolve) => setImmediate(resolve));
      for (const event of page)
        if (event.revision <= revision) state = aggregate.decider.evolve(state, readEvent(aggregate, event.type, event.data));
      from += page.length;
    }
    return state;
  }

  /**
   * A command may be given as a function: it is made when the key turns out to be new, so that a retry is answered as the
   * first time even where the rules the command is made under have changed since.
   * @throws Contention other processes were first ATTEMPTS_MAX times; nothing was written.
   * @throws LogUnavailable nothing was written.
   * @throws AppendUnknown it may have been carried out, or be so later: the same key again finds out.
   */
  async execute<T extends AggregateTypes>(
    aggregate: Aggregate<T>,
    stream: string,
    command: T['command'] | (() => T['command'] | Promise<T['command']>),
    context: CommandContext = {},
  ): Promise<Outcome<T>> {
    const outcome = await this.inTurn(stream, () => this.decideAndAppend(aggregate, stream, command, context));
    // The first answer again may take long to make, and nothing that happens meanwhile changes it: others need not wait.
    return 'again' in outcome ? outcome.again() : outcome;
  }

  private async decideAndAppend<T extends AggregateTypes>(
    aggregate: Aggregate<T>,
    stream: string,
    command: T['command'] | (() => T['command'] | Promise<T['command']>),
    context: CommandContext,
  ): Promise<Outcome<T> | { readonly again: () => Promise<Done<T>> }> {
    const inDoubt = new InDoubtAppends<T['event']>();
    try {
      return await this.decideOn(stream, (entry, first) => this.decideOnce(aggregate, entry, first, command, context, inDoubt));
    } catch (fault) {
      // "Nothing was written" is true of the last attempt only.
      throw inDoubt.fault ?? fault;
    }
  }

  /**
   * What a command and a round of usage share: loads the stream and lets `decide` decide and append, again while another writer is first.
   * It takes no turn. On the first attempt the process may know less than the stream holds, after that it has read the stream to its end.
   * @throws Contention other processes were first ATTEMPTS_MAX times
   */
  async decideOn<R>(stream: string, decide: (entry: StreamState, first: boolean) => Promise<R | Again>): Promise<R> {
    for (let attempt = 0; attempt < ATTEMPTS_MAX;) {
      if (attempt > 0) await pause(backOffMs(attempt - 1, LOST_RACE_BACK_OFF));
      const entry = await (attempt === 0 ? this.states.load(stream) : this.states.reload(stream));
      const result = await decide(entry, attempt === 0);
      if (result === AGAIN) attempt += 1;
      // A prerequisite is no attempt of the command's own, and there may have to be many: each leaves less to be done.
      else if (result !== PREREQUISITE_DONE) return result;
    }
    throw new Contention(stream, ATTEMPTS_MAX);
  }

  private async decideOnce<T extends AggregateTypes>(
    aggregate: Aggregate<T>,
    entry: StreamState,
    first: boolean,
    command: T['command'] | (() => T['command'] | Promise<T['command']>),
    context: CommandContext,
    inDoubt: InDoubtAppends<T['event']>,
  ): Promise<Outcome<T> | { readonly again: () => Promise<Done<T>> } | Again> {
    const { stream } = entry;
    const landed = inDoubt.fault && (await inDoubt.landed(this.log, stream));
    if (landed) return { outcome: 'done', ...landed, state: await this.stateAfter(aggregate, entry, landed.revision), replayed: false };
    const known = entry.revision;
    const earlier = await this.resultOf(aggregate, entry, context);
    if (earlier) return earlier.body === context.body ? { again: earlier.done } : conflict(earlier.key);
    let made: T['command'];
    try {
      made = typeof command === 'function' ? await command() : command;
    } catch (objection) {
      // Nor is what stands against making it said on old knowledge: the stream may hold this very command, carried out elsewhere.
      if (first && (await this.states.reload(stream)).revision > known) return AGAIN;
      throw objection;
    }
    // The catch-up subscription handled something meanwhile: it may be this very command, which another process carried out.
    if (entry.revision !== known) return AGAIN;
    const prerequisite = this.prerequisite(aggregate, entry, made, context);
    if (prerequisite) return prerequisite;
    const decision = aggregate.decider.decide(made, stateOf(aggregate, entry.state));
    const events = decision.accepted ? decision.events : [];
    // No append holds a refusal against the stream, nor that there is nothing to do: so the stream is asked whether it is further.
    if (events.length === 0 && first && (await this.states.reload(stream)).revision > known) return AGAIN;
    // What was accepted before and may yet be written is neither refused nor done.
    if (events.length === 0 && inDoubt.fault) throw inDoubt.fault;
    if (!decision.accepted) return { outcome: 'refused', refusal: decision.refusal };
    if (events.length > 0 && !(await this.append(aggregate, entry, decision, context, inDoubt))) return AGAIN;
    const revision = known + events.length;
    // Others may have written since, and the entry may hold it.
    return { outcome: 'done', events, revision, state: await this.stateAfter(aggregate, entry, revision), replayed: false };
  }

  /** What a key did before on a stream, for a command that has work to do before it can be executed. Undefined: nothing yet. */
  async earlier<T extends AggregateTypes>(
    aggregate: Aggregate<T>,
    stream: string,
    context: CommandContext,
  ): Promise<Outcome<T> | undefined> {
    if (context.key === undefined) return undefined;
    const found = await this.inTurn(stream, async () => this.resultOf(aggregate, await this.states.load(stream), context));
    return found && (found.body === context.body ? found.done() : conflict(found.key));
  }

  /** What the command of a key recorded on a stream, whatever its body was. Takes no turn: a command may ask while it is made. */
  async recorded<T extends AggregateTypes>(
    aggregate: Aggregate<T>,
    stream: string,
    key: string,
  ): Promise<Recorded<T['event']> | undefined> {
    await this.states.load(stream);
    const place = await this.placeOf(stream, key);
    return place && this.recordedAt(aggregate, stream, place);
  }

  /** Appends decided events after an entry and moves the entry on. False: another writer was first, decide again. */
  async append<T extends AggregateTypes>(
    aggregate: Aggregate<T>,
    entry: StreamState,
    { events, state }: { readonly events: readonly T['event'][]; readonly state?: T['state'] },
    { key, callerKey, body, actor, traceparent }: CommandContext,
    inDoubt = new InDoubtAppends<T['event']>(),
  ): Promise<boolean> {
    // Nothing waits from here to the write: what was looked up since the entry was loaded holds for it.
    this.states.assertCurrent(entry.epoch);
    const first = entry.revision + 1;
    let { chain } = entry;
    const chained = events.map((event, index) => {
      const cause = { index, size: events.length, ...present({ key, callerKey, body, actor, traceparent }) };
      const made = chainEvent(chain, entry.stream, first + index, storedTypeOf(aggregate, event), writeEvent(aggregate, event), cause);
      chain = made.chain;
      return made;
    });
    if (!(await this.write(entry.stream, chained, first, (fault) => inDoubt.note(events, first, chained, fault)))) return false;
    if (entry.revision === first - 1)
      this.states.advance(
        entry,
        events,
        first,
        { index: 0, chain, ...present({ key, callerKey }) },
        state ?? folded(aggregate, entry, events),
      );
    // Otherwise the catch-up subscription has handled them already, all of them: they became visible together.
    return true;
  }

  /**
   * Carries out what a decider wants done before a command: under no key, since it is nobody's command. The command is decided on what
   * stands in the stream then. Undefined, and at once: there is nothing to do.
   */
  prerequisite<T extends AggregateTypes>(
    aggregate: Aggregate<T>,
    entry: StreamState,
    command: T['command'],
    { traceparent }: CommandContext,
  ): Promise<Again> | undefined {
    const first = aggregate.decider.prerequisite?.(command, stateOf(aggregate, entry.state));
    if (first === undefined) return undefined;
    const decision = aggregate.decider.decide(first, stateOf(aggregate, entry.state));
    if (!decision.accepted || decision.events.length === 0) throw new Error(`nothing can be done before a command on ${entry.stream}`);
    return this.append(aggregate, entry, decision, present({ traceparent })).then((done) => (done ? PREREQUISITE_DONE : AGAIN));
  }

  /** An append has three outcomes. After an unknown one the stream is asked whether our own events are in it. */
  private async write(
    stream: string,
    events: readonly ChainedEvent[],
    from: number,
    inDoubt: (fault: AppendUnknown) => void,
  ): Promise<boolean> {
    const expected: ExpectedRevision = from === 0 ? 'no_stream' : from - 1;
    try {
      return (await this.log.append(stream, events, expected)).outcome === 'appended';
    } catch (fault) {
      if (!(fault instanceof AppendUnknown)) throw fault;
      const there = await this.log.readStream(stream, { from, limit: events.length }).catch((unread: unknown) => {
        // A log that cannot be read now has taken the append or not: "nothing was written" would be wrong.
        throw unread instanceof Fault ? fault : unread;
      });
      // Not there is not yet "not written": only an attempt that is answered settles it.
      inDoubt(fault);
      return there.length === events.length && there.every((event, i) => event.id === events[i]?.id);
    }
  }

  /** What a command's keys did before on this stream, if anything. The caller's goes first: it must not be used for anything else. */
  private async resultOf<T extends AggregateTypes>(
    aggregate: Aggregate<T>,
    entry: StreamState,
    { key, callerKey }: CommandContext,
  ): Promise<{ readonly key: string; readonly body: string | undefined; readonly done: () => Promise<Done<T>> } | undefined> {
    for (const each of [callerKey, key]) {
      const place = each === undefined ? undefined : await this.placeOf(entry.stream, each);
      if (each === undefined || !place) continue;
      const foundBy = each;
      const done = async (): Promise<Done<T>> => {
        const { events, revision } = await this.recordedAt(aggregate, entry.stream, place);
        return { outcome: 'done', events, revision, state: await this.stateAfter(aggregate, entry, revision), replayed: true, foundBy };
      };
      return { key: each, body: place.cause.body, done };
    }
    return undefined;
  }

  /** Where the command of a key is in its stream. */
  private async placeOf(stream: string, key: string): Promise<CommandPlace | undefined> {
    for (const place of await this.states.keys.findOne(commandFingerprint(stream, key))) {
      if (place.stream !== stream) continue;
      const [first] = await this.log.readStream(stream, { from: place.revision, limit: 1 });
      const cause = first && readMetadata(first);
      if (cause && (cause.key === key || cause.callerKey === key)) return { first: place.revision, cause };
    }
    return undefined;
  }

  private async recordedAt<T extends AggregateTypes>(
    aggregate: Aggregate<T>,
    stream: string,
    { first, cause: { size } }: CommandPlace,
  ): Promise<Recorded<T['event']>> {
    const recorded = await this.log.readStream(stream, { from: first, limit: size });
    return { events: recorded.map((event) => readEvent(aggregate, event.type, event.data)), revision: first + size - 1 };
  }
}

interface CommandPlace {
  /** Revision of the first event of the command. */
  readonly first: number;
  readonly cause: Cause;
}

const folded = <T extends AggregateTypes>(aggregate: Aggregate<T>, entry: StreamState, events: readonly T['event'][]): T['state'] =>
  events.reduce((state, event) => aggregate.decider.evolve(state, event), stateOf(aggregate, entry.state));

const conflict = (key: string): RefusedOutcome<never> => ({ outcome: 'refused', refusal: { code: 'idempotency_conflict', key } });

// An entry was folded by the aggregate of its stream's category: the cast gives back the type that the cache erased.
const stateOf = <S>(_: { readonly state: Shape<S> }, state: unknown): S => state as S;

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };
const present = <T extends object>(fields: T): Present<T> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
