/** Tests that start real processes run what was built. A build that is missing or old would test something else. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../../infra/local/folders';

export { ROOT };

export const SERVICE_MAIN = join(ROOT, 'dist/apps/standalone/src/main.js');
export const CLI_MAIN = join(ROOT, 'dist/apps/cli/src/main.js');

const SOURCES = ['apps', 'libs'] as const;

/** @throws Error saying what to do, when the build is not that of the sources. */
export function assertBuilt(root = ROOT): void {
  for (const folder of SOURCES)
    for (const source of sourcesIn(root, folder)) {
      const built = join(root, 'dist', source.replace(/\.ts$/, '.js'));
      const made = statSync(built, { throwIfNoEntry: false });
      if (!made) throw new Error(`${built} is missing: run "npm run build" first.`);
      if (made.mtimeMs < statSync(join(root, source)).mtimeMs)
        throw new Error(`${built} is older than ${source}: run "npm run build" first.`);
    }
}

function sourcesIn(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return sourcesIn(root, path);
    return entry.name.endsWith('.ts') && !/\.(?:spec|fixtures|contract)\.ts$/.test(entry.name) ? [path] : [];
  });
}
