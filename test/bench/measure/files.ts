/** Folders of a benchmark, and what files take of the device. */
import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BYTES_PER_BLOCK = 512;

/** Allocated bytes of a folder, as `du` counts them: holes of sparse files take nothing. Folders of the names left out are not counted. */
export function allocatedBytes(folder: string, leftOut: readonly string[] = []): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += leftOut.includes(entry.name) ? 0 : allocatedBytes(path, leftOut);
    else bytes += lstatSync(path).blocks * BYTES_PER_BLOCK;
  }
  return bytes;
}

const folders = new Set<string>();
process.on('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A new folder. It is removed at the end of this process at the latest. */
export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  folders.add(folder);
  return folder;
}
