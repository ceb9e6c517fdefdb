/** An export is for other files. What only its own file uses stays private, and what nobody uses is deleted. */
import ts from 'typescript';
import { lineOf, nodesOf, resolveImport } from './syntax';
import { isTypeScript, type Rule, type SourceFile } from './tree';

/** Stands for every name of a file: a namespace import, or an import at run time. */
const ALL = '*';

interface Name {
  readonly specifier: string;
  readonly name: string;
}

/** Names that no other file imports. An index passes names on, which is no use of them. Default exports are for tools. */
export const unusedExports: Rule = (files) => {
  const code = new Map(files.filter(isTypeScript).map((file) => [file.path, file]));
  const used = usedNames(code);
  return written([...code.values()]).flatMap((file) =>
    declaredExports(file)
      .filter(({ name }) => !used.has(`${file.path}#${ALL}`) && !used.has(`${file.path}#${name}`))
      .map(({ name, node }) => ({
        path: file.path,
        line: lineOf(node),
        message: `exports ${name}, which no other file imports: make it private, or delete it.`,
      })),
  );
};

/** A generated file exports all that its source declares. */
const written = (files: readonly SourceFile[]): readonly SourceFile[] => files.filter(({ path }) => !path.includes('/generated/'));

function usedNames(code: ReadonlyMap<string, SourceFile>): ReadonlySet<string> {
  const passedOn = new Map([...code].map(([path, file]) => [path, reExports(file)]));
  const used = new Set<string>();
  const use = (from: string, { specifier, name }: Name): void => {
    const path = resolveImport(from, specifier, code);
    if (path === undefined || used.has(`${path}#${name}`)) return;
    used.add(`${path}#${name}`);
    for (const reExport of passedOn.get(path) ?? [])
      if (reExport.as === ALL) use(path, { specifier: reExport.specifier, name });
      else if (name === ALL || reExport.as === name) use(path, reExport);
  };
  for (const file of code.values()) for (const name of importedNames(file)) use(file.path, name);
  return used;
}

const textOf = (node: ts.Node | undefined): string | undefined => (node && ts.isStringLiteralLike(node) ? node.text : undefined);

const importedNames = (file: SourceFile): Name[] =>
  nodesOf(file).flatMap((node) => {
    if (ts.isImportDeclaration(node)) return namesOfClause(textOf(node.moduleSpecifier), node.importClause);
    if (ts.isImportTypeNode(node)) {
      const specifier = ts.isLiteralTypeNode(node.argument) ? textOf(node.argument.literal) : undefined;
      return specifier === undefined ? [] : [{ specifier, name: node.qualifier ? leftmost(node.qualifier) : ALL }];
    }
    if (!ts.isCallExpression(node)) return [];
    const { expression } = node;
    const imports = expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(expression) && expression.text === 'require');
    const specifier = imports ? textOf(node.arguments[0]) : undefined;
    return specifier === undefined ? [] : [{ specifier, name: ALL }];
  });

function namesOfClause(specifier: string | undefined, clause: ts.ImportClause | undefined): Name[] {
  const bindings = clause?.namedBindings;
  if (specifier === undefined || !bindings) return [];
  if (ts.isNamespaceImport(bindings)) return [{ specifier, name: ALL }];
  return bindings.elements.map(({ name, propertyName }) => ({ specifier, name: (propertyName ?? name).text }));
}

const leftmost = (name: ts.EntityName): string => (ts.isIdentifier(name) ? name.text : leftmost(name.left));

/** `as` is the name under which this file passes the other's `name` on. */
const reExports = (file: SourceFile): (Name & { readonly as: string })[] =>
  nodesOf(file).flatMap((node) => {
    const specifier = ts.isExportDeclaration(node) ? textOf(node.moduleSpecifier) : undefined;
    if (!ts.isExportDeclaration(node) || specifier === undefined) return [];
    const clause = node.exportClause;
    if (!clause) return [{ specifier, name: ALL, as: ALL }];
    if (ts.isNamespaceExport(clause)) return [{ specifier, name: ALL, as: clause.name.text }];
    return clause.elements.map(({ name, propertyName }) => ({ specifier, name: (propertyName ?? name).text, as: name.text }));
  });

/** What this file itself declares and exports, other than its default. */
const declaredExports = (file: SourceFile): { readonly name: string; readonly node: ts.Node }[] =>
  nodesOf(file).flatMap((node) => {
    if (ts.isExportDeclaration(node) && !node.moduleSpecifier && node.exportClause && ts.isNamedExports(node.exportClause))
      return node.exportClause.elements.map(({ name }) => ({ name: name.text, node }));
    if (!ts.canHaveModifiers(node) || !node.parent || !ts.isSourceFile(node.parent)) return [];
    const kinds = ts.getModifiers(node)?.map(({ kind }) => kind) ?? [];
    if (!kinds.includes(ts.SyntaxKind.ExportKeyword) || kinds.includes(ts.SyntaxKind.DefaultKeyword)) return [];
    if (ts.isVariableStatement(node)) return node.declarationList.declarations.flatMap(({ name }) => boundNames(name));
    const { name } = node as ts.DeclarationStatement;
    return name && ts.isIdentifier(name) ? [{ name: name.text, node: name }] : [];
  });

const boundNames = (name: ts.BindingName): { readonly name: string; readonly node: ts.Node }[] =>
  ts.isIdentifier(name)
    ? [{ name: name.text, node: name }]
    : name.elements.flatMap((element) => (ts.isBindingElement(element) ? boundNames(element.name) : []));
