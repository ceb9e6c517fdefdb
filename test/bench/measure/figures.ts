/** Figures of a benchmark: medians of windows, percentiles, and the processor time of processes. */
import { usedBy } from './processes';

export interface Result {
  readonly name: string;
  /** What is counted, such as `usage events`. */
  readonly unit: string;
  /** Units per second, the median of the windows. Absent where a rate says nothing, such as of a size. */
  readonly perSecond?: number;
  readonly windows: readonly number[];
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  /** Processor time of the measured process per unit, in microseconds; of several, the sum of those that are ours. */
  readonly cpuMicros?: number;
  /** The same of each process that took part, in microseconds per unit. */
  readonly cpuOf?: Readonly<Record<string, number>>;
  /** Rate against the bare loop of the same run: 1 is as fast as the bare loop. */
  readonly ratio?: number;
  /** Processor time against that of the bare loop of the same run: 2 is twice its cost. */
  readonly cpuRatio?: number;
  /** Rate and processor time against the plain PostgreSQL ledger under the same load, in rounds that took turns. */
  readonly ofPlain?: { readonly rate: number; readonly cpu: number };
  /** Other figures by what they are, such as `bytes kept an event`. */
  readonly figures?: Readonly<Record<string, number>>;
  readonly note?: string;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;

/** Processor time that each process used between the making of this and the call, in microseconds. */
export function cpuMeter(pids: Readonly<Record<string, number>>): () => Readonly<Record<string, number>> {
  const now = (): readonly (readonly [string, number])[] => Object.entries(pids).map(([name, pid]) => [name, usedBy([pid]).cpuMicros]);
  const before = new Map(now());
  return () => Object.fromEntries(now().map(([name, micros]) => [name, micros - before.get(name)!]));
}

export async function timed<T>(work: () => Promise<T>): Promise<{ readonly ms: number; readonly result: T }> {
  const began = process.hrtime.bigint();
  const result = await work();
  return { ms: Number(process.hrtime.bigint() - began) / 1e6, result };
}
