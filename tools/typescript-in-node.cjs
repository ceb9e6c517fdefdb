/**
 * Lets Node run the TypeScript of this repository as it stands, in a process of its own: what swc makes of a file is what `npm run
 * build` makes of it. For tests whose runner leaves loading modules to Node.
 */
const { register } = require('node:module');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');
const { transformSync } = require('@swc/core');
const { addHook } = require('pirates');

const ROOT = join(__dirname, '..');

register('./typescript-imports.mjs', pathToFileURL(__filename));
addHook((code, filename) => transformSync(code, { filename, root: ROOT, cwd: ROOT, sourceMaps: 'inline' }).code, { exts: ['.ts'] });
process.setSourceMapsEnabled(true);
