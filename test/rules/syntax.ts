/** Source text as TypeScript reads it, so that comments and strings are never mistaken for code. */
import { posix } from 'node:path';
import ts from 'typescript';
import type { SourceFile } from './tree';

const parsed = new WeakMap<SourceFile, ts.SourceFile>();

function syntaxOf(file: SourceFile): ts.SourceFile {
  const known = parsed.get(file);
  if (known) return known;
  const fresh = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ES2022, true);
  parsed.set(file, fresh);
  return fresh;
}

/** Every node of a file, in order of its place. */
export function nodesOf(file: SourceFile): ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    nodes.push(node);
    ts.forEachChild(node, visit);
  };
  visit(syntaxOf(file));
  return nodes;
}

export const lineOf = (node: ts.Node): number => node.getSourceFile().getLineAndCharacterOfPosition(node.getStart()).line + 1;

interface Import {
  readonly specifier: string;
  readonly line: number;
  /** Erased by the compiler: it makes no dependency at run time. */
  readonly typeOnly: boolean;
}

/** All ways to import: import and export from, import(), require(), `import x = require()` and `import('x').T`. */
export const importsOf = (file: SourceFile): Import[] =>
  nodesOf(file).flatMap((node) => {
    const source = importedBy(node);
    if (!source || !ts.isStringLiteralLike(source)) return [];
    return [{ specifier: source.text, line: lineOf(source), typeOnly: isTypeOnly(node) }];
  });

function importedBy(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isExternalModuleReference(node)) return node.expression;
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return node.argument.literal;
  if (!ts.isCallExpression(node)) return undefined;
  const { expression } = node;
  const imports = expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(expression) && expression.text === 'require');
  return imports ? node.arguments[0] : undefined;
}

function isTypeOnly(node: ts.Node): boolean {
  if (ts.isImportTypeNode(node)) return true;
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  if (!ts.isImportDeclaration(node) || !node.importClause) return false;
  const { phaseModifier, name, namedBindings } = node.importClause;
  if (phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  return !name && !!namedBindings && ts.isNamedImports(namedBindings) && namedBindings.elements.every((element) => element.isTypeOnly);
}

/** The file that an import leads to, if it is one of ours. */
export function resolveImport(from: string, specifier: string, paths: { has(path: string): boolean }): string | undefined {
  const base = specifier.startsWith('@drawdown/')
    ? `libs/${specifier.slice('@drawdown/'.length)}`
    : specifier.startsWith('.')
      ? posix.join(posix.dirname(from), specifier)
      : undefined;
  return base === undefined ? undefined : [`${base}.ts`, `${base}/index.ts`].find((path) => paths.has(path));
}
