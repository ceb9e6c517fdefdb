/** Programs that the servers need: found once, and named with their Debian package when they are missing. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const DEBIAN_PACKAGES = {
  java: 'default-jre-headless',
  mvn: 'maven',
  'redis-server': 'redis-server',
  kcat: 'kcat',
} as const;

type Program = keyof typeof DEBIAN_PACKAGES;

/** @throws Error naming the Debian package, when it is not in PATH. */
export function requireProgram(name: Program): string {
  const path = findProgram(name);
  if (path !== undefined) return path;
  throw new Error(`${name} is not installed, and the local stack needs it: apt-get install ${DEBIAN_PACKAGES[name]}`);
}

export function findProgram(name: string, path = process.env['PATH'] ?? ''): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
