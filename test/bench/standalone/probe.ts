/**
 * Loaded before the service by `--require`, where a benchmark looks into its heap. It answers over the channel that the parent
 * process holds. It costs nothing until it is asked.
 */
import { GCProfiler, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export type ProbeQuestion = 'heap' | 'begin' | 'end';
/** Bytes: in use after a full collection, or given back by all collections since `begin`. */
export interface ProbeAnswer {
  readonly bytes: number;
  /** Time in collections since `begin`, main thread. */
  readonly pauseMicros: number;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
let profiler = new GCProfiler();

function inUse(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function end(): ProbeAnswer {
  // The last collection makes what is garbage by now count as well.
  collect();
  const { statistics } = profiler.stop();
  profiler = new GCProfiler();
  const sum = (each: (statistic: (typeof statistics)[number]) => number): number => statistics.reduce((total, one) => total + each(one), 0);
  return {
    bytes: sum(({ beforeGC, afterGC }) => beforeGC.heapStatistics.usedHeapSize - afterGC.heapStatistics.usedHeapSize),
    pauseMicros: sum(({ cost }) => cost),
  };
}

process.on('message', (question: ProbeQuestion) => {
  if (question === 'begin') {
    collect();
    profiler.start();
  }
  const answer: ProbeAnswer = question === 'end' ? end() : { bytes: question === 'heap' ? inUse() : 0, pauseMicros: 0 };
  process.send?.(answer);
});
process.channel?.unref();
