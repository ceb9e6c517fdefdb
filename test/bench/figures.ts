/** Figures of a benchmark: medians of windows, percentiles, and the processor time of processes. */
import { readFileSync } from 'node:fs';

export interface Result {
  readonly name: string;
  /** What is counted, such as `usage events`. */
  readonly unit: string;
  /** Units per second, the median of the windows. */
  readonly perSecond: number;
  readonly windows: readonly number[];
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  /** Processor time of the measured process per unit, in microseconds; of several, the sum of those that are ours. */
  readonly cpuMicros?: number;
  /** The same of each process that took part, in microseconds per unit. */
  readonly cpuOf?: Readonly<Record<string, number>>;
  /** Against the bare loop of the same run: 1 is as fast as the bare loop. */
  readonly ratio?: number;
  readonly note?: string;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;

const TICKS_PER_SECOND = 100;
/** Processor time a process has used, all threads, in microseconds. Linux. */
export function cpuMicrosOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1e6) / TICKS_PER_SECOND;
}

/** Processor time that each process used between the making of this and the call, in microseconds. */
export function cpuMeter(pids: Readonly<Record<string, number>>): () => Readonly<Record<string, number>> {
  const now = (): readonly (readonly [string, number])[] => Object.entries(pids).map(([name, pid]) => [name, cpuMicrosOf(pid)]);
  const before = new Map(now());
  return () => Object.fromEntries(now().map(([name, micros]) => [name, micros - before.get(name)!]));
}

export async function timed<T>(work: () => Promise<T>): Promise<{ readonly ms: number; readonly result: T }> {
  const began = process.hrtime.bigint();
  const result = await work();
  return { ms: Number(process.hrtime.bigint() - began) / 1e6, result };
}
