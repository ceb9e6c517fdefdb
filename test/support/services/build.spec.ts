import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { assertBuilt } from './build';

describe('a build', () => {
  const root = mkdtempSync(join(tmpdir(), 'drawdown-build-'));
  afterAll(() => rmSync(root, { recursive: true }));
  /** @param second when it was written, in seconds since 1970 */
  const write = (path: string, second: number): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), '');
    utimesSync(join(root, path), second, second);
  };
  beforeEach(() => {
    for (const path of ['apps/a/src/main.ts', 'libs/b/src/index.ts', 'libs/b/src/index.spec.ts']) write(path, 1_000);
    for (const path of ['dist/apps/a/src/main.js', 'dist/libs/b/src/index.js']) write(path, 1_001);
  });

  it('that is younger than its sources is taken; tests are no part of it', () => expect(() => assertBuilt(root)).not.toThrow());
  it('that is older than a source is refused with what to do', () => {
    write('libs/b/src/index.ts', 1_002);
    expect(() => assertBuilt(root)).toThrow(/index\.js is older than libs\/b\/src\/index\.ts: run "npm run build" first\./);
  });
  it('that lacks a file is refused with what to do', () => {
    rmSync(join(root, 'dist/apps/a/src/main.js'));
    expect(() => assertBuilt(root)).toThrow(/main\.js is missing: run "npm run build" first\./);
  });
});
