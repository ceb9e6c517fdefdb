/**
 * What this process relies on since it attached: one number per shard. A call sends the number that was last acknowledged, and the
 * script compares it with the number in the shard, in the same step as its work. An emptied shard has no number. A shard that was restored
 * from an older copy has a lower one.
 *
 * The number rises with everything that memory relies on afterwards: a save (memory drops its keys), a loaded document (its keys are
 * only in the index), a checkpoint (earlier events are not read again). A call with a lost answer may have raised the number. Only
 * acknowledged numbers are expected, so a retry does not look like a loss.
 */
import { randomBytes } from 'node:crypto';
import { DerivedStateLost } from '@drawdown/engine/event-store';

export class Attachment {
  /** It begins with the time, so that numbers of old processes can be dropped. */
  readonly id = `${Date.now()}-${randomBytes(8).toString('hex')}`;
  private readonly sent: number[];
  private readonly acknowledged: number[];
  private over = false;

  constructor(
    /** The epoch of each shard. */
    readonly epochs: readonly string[],
    /** Called once, when a loss is noticed. */
    private readonly lost: () => void,
  ) {
    this.sent = epochs.map(() => 0);
    this.acknowledged = epochs.map(() => 0);
  }

  expected(shard: number): number {
    return this.acknowledged[shard] ?? 0;
  }

  nextNumber(shard: number): number {
    return (this.sent[shard] = (this.sent[shard] ?? 0) + 1);
  }

  acknowledge(shard: number, number: number): void {
    if (number > this.expected(shard)) this.acknowledged[shard] = number;
  }

  get isLost(): boolean {
    return this.over;
  }

  /** From now on nothing is answered under it, also not from other shards. */
  lose(): void {
    if (this.over) return;
    this.over = true;
    this.lost();
  }

  /** Another attachment has replaced it: late answers are ignored, and no loss is reported. */
  retire(): void {
    this.over = true;
  }

  assertHeld(): void {
    if (this.over) throw new DerivedStateLost();
  }
}
