/** No file imports itself by way of others. Type-only imports count: two files that need each other's types are one idea. */
import { importsOf, resolveImport } from './syntax';
import { isTypeScript, type Rule } from './tree';

/** Each cycle once, as the chain of files that closes it. */
export const cycles: Rule = (files) => {
  const code = files.filter(isTypeScript);
  const paths = new Set(code.map(({ path }) => path));
  const graph = new Map(
    code.map((file) => [
      file.path,
      importsOf(file)
        .map(({ specifier }) => resolveImport(file.path, specifier, paths))
        .filter((path) => path !== undefined),
    ]),
  );
  return chainsThatClose(graph).map((chain) => ({
    path: chain[0] ?? '',
    message: `imports itself: ${chain.join(' -> ')}. Move what both need into a file of its own, or pass it as an argument.`,
  }));
};

function chainsThatClose(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const chains: string[][] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) chains.push([...trail.slice(start), path]);
    if (start >= 0 || done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return chains;
}
