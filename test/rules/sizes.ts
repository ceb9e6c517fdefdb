import { isTestPath, type Rule } from './tree';

/** One file is one idea. About 200 lines is usual; above this nobody reads it in one go. */
export const LINES_MAX = 400;
/** A test file lists cases, and a list may be longer. */
export const TEST_LINES_MAX = 500;

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
