/** Where the local stack keeps what it makes. The folder is nobody's source: git and the house rules pass it over. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The repository, whether this runs as TypeScript in a test or built, from dist/. */
export const ROOT = repositoryAbove(__dirname);

export const STATE_FOLDER = join(ROOT, '.drawdown');

function repositoryAbove(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  if (dirname(folder) === folder) throw new Error('this file is not in the repository of Drawdown');
  return repositoryAbove(dirname(folder));
}
