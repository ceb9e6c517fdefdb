/** What processes and their children have used, as Linux counts it. Children that have ended are counted with whoever waited for them. */
import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;
const MICROS_PER_TICK = 1e6 / TICKS_PER_SECOND;

interface Stat {
  readonly pid: number;
  readonly parent: number;
  readonly ticks: number;
}

/** From /proc/PID/stat. */
export function parseStat(text: string): Stat {
  const fields = text.slice(text.lastIndexOf(') ') + 2).split(' ');
  const [utime, stime, cutime, cstime] = fields.slice(11, 15).map(Number);
  return { pid: Number.parseInt(text, 10), parent: Number(fields[1]), ticks: utime! + stime! + cutime! + cstime! };
}

/** The roots and everything under them. */
export function treeOf(roots: readonly number[], stats: readonly Stat[]): readonly Stat[] {
  const wanted = new Set(roots);
  for (let before = -1; before !== wanted.size;) {
    before = wanted.size;
    for (const { pid, parent } of stats) if (wanted.has(parent)) wanted.add(pid);
  }
  return stats.filter(({ pid }) => wanted.has(pid));
}

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

const allStats = (): readonly Stat[] =>
  readdirSync('/proc').flatMap((name) => {
    const text = /^\d+$/.test(name) ? readOrNothing(`/proc/${name}/stat`) : undefined;
    return text === undefined ? [] : [parseStat(text)];
  });

interface Used {
  /** Processor time of all threads, in microseconds. */
  readonly cpuMicros: number;
  /** Bytes that they caused to be written to the device: a page of 4 KiB that changed twice between two writes counts once. */
  readonly writtenBytes: number;
}

export function usedBy(roots: readonly number[]): Used {
  let [ticks, writtenBytes] = [0, 0];
  for (const stat of treeOf(roots, allStats())) {
    ticks += stat.ticks;
    writtenBytes += Number(/^write_bytes: (\d+)/m.exec(readOrNothing(`/proc/${stat.pid}/io`) ?? '')?.[1] ?? 0);
  }
  return { cpuMicros: ticks * MICROS_PER_TICK, writtenBytes };
}
