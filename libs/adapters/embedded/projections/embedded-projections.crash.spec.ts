/** What is on the disk at every step of a save, a merge and a forgetting: none of it may lack a key of a document that it holds. */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Instant } from '@drawdown/domain/amounts';
import { KeyBatch, NO_KEYS } from '@drawdown/engine/derived-state';
import { usageFingerprint } from '@drawdown/engine/event-store';
import { until } from '../../../../test/support/waiting';
import { aDirectory, cleanUp, noon } from '../embedded.fixtures';
import { type FileOperations, nodeFiles } from '../file-operations';
import { EmbeddedProjections } from './embedded-projections';
import { DAY_MS } from '../../../domain/amounts/amounts.fixtures';

const STREAMS = 40;
const KEYS_PER_SAVE = 120;
const SAVES = 7;

/** Files that are copied, with what a crash would leave of them, before and after every call. */
class WatchedDisk {
  readonly copies: string[] = [];
  private readonly paths = new Map<number, string>();
  private readonly unsynced = new Set<string>();

  constructor(private readonly directory: string) {}

  readonly files: FileOperations = {
    ...nodeFiles,
    open: async (path, mode) => {
      const fd = await nodeFiles.open(path, mode);
      this.paths.set(fd, path);
      if (mode === 'create') this.unsynced.add(path);
      return fd;
    },
    write: async (fd, from, offset, length, position) => {
      // Half of it first: a write may be cut anywhere.
      if (position > 0) return nodeFiles.write(fd, from, offset, length, position);
      // Half of the pages first: a write may be cut anywhere.
      const half = await nodeFiles.write(fd, from, offset, length >>> 1, position);
      this.copy();
      return half;
    },
    datasync: async (fd) => {
      this.copy();
      await nodeFiles.datasync(fd);
      this.unsynced.delete(this.paths.get(fd)!);
      this.copy();
    },
    remove: async (path) => {
      this.copy();
      await nodeFiles.remove(path);
    },
  };

  /** As a killed process leaves it, and as a power cut does where nothing of an unsynced file is there. */
  private copy(): void {
    for (const cut of this.unsynced.size > 0 ? [false, true] : [false]) {
      const copy = aDirectory();
      cpSync(join(this.directory, 'balances'), join(copy, 'balances'), { recursive: true });
      for (const path of cut ? this.unsynced : []) truncateSync(join(copy, path.slice(this.directory.length)), 0);
      this.copies.push(copy);
    }
  }
}

afterEach(cleanUp);

const keysOfSave = (revision: number) =>
  Array.from({ length: KEYS_PER_SAVE }, (_, i) => ({
    fingerprint: usageFingerprint(`save ${revision}`, `${i}`),
    stream: `wallet-${i % STREAMS}`,
    revision,
    keepUntil: (noon + (revision * DAY_MS) / 1.2) as Instant,
  }));
const commandOfSave = (revision: number) => ({ fingerprint: usageFingerprint('command', `${revision}`), stream: 'wallet-0', revision });
const save = (projections: EmbeddedProjections, revision: number) =>
  projections.save({
    documents: Array.from({ length: STREAMS }, (_, i) => ({ stream: `wallet-${i}`, revision, json: `{"revision":${revision}}` })),
    keys: new KeyBatch([...keysOfSave(revision), commandOfSave(revision)]),
    checkpoint: BigInt(revision),
  });

async function lacking(projections: EmbeddedProjections, through: number, forgotten: number): Promise<string[]> {
  const lost: string[] = [];
  for (let revision = 1; revision <= through; revision++) {
    const keys = [...(keysOfSave(revision)[0]!.keepUntil > noon + forgotten ? keysOfSave(revision) : []), commandOfSave(revision)];
    const found = await projections.find(keys.map(({ fingerprint }) => fingerprint));
    for (const [i, key] of keys.entries())
      if (!found.get(i)?.some((place) => place.stream === key.stream && place.revision === revision))
        lost.push(`${revision} ${key.stream}`);
  }
  return lost;
}

it('at every step every document has all its keys, and what no manifest names is removed', async () => {
  const directory = aDirectory();
  const disk = new WatchedDisk(directory);
  const projections = await EmbeddedProjections.open({ directory, files: disk.files });
  const merged = () => until('the merges to end', () => !projections.isMerging);
  let forgotten = 0;
  for (let revision = 1; revision <= SAVES; revision++) {
    await save(projections, revision);
    await merged();
    if (revision === 6) await projections.forget((noon + (forgotten = 4 * DAY_MS)) as Instant);
  }
  expect(await lacking(projections, SAVES, forgotten)).toEqual([]);
  await projections.close();
  const reached = new Set<number>();
  for (const copy of disk.copies) {
    const found = await EmbeddedProjections.open({ directory: copy });
    const documents = await found.list({ prefix: '', limit: STREAMS });
    const revision = Number(await found.checkpoint());
    reached.add(revision);
    if (revision > 0) expect(new Set(documents.map((document) => document.revision))).toEqual(new Set([revision]));
    expect(await lacking(found, Math.max(0, revision), forgotten)).toEqual([]);
    await found.close();
    rmSync(copy, { recursive: true });
  }
  // Every save was cut in the middle, and saved runs were merged: fewer files than saves are left.
  expect(reached.size).toBe(SAVES + 1);
  expect(readdirSync(join(directory, 'balances', 'keys')).length).toBeLessThan(SAVES);
}, 240_000);

describe('keys on a disk that has damaged them', () => {
  const damagedAt = async (offset: (bytes: number) => number) => {
    const directory = aDirectory();
    const projections = await EmbeddedProjections.open({ directory });
    await projections.save({ documents: [], keys: new KeyBatch([keysOfSave(1)[0]!]), checkpoint: 1n });
    const path = join(directory, 'balances', 'keys', '0000000001.keys');
    const bytes = readFileSync(path);
    bytes[offset(bytes.length)]! ^= 1;
    writeFileSync(path, bytes);
    return { directory, projections, path };
  };
  const one = [keysOfSave(1)[0]!.fingerprint];

  it.each([
    ['a page', () => 20],
    ['a name', () => 4_096 + 7],
  ])('are not believed: %s is found damaged when it is read, and all is made anew', async (_, offset) => {
    const { projections } = await damagedAt(offset);
    let notified = 0;
    await projections.attach(() => (notified += 1));
    for (let i = 0; i < 2; i++) await expect(projections.find(one)).rejects.toMatchObject({ code: 'derived_state_lost', retriable: true });
    await expect(projections.load('wallet-0')).rejects.toMatchObject({ code: 'derived_state_lost' });
    await expect(projections.save({ documents: [], keys: NO_KEYS, checkpoint: 2n })).rejects.toMatchObject({ code: 'derived_state_lost' });
    expect(notified).toBe(1);
    await projections.attach();
    expect([await projections.checkpoint(), (await projections.find(one)).size]).toEqual([-1n, 0]);
    await projections.close();
  });

  it.each([
    ['damaged', (path: string) => void path, (bytes: number) => bytes - 1],
    ['missing', (path: string) => rmSync(path), () => 0],
    ['cut short', (path: string) => truncateSync(path, 4_100), () => 0],
  ])('are not believed: an index that is %s is found at the start', async (_, harm, offset) => {
    const { directory, projections, path } = await damagedAt(offset);
    await projections.close();
    harm(path);
    const again = await EmbeddedProjections.open({ directory });
    expect([await again.checkpoint(), (await again.find(one)).size]).toEqual([-1n, 0]);
    expect(existsSync(path)).toBe(false);
    await again.close();
  });
});
