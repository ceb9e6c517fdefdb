/** Names say what a thing is about. A drawer for everything has no name, so it is not a place. */
import ts from 'typescript';
import { lineOf, nodesOf } from './syntax';
import { type Finding, isTypeScript, type Rule } from './tree';

const DRAWERS: ReadonlySet<string> = new Set([
  'common',
  'shared',
  'util',
  'utils',
  'helper',
  'helpers',
  'core',
  'interface',
  'interfaces',
  'misc',
]);

/** Folders and code files named after nothing; `test-helpers.ts` is a drawer too. */
export const drawers: Rule = (files) => {
  const findings = new Map<string, Finding>();
  for (const { path } of files) {
    const parts = path.split('/');
    parts.forEach((part, i) => {
      const isFolder = i < parts.length - 1;
      if (!isFolder && !/\.[cm]?[jt]s$/.test(part)) return;
      const word = (isFolder ? part : part.slice(0, part.indexOf('.'))).split('-').at(-1) ?? '';
      const place = parts.slice(0, i + 1).join('/');
      if (DRAWERS.has(word.toLowerCase()))
        findings.set(place, {
          path: place,
          message: `"${word}" says nothing: name it after the one idea that it holds, or move its parts to where they belong.`,
        });
    });
  }
  return [...findings.values()];
};

/** Types named `IThing` or `ThingImpl`. */
export const typeNames: Rule = (files) =>
  files.filter(isTypeScript).flatMap((file) =>
    nodesOf(file).flatMap((node) => {
      if (!ts.isInterfaceDeclaration(node) && !ts.isClassDeclaration(node) && !ts.isTypeAliasDeclaration(node)) return [];
      const name = node.name?.text ?? '';
      // IP addresses are a thing, not a prefix.
      if (/^I(?!P)[A-Z][a-z]/.test(name))
        return [{ path: file.path, line: lineOf(node), message: `${name}: a type needs no I; call it what it is.` }];
      if (name.endsWith('Impl'))
        return [
          { path: file.path, line: lineOf(node), message: `${name}: say which one it is, technology and port, such as RedisBalances.` },
        ];
      return [];
    }),
  );
