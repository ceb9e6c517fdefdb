import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOTS = [join(__dirname, '../../..'), join(__dirname, '../../../..')];

/** Of package.json, which is three folders up in the sources and four in the build. */
export const VERSION: string =
  ROOTS.flatMap((root) => {
    try {
      return [(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string }).version];
    } catch {
      return [];
    }
  })[0] ?? 'unknown';
