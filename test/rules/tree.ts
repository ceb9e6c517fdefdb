/** The repository as a set of texts, and what a rule finds in it. A rule is a pure function from files to findings. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface SourceFile {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  readonly text: string;
}

export interface Finding {
  readonly path: string;
  /** From 1. Absent when the finding is about the file as a whole. */
  readonly line?: number;
  /** What is wrong and what to do instead. */
  readonly message: string;
}

export type Rule = (files: readonly SourceFile[]) => Finding[];

/** Made by tools or by running the product; none of it is in the repository. */
const NOT_OURS: ReadonlySet<string> = new Set(['node_modules', 'dist', 'data', 'coverage', '.git', '.drawdown']);
/** Larger files are data, not text that someone reads. */
const FILE_BYTES_MAX = 1024 * 1024;

export function readTree(root: string, folder = ''): SourceFile[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (NOT_OURS.has(entry.name)) return [];
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (entry.isDirectory()) return readTree(root, path);
    if (!entry.isFile() || statSync(join(root, path)).size > FILE_BYTES_MAX) return [];
    return [{ path, text: readFileSync(join(root, path), 'utf8') }];
  });
}

/** One line per finding: `path:line  sentence`. Empty when the rule is kept. */
export const report = (findings: readonly Finding[]): string =>
  findings.map(({ path, line, message }) => `${path}${line ? `:${line}` : ''}  ${message}`).join('\n');

export const isTypeScript = ({ path }: SourceFile): boolean => path.endsWith('.ts');

/** Code that only tests run: specs, their fixtures and contract suites, and all of test/. */
export const isTestPath = (path: string): boolean => path.startsWith('test/') || /\.(?:spec|fixtures|contract)\.ts$/.test(path);

/** The lib that a file belongs to, such as `domain/amounts`, if any. */
export const libOf = (path: string): string | undefined => /^libs\/([^/]+\/[^/]+)(?:\/|$)/.exec(path)?.[1];
export const appOf = (path: string): string | undefined => /^apps\/([^/]+)\//.exec(path)?.[1];
