/** Counts what becomes of usage, in front of whatever takes it. */
import { Fault, type Taken, type UsageOffer, type UsageTaker } from '@drawdown/ledger';
import type { Metrics, Sample } from '@drawdown/platform';
import { METRICS } from './metric-list';

export class CountedUsage<T extends Taken> implements UsageTaker {
  private readonly fates = new Map<Exclude<Taken['fate'], 'rejected'>, number>();
  private readonly rejections = new Map<string, number>();
  private readonly faults = new Map<string, number>();
  private waiting = 0;

  constructor(private readonly taker: { submit(offers: readonly UsageOffer[]): Promise<readonly T[]> }) {}

  async submit(offers: readonly UsageOffer[]): Promise<readonly T[]> {
    this.waiting += offers.length;
    try {
      const taken = await this.taker.submit(offers);
      for (const one of taken)
        if (one.fate === 'rejected') add(this.rejections, one.rejection.reason);
        else add(this.fates, one.fate);
      return taken;
    } catch (fault) {
      add(this.faults, fault instanceof Fault ? fault.code : 'defect');
      throw fault;
    } finally {
      this.waiting -= offers.length;
    }
  }

  show(metrics: Metrics): this {
    metrics.follow(METRICS.usageEvents, () => [
      ...samples(this.fates, (fate) => ({ fate, reason: '' })),
      ...samples(this.rejections, (reason) => ({ fate: 'rejected', reason })),
    ]);
    metrics.follow(METRICS.usageFaults, () => samples(this.faults, (code) => ({ code })));
    metrics.follow(METRICS.usageWaiting, () => [{ value: this.waiting }]);
    return this;
  }
}

function add<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

const samples = (counts: ReadonlyMap<string, number>, labelled: (key: string) => Readonly<Record<string, string>>): readonly Sample[] =>
  [...counts].map(([key, value]) => ({ labels: labelled(key), value }));
