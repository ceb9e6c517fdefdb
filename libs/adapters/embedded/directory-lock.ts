/**
 * One process owns a data directory. The owner's name is in the file LOCK; a process that was killed leaves it behind, and
 * the next one takes it over when it can prove that the owner is gone.
 *
 * Why a record and not a lock of the operating system, which would end with its process: Node offers none without native code
 * (flock and fcntl are out of reach). So an owner that cannot be seen from here, behind another host name or in another
 * container, counts as alive, and a person has to say otherwise.
 *
 * Why two processes cannot both take over: LOCK appears whole and only where there is none (a hard link), and a stale one is
 * replaced only by the holder of LOCK.takeover, a lock of the same kind, who looks at LOCK once more before replacing it.
 */
import { linkSync, readFileSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { Fault } from '@drawdown/engine/event-store';

const LOCK_FILE = 'LOCK';
/** Several processes fight over a lock that changes this often. The loser is refused and does not wait. */
const ATTEMPTS_MAX = 100;

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** The boot id of the machine. Absent if the system has none. */
  readonly boot: string | null;
  /** The namespace of `pid` (a container has its own). Absent if the system has none. */
  readonly pidNamespace: string | null;
  /** Ticks after boot when the process began: tells it from a later one with the same pid. */
  readonly startTicks: string | null;
  readonly since: string;
  readonly nonce: string;
}

/** Somebody else has the data directory. */
export class DirectoryLocked extends Fault {
  constructor(path: string, reason: string) {
    super('directory_locked', `${path}: ${reason}`, false);
  }
}

export class DirectoryLock {
  private constructor(
    private readonly path: string,
    private readonly content: string,
  ) {}

  /** @throws DirectoryLocked with the owner and the remedy. */
  static acquire(directory: string): DirectoryLock {
    return DirectoryLock.acquireFile(join(directory, LOCK_FILE));
  }

  /** Gives the directory free. Doing it twice does nothing. */
  release(): void {
    if (readIfThere(this.path) === this.content) rmSync(this.path, { force: true });
  }

  private static acquireFile(path: string): DirectoryLock {
    const lock = new DirectoryLock(path, `${JSON.stringify(thisProcess())}\n`);
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      if (lock.createFile()) return lock;
      const found = readIfThere(path);
      if (found === undefined) continue;
      const reason = whyHeld(found);
      if (reason !== undefined) throw new DirectoryLocked(path, reason);
      const takeover = DirectoryLock.acquireFile(`${path}.takeover`);
      try {
        if (readIfThere(path) === found) {
          lock.replaceFile();
          return lock;
        }
      } finally {
        takeover.release();
      }
    }
    throw new DirectoryLocked(path, 'several processes want this directory at once; start one of them');
  }

  private createFile(): boolean {
    const own = this.writeOwn();
    try {
      linkSync(own, this.path);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    } finally {
      rmSync(own, { force: true });
    }
  }

  private replaceFile(): void {
    renameSync(this.writeOwn(), this.path);
  }

  private writeOwn(): string {
    const own = `${this.path}.${randomBytes(8).toString('hex')}`;
    writeFileSync(own, this.content, { flag: 'wx' });
    return own;
  }
}

const thisProcess = (): Owner => ({
  pid: process.pid,
  host: hostname(),
  boot: bootId(),
  pidNamespace: pidNamespace(),
  startTicks: procStat(process.pid)?.startTicks ?? null,
  since: new Date(Date.now() - process.uptime() * 1000).toISOString(),
  nonce: randomBytes(8).toString('hex'),
});

/** Why the lock still counts, for a person to read; undefined when its owner is surely gone. */
function whyHeld(content: string): string | undefined {
  const owner = parseOwner(content);
  if (!owner) return 'is not a lock file of this program. If nothing uses this directory, remove that file';
  const { pid, host, boot, startTicks, since, pidNamespace: namespace } = owner;
  const named = `process ${pid} on host ${host}, running since ${since}, uses this directory`;
  // The processes of another host cannot be seen from here, so its lock is never taken to be stale.
  if (host !== hostname()) return `${named}. If that host or container is gone for good, remove that file`;
  if (boot !== null && bootId() !== null && boot !== bootId()) return undefined;
  // Two containers may have one host name, and both call their process 1. The number of a namespace is given again only after
  // the one that had it has ended, so where it is ours, our /proc tells of the owner or the owner is gone.
  if (namespace !== pidNamespace())
    return `${named}. It runs, or ran, in another container (pid namespace), where it cannot be seen from here. Stop it; when you are sure that it is gone, remove that file`;
  const running = procStat(pid);
  if (running === undefined) return isAlive(pid) ? `${named}. Stop it, or choose another directory` : undefined;
  if (running.dead || (startTicks !== null && running.startTicks !== startTicks)) return undefined;
  return pid === process.pid ? 'this very process uses this directory already' : `${named}. Stop it, or choose another directory`;
}

function parseOwner(content: string): Owner | undefined {
  try {
    const owner = JSON.parse(content) as Partial<Owner> | null;
    return typeof owner?.pid === 'number' && typeof owner.host === 'string' ? ({ pidNamespace: null, ...owner } as Owner) : undefined;
  } catch {
    return undefined;
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** From /proc (man 5 proc). Undefined without /proc or without this process. */
function procStat(pid: number): { startTicks: string; dead: boolean } | undefined {
  const stat = readIfThere(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The second field is the command in brackets and may hold anything, so fields are counted from the last bracket: state is
  // the third, starttime the 22nd.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { startTicks: fields[19] ?? '', dead: fields[0] === 'Z' || fields[0] === 'X' };
}

/** Null without /proc, as on macOS. There a pid means the same everywhere. */
function pidNamespace(): string | null {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return null;
  }
}

const bootId = (): string | null => readIfThere('/proc/sys/kernel/random/boot_id')?.trim() ?? null;

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}
