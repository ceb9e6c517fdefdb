/**
 * Time of each stage of a round of usage, waiting included. The service counts it in `drawdown_usage_stage_seconds_total{stage}` on
 * /metrics.
 */
import type { Run } from '../benchmark';
import { type Figure, figuresAt } from '../../support/clients/metrics';
import { runLoad } from '../load/usage-load';
import type { Result } from '../measure/figures';
import { startService } from '../standalone/service';
import { FreshIds } from './turns';

const CUSTOMERS = 1_000;
const METRIC = 'drawdown_usage_stage_seconds_total';
const MICROS_PER_SECOND = 1e6;

/** Microseconds an event of each stage, in the order of the service. */
export function stageMicros(before: readonly Figure[], after: readonly Figure[], events: number): Readonly<Record<string, number>> {
  const seconds = (figures: readonly Figure[]): Map<string, number> =>
    new Map(figures.filter(({ name }) => name === METRIC).map(({ labels, value }) => [labels['stage'] ?? '', value]));
  const earlier = seconds(before);
  return Object.fromEntries(
    [...seconds(after)].map(([stage, value]) => [stage, ((value - (earlier.get(stage) ?? 0)) * MICROS_PER_SECOND) / events]),
  );
}

export async function* stages({ bare, effort: { warmUpMs, windowMs } }: Run): AsyncGenerator<Result> {
  const ours = await startService({ population: { customers: CUSTOMERS } });
  try {
    const ids = new FreshIds();
    const load = { customers: CUSTOMERS, batchOf: 100, inFlight: 32, warmUpMs, windowMs };
    await runLoad(ours, { ...load, firstId: ids.next() }); // not counted: compiled code and caches
    const before = await figuresAt(ours.opsUrl);
    const { events, cpuMicros, perSecond } = await runLoad(ours, { ...load, firstId: ids.next() });
    const figures = stageMicros(before, await figuresAt(ours.opsUrl), events);
    if (Object.keys(figures).length === 0) return;
    const cpuRatio = cpuMicros / bare.cpuMicros!;
    yield { name: 'stages of the pipeline, us an event', unit: 'usage events', windows: [], perSecond, cpuMicros, cpuRatio, figures };
  } finally {
    await ours.stop();
  }
}
