/**
 * The keys already applied: in the index up to what has been saved, in memory for the events after that. A key stays in
 * memory until the index has it, so at every moment one of the two knows it.
 */
import type { AppliedKey, Projections } from '@drawdown/engine/derived-state';
import { type Instant, later, parseInstant } from '@drawdown/domain/amounts';
import type { DomainEvent } from '@drawdown/domain/decider';
import type { AccruedLine, EventOf, UsageLine } from '@drawdown/domain/balance';
import { paymentKeyOf } from './credited-payments';
import { DerivedStateUnavailable } from './faults';
import { commandFingerprint, type KeyPlace, usageFingerprint } from './keys';

/** Keys in memory that the index has not taken. Beyond it no usage is taken: about 150 MB. */
const KEYS_UNSAVED_MAX = 500_000;

export class AppliedKeys {
  /** One key is the rule: no list is made for it, because every usage event passes here. */
  private readonly recent = new Map<bigint, AppliedKey | readonly AppliedKey[]>();
  private unsaved: AppliedKey[] = [];

  constructor(
    private readonly projections: Projections,
    /** How long a usage key is kept after its usage event (or its recording, if that is later), in milliseconds. */
    readonly windowMs: number,
  ) {}

  /** Notes the keys of an applied event. `key` and `callerKey` are the command's, on the first event it caused. */
  note(stream: string, revision: number, event: DomainEvent, key: string | undefined, callerKey?: string): void {
    if (key !== undefined) this.add(commandFingerprint(stream, key), stream, revision);
    if (callerKey !== undefined) this.add(commandFingerprint(stream, callerKey), stream, revision);
    const payment = paymentKeyOf(stream, event);
    if (payment !== undefined) this.add(payment, stream, revision);
    if (!holdsUsage(event)) return;
    let before: UsageLine | AccruedLine | undefined;
    for (const line of event.lines) {
      // In a wallet the lines of one usage event, of several credit products, stand one after another.
      if (line.id === before?.id && line.source === before.source) continue;
      before = line;
      const kept = Math.max(parseInstant(line.time) ?? event.at, event.at) as Instant;
      // One more millisecond: at the very end of the window the event is still accepted, so its key is still needed.
      this.add(usageFingerprint(line.source, line.id), stream, revision, later(kept, this.windowMs + 1));
    }
  }

  /**
   * Where keys were applied, newest knowledge first. A place has to be confirmed: fingerprints may meet by chance.
   * @throws DerivedStateUnavailable the index cannot be asked, or has not taken keys for so long that memory takes no more.
   */
  async find(fingerprints: readonly bigint[]): Promise<readonly (readonly KeyPlace[])[]> {
    if (this.isFull)
      throw new DerivedStateUnavailable(
        `${KEYS_UNSAVED_MAX} keys wait to be saved; none is taken until derived state can be written again`,
      );
    const inMemory = fingerprints.map(this.recently);
    const saved = await this.projections.find(fingerprints);
    return inMemory.map((places, i) => (places.length === 0 ? (saved[i] ?? NOWHERE) : [...places, ...(saved[i] ?? NOWHERE)]));
  }

  /** What memory alone knows of a key: the events that came after the index. */
  recently = (fingerprint: bigint): readonly KeyPlace[] => {
    const keys = this.recent.get(fingerprint);
    return keys === undefined ? NOWHERE : listOf(keys).map(({ stream, revision }) => ({ stream, revision }));
  };

  /** Hands over what has to be saved. `saved` is called once the index has it, and only then does memory let go. */
  take(): { readonly keys: readonly AppliedKey[]; readonly saved: () => void } {
    const keys = this.unsaved;
    this.unsaved = [];
    return {
      keys,
      saved: () => {
        for (const key of keys) this.letGo(key);
      },
    };
  }

  /** As many keys wait to be saved as memory is to hold. */
  get isFull(): boolean {
    return this.unsaved.length >= KEYS_UNSAVED_MAX;
  }

  /** Puts keys back that could not be saved. */
  giveBack(keys: readonly AppliedKey[]): void {
    this.unsaved = [...keys, ...this.unsaved];
  }

  clear(): void {
    this.recent.clear();
    this.unsaved = [];
  }

  private add(fingerprint: bigint, stream: string, revision: number, keepUntil?: Instant): void {
    const key: AppliedKey = keepUntil === undefined ? { fingerprint, stream, revision } : { fingerprint, stream, revision, keepUntil };
    const others = this.recent.get(fingerprint);
    this.recent.set(fingerprint, others === undefined ? key : [...listOf(others), key]);
    this.unsaved.push(key);
  }

  private letGo(key: AppliedKey): void {
    const keys = this.recent.get(key.fingerprint);
    const left = keys === undefined ? [] : listOf(keys).filter((other) => other !== key);
    if (left.length === 0) this.recent.delete(key.fingerprint);
    else this.recent.set(key.fingerprint, left);
  }
}

const NOWHERE: readonly KeyPlace[] = [];
const listOf = (keys: AppliedKey | readonly AppliedKey[]): readonly AppliedKey[] => ('length' in keys ? keys : [keys]);

/** Holds the lines of usage events, and with them the keys of these. */
export type UsageEventOfBalance = EventOf<'CreditsConsumed' | 'UsageAccrued'>;
export const holdsUsage = (event: DomainEvent): event is UsageEventOfBalance =>
  event.type === 'CreditsConsumed' || event.type === 'UsageAccrued';
