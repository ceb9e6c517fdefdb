/**
 * What this process relies on since it attached: one marker per shard, numbered. A call names the number it has seen acknowledged,
 * and the script compares it with what the shard holds, in one step with what it does. A shard that was emptied has no marker; one put
 * back from an older copy has a lower number.
 *
 * Numbers rise with everything that memory afterwards builds on: a save (its keys are let go of), a document loaded (the keys saved
 * with it are looked for in the index alone), a checkpoint (what is before it is not read again). A call whose answer was lost may have
 * set its number; what is expected is only what was acknowledged, so trying again is not taken for a loss.
 */
import { randomBytes } from 'node:crypto';
import { DerivedStateLost } from '@drawdown/engine/event-store';

export class Epoch {
  /** Its time comes first, so that markers of processes long gone can be recognized. */
  readonly id = `${Date.now()}-${randomBytes(8).toString('hex')}`;
  private readonly sent: number[];
  private readonly acknowledged: number[];
  private over = false;

  constructor(
    readonly generations: readonly string[],
    /** Called once, when it turns out to be lost. */
    private readonly lost: () => void,
  ) {
    this.sent = generations.map(() => 0);
    this.acknowledged = generations.map(() => 0);
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

  /** From now on nothing is answered under it, not even what other shards still know. */
  lose(): void {
    if (this.over) return;
    this.over = true;
    this.lost();
  }

  /** Another has taken its place: late answers are not believed, and nobody needs a notification. */
  retire(): void {
    this.over = true;
  }

  assertHeld(): void {
    if (this.over) throw new DerivedStateLost();
  }
}
