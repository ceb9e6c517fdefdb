import { posix } from 'node:path';
import { isTestPath, isTypeScript, type Rule } from './tree';

/** One file is one idea. About 200 lines is usual; above this nobody reads it in one go. */
export const LINES_MAX = 400;
/** A test file lists cases, and a list may be longer. */
const TEST_LINES_MAX = 500;

const READ_BY_PEOPLE = /\.(?:[cm]?[jt]s|md|sh|ya?ml)$/;
const GENERATED = /generated/i;
/** A generated file says so at its top. */
const HEADER_LINES = 3;

/** Files that are too long. Generated files, JSON and proto files are not counted. */
export const sizes: Rule = (files) =>
  files.flatMap(({ path, text }) => {
    const lines = text.replace(/\n$/, '').split('\n');
    const max = isTestPath(path) ? TEST_LINES_MAX : LINES_MAX;
    if (!READ_BY_PEOPLE.test(path) || lines.length <= max) return [];
    if (GENERATED.test(lines.slice(0, HEADER_LINES).join('\n'))) return [];
    return [{ path, message: `has ${lines.length} lines, ${max} at most: split it where a second idea begins.` }];
  });

/** A folder is one idea too, and its listing fits on a screen. */
const FOLDER_FILES_MAX = 20;

/** Folders with too many files of TypeScript beside their specs. */
export const folderSizes: Rule = (files) => {
  const counts = new Map<string, number>();
  for (const file of files)
    if (isTypeScript(file) && !file.path.endsWith('.spec.ts'))
      counts.set(posix.dirname(file.path), (counts.get(posix.dirname(file.path)) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count > FOLDER_FILES_MAX)
    .map(([path, count]) => ({
      path,
      message: `holds ${count} files beside specs, ${FOLDER_FILES_MAX} at most: give each idea in it a folder of its own.`,
    }));
};
