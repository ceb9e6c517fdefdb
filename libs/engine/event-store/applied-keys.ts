/**
 * The keys already applied: in the index up to what has been saved, in memory for the events after that. A key stays in
 * memory until the index has it, so at every moment one of the two knows it.
 */
import { type FoundKeys, type KeyBatch, type KeyPlace, NO_KEYS, NOTHING_FOUND, type Projections } from '@drawdown/engine/derived-state';
import { formatInstant, parseInstant } from '@drawdown/domain/amounts';
import type { DomainEvent } from '@drawdown/domain/decider';
import type { AccruedLine, EventOf, UsageLine } from '@drawdown/domain/balance';
import { paymentKeyOf } from './credited-payments';
import { DerivedStateUnavailable } from './faults';
import { KeyTable } from './key-table';
import { commandFingerprint, usageFingerprint } from './keys';

/** Keys in memory that the index has not taken. Beyond it no usage is taken: at most 35 MB. */
const KEYS_UNSAVED_MAX = 500_000;

export class AppliedKeys {
  /** Not taken by a save yet. */
  private open = new KeyTable();
  /** Taken, and not yet known to be saved. */
  private taken: KeyTable | undefined;

  constructor(
    private readonly projections: Projections,
    /** How long a usage key is kept after its usage event (or its recording, if that is later), in milliseconds. */
    readonly windowMs: number,
  ) {}

  /** Notes the keys of an applied event. `key` and `callerKey` are the command's, on the first event it caused. */
  note(stream: string, revision: number, event: DomainEvent, key: string | undefined, callerKey?: string): void {
    if (key !== undefined) this.open.add(commandFingerprint(stream, key), stream, revision);
    if (callerKey !== undefined) this.open.add(commandFingerprint(stream, callerKey), stream, revision);
    const payment = paymentKeyOf(stream, event);
    if (payment !== undefined) this.open.add(payment, stream, revision);
    if (!holdsUsage(event)) return;
    const at = formatInstant(event.at);
    let before: UsageLine | AccruedLine | undefined;
    for (const line of event.lines) {
      // In a wallet the lines of one usage event, of several credit products, stand one after another.
      if (line.id === before?.id && line.source === before.source) continue;
      before = line;
      const kept = isAtMost(line.time, at) ? event.at : Math.max(parseInstant(line.time) ?? event.at, event.at);
      // One more millisecond: at the very end of the window the event is still accepted, so its key is still needed.
      this.open.add(usageFingerprint(line.source, line.id), stream, revision, kept + this.windowMs + 1);
    }
  }

  /**
   * Where keys were applied, newest knowledge first. A place has to be confirmed: two keys may have one fingerprint.
   * @throws DerivedStateUnavailable the index cannot be asked, or has not taken keys for so long that memory takes no more.
   */
  async find(fingerprints: ArrayLike<number>): Promise<FoundKeys> {
    if (this.isFull)
      throw new DerivedStateUnavailable(
        `${KEYS_UNSAVED_MAX} keys wait to be saved; none is taken until derived state can be written again`,
      );
    const inMemory = this.recently(fingerprints);
    const saved = await this.projections.find(fingerprints);
    if (inMemory.size === 0) return saved;
    if (saved.size === 0) return inMemory;
    const all = new Map(saved);
    for (const [i, places] of inMemory) all.set(i, [...places, ...(saved.get(i) ?? [])]);
    return all;
  }

  /** The places of one key. */
  async findOne(fingerprint: number): Promise<readonly KeyPlace[]> {
    return (await this.find([fingerprint])).get(0) ?? NOWHERE;
  }

  /** The places of each key, in the order of the question: a list per key, also for the keys that are not known. */
  async findEach(fingerprints: readonly number[]): Promise<readonly (readonly KeyPlace[])[]> {
    const found = await this.find(fingerprints);
    return fingerprints.map((_, i) => found.get(i) ?? NOWHERE);
  }

  /** What memory alone knows of keys: of the events that came after the index. */
  recently(fingerprints: ArrayLike<number>): FoundKeys {
    const { open, taken } = this;
    if (open.size === 0 && taken === undefined) return NOTHING_FOUND;
    let found: Map<number, KeyPlace[]> | undefined;
    for (let i = 0; i < fingerprints.length; i++) {
      const fingerprint = fingerprints[i]!;
      if (!open.has(fingerprint) && taken?.has(fingerprint) !== true) continue;
      (found ??= new Map()).set(i, [...open.placesOf(fingerprint), ...(taken?.placesOf(fingerprint) ?? NOWHERE)]);
    }
    return found ?? NOTHING_FOUND;
  }

  /** Hands over what has to be saved. `saved` is called once the index has it, and only then does memory let go. */
  take(): { readonly keys: KeyBatch; readonly saved: () => void } {
    const table = this.taken ?? this.open;
    if (table.size === 0) return { keys: NO_KEYS, saved: () => undefined };
    if (table === this.taken) {
      // What could not be saved is saved now, before the newer ones.
      for (const { fingerprint, stream, revision, keepUntil } of this.open.batch) table.add(fingerprint, stream, revision, keepUntil);
    }
    this.taken = table;
    this.open = new KeyTable();
    const { size } = table;
    const saved = () => {
      if (this.taken === table && table.size === size) this.taken = undefined;
    };
    return { keys: table.batch, saved };
  }

  /** As many keys wait to be saved as memory is to hold. */
  get isFull(): boolean {
    return this.open.size + (this.taken?.size ?? 0) >= KEYS_UNSAVED_MAX;
  }

  clear(): void {
    this.open = new KeyTable();
    this.taken = undefined;
  }
}

const NOWHERE: readonly KeyPlace[] = [];

/** Times that are written alike compare as texts. False says nothing. */
const isAtMost = (time: string, at: string): boolean => time.length === at.length && time.endsWith('Z') && time <= at;

/** Holds the lines of usage events, and with them the keys of these. */
export type UsageEventOfBalance = EventOf<'CreditsConsumed' | 'UsageAccrued'>;
export const isUsageType = (type: string): boolean => type === 'CreditsConsumed' || type === 'UsageAccrued';
export const holdsUsage = (event: DomainEvent): event is UsageEventOfBalance => isUsageType(event.type);
