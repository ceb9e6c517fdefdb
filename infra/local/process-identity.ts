/** Which process a number means: numbers are given again, so a process is its number and the moment it began. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

export interface ProcessIdentity {
  readonly pid: number;
  /** As the system reports it; compared, never read. */
  readonly began: string;
}

export function identityOf(pid: number): ProcessIdentity | undefined {
  const began = existsSync('/proc/self/stat') ? beganByProc(pid) : beganByPs(pid);
  return began === undefined ? undefined : { pid, began };
}

/** Whether that very process still runs. */
export const isAlive = ({ pid, began }: ProcessIdentity): boolean => identityOf(pid)?.began === began;

/** Sends a signal to that very process, and to nobody who got its number since. */
export function signalTo(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** MiB in memory, where the system reports it. */
export function memoryOf(pid: number): number | undefined {
  const pages = read(`/proc/${pid}/status`)?.match(/^VmRSS:\s+(\d+) kB$/m)?.[1];
  return pages === undefined ? undefined : Math.round(Number(pages) / 1024);
}

/** See proc(5): the name of the program may hold spaces and brackets, so fields are counted after its last bracket. */
function beganByProc(pid: number): string | undefined {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTime] = [fields?.[0], fields?.[19]];
  // A zombie has ended; only its parent has not asked how.
  return state === undefined || state === 'Z' || state === 'X' ? undefined : startTime;
}

function beganByPs(pid: number): string | undefined {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
