/** For the tests of this folder: logs in directories of their own, events, and disks that fail on command. */
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Instant } from '@drawdown/domain/amounts';
import type { NewEvent, RecordedEvent } from '@drawdown/engine/event-store';
import { EmbeddedLog, type EmbeddedLogOptions } from './log/embedded-log';
import { type FileOperations, nodeFiles } from './file-operations';

export const noon = Date.UTC(2026, 0, 1, 12) as Instant;

let made = 0;
export function anEvent(text = ''): NewEvent {
  const hex = createHash('sha256').update(`fixture ${made++}`).digest('hex');
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  return { id, type: 'SomethingHappened', data: JSON.stringify({ n: made, text }), metadata: '{}' };
}
export const someEvents = (count: number): NewEvent[] => Array.from({ length: count }, () => anEvent());

const directories: string[] = [];
const logs: EmbeddedLog[] = [];

export function aDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'drawdown-embedded-'));
  directories.push(directory);
  return directory;
}

export async function openLog(options: Partial<EmbeddedLogOptions> = {}): Promise<EmbeddedLog> {
  const log = await EmbeddedLog.open({ directory: aDirectory(), clock: () => noon, ...options });
  logs.push(log);
  return log;
}

/** The files that a kill -9 at this moment would leave: a copy, without the lock. */
export function copyAfterKill(directory: string, { withIndex = true } = {}): string {
  const copy = aDirectory();
  cpSync(join(directory, 'log'), join(copy, 'log'), { recursive: true });
  if (withIndex) cpSync(join(directory, 'stream-index'), join(copy, 'stream-index'), { recursive: true });
  return copy;
}

export const segmentsOf = (directory: string): string[] =>
  readdirSync(join(directory, 'log'))
    .sort()
    .map((name) => join(directory, 'log', name));

export async function allOf(log: EmbeddedLog): Promise<RecordedEvent[]> {
  const all: RecordedEvent[] = [];
  for (let page = await log.readAll(-1n, 1_000); page.length > 0; page = await log.readAll(page.at(-1)!.position, 1_000)) all.push(...page);
  return all;
}

/** Closes and removes all of it. Call it in `afterEach`. */
export async function cleanUp(): Promise<void> {
  for (const log of logs.splice(0)) await log.close();
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
}

const diskError = (code: string): Error => Object.assign(new Error(`${code}: made by a test`), { code });

/** A disk on which calls fail, or wait, while a test wants them to. */
export class UnreliableDisk {
  failing: Partial<Record<'write' | 'datasync' | 'truncate', string>> = {};
  /** Bytes that a failing write still takes. */
  partialBytes = 0;
  syncs = 0;
  private gate: Promise<void> | undefined;
  private openGate: () => void = () => undefined;

  /** From now on no sync returns. */
  holdSyncs(): void {
    this.gate = new Promise((resolve) => (this.openGate = resolve));
  }

  releaseSyncs(): void {
    this.gate = undefined;
    this.openGate();
  }

  readonly files: FileOperations = {
    ...nodeFiles,
    write: async (fd, from, offset, length, position) => {
      if (!this.failing.write) return nodeFiles.write(fd, from, offset, length, position);
      if (this.partialBytes > 0) {
        const taken = Math.min(this.partialBytes, length);
        this.partialBytes -= taken;
        return nodeFiles.write(fd, from, offset, taken, position);
      }
      throw diskError(this.failing.write);
    },
    datasync: async (fd) => {
      this.syncs++;
      await this.gate;
      if (this.failing.datasync) throw diskError(this.failing.datasync);
      return nodeFiles.datasync(fd);
    },
    truncate: async (fd, length) => {
      if (this.failing.truncate) throw diskError(this.failing.truncate);
      return nodeFiles.truncate(fd, length);
    },
  };
}

/** Appends one after the other, each as its own commit. Returns the acknowledged appends and the place in the file where each ended. */
export async function written(sizes: readonly number[], directory: string, log: EmbeddedLog) {
  const ends: number[] = [];
  const revisions = new Map<string, number>();
  for (const [i, size] of sizes.entries()) {
    const stream = `wallet-${i % 3}`;
    const last = revisions.get(stream);
    await log.append(stream, someEvents(size), last ?? 'no_stream');
    revisions.set(stream, (last ?? -1) + size);
    ends.push(statSync(segmentsOf(directory).at(-1)!).size);
  }
  return { ends, acknowledged: await allOf(log) };
}

export const eventsOf = (sizes: readonly number[]): number => sizes.reduce((sum, size) => sum + size, 0);
