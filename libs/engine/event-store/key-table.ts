/** Keys in memory, found by fingerprint: open addressing over the columns of a batch. Several places of one fingerprint stand in one chain. */
import { KeyBatch, type KeyPlace } from '@drawdown/engine/derived-state';

const SLOTS_AT_FIRST = 256;

export class KeyTable {
  readonly batch = new KeyBatch();
  /** Row of the batch plus one; zero is a free slot. At most half of the slots are taken, so a chain is short and ends. */
  private slots = new Uint32Array(SLOTS_AT_FIRST);

  get size(): number {
    return this.batch.size;
  }

  add(fingerprint: number, stream: string, revision: number, keepUntil?: number): void {
    if (2 * (this.size + 1) > this.slots.length) this.grow();
    this.batch.add(fingerprint, stream, revision, keepUntil);
    this.put(fingerprint, this.size);
  }

  has(fingerprint: number): boolean {
    const { slots, batch } = this;
    const mask = slots.length - 1;
    for (let slot = fingerprint & mask; slots[slot] !== 0; slot = (slot + 1) & mask)
      if (batch.fingerprints[slots[slot]! - 1] === fingerprint) return true;
    return false;
  }

  placesOf(fingerprint: number): KeyPlace[] {
    const { slots, batch } = this;
    const mask = slots.length - 1;
    const places: KeyPlace[] = [];
    for (let slot = fingerprint & mask; slots[slot] !== 0; slot = (slot + 1) & mask)
      if (batch.fingerprints[slots[slot]! - 1] === fingerprint) places.push(batch.place(slots[slot]! - 1));
    return places;
  }

  /** The low bits of a fingerprint are as good as any hash of it. */
  private put(fingerprint: number, row: number): void {
    const { slots } = this;
    const mask = slots.length - 1;
    let slot = fingerprint & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = row;
  }

  private grow(): void {
    this.slots = new Uint32Array(2 * this.slots.length);
    for (let row = 0; row < this.size; row++) this.put(this.batch.fingerprints[row]!, row + 1);
  }
}
