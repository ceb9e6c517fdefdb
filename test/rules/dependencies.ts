/** The dependency rule: every import in apps/, libs/ and test/ is one that the table allows. */
import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import {
  ADAPTERS,
  allowedLibs,
  allowedLibsInTests,
  APPS,
  BUILTINS_IN_ENGINE,
  BUILTINS_IN_PURE,
  EXCEPTIONS,
  layerOf,
  LIBS,
  PACKAGES,
  PURE,
} from './dependency-table';
import { importsOf } from './syntax';
import { appOf, type Finding, isTestPath, isTypeScript, libOf, type Rule, type SourceFile } from './tree';

const ALIAS = '@drawdown/';

/** Imports that the table does not allow, each with what to do instead. */
export const dependencies: Rule = (files) => {
  const code = files.filter((file) => isTypeScript(file) && /^(?:apps|libs|test)\//.test(file.path));
  return [...unlisted(code), ...code.flatMap(forbiddenImports)];
};

function unlisted(files: readonly SourceFile[]): Finding[] {
  const libs = new Set(files.map(({ path }) => libOf(path)).filter((lib) => lib !== undefined));
  const apps = new Set(files.map(({ path }) => appOf(path)).filter((app) => app !== undefined));
  const message = (what: string) => `${what} is not in test/rules/dependency-table.ts: decide what it may import and write it down there.`;
  return [
    ...[...libs].filter((lib) => !LIBS[lib]).map((lib) => ({ path: `libs/${lib}`, message: message(`libs/${lib}`) })),
    ...[...apps].filter((app) => !APPS[app]).map((app) => ({ path: `apps/${app}`, message: message(`apps/${app}`) })),
  ];
}

const forbiddenImports = (file: SourceFile): Finding[] =>
  importsOf(file).flatMap(({ specifier, line }) => {
    const problem = problemWith(file.path, specifier);
    return problem ? [{ path: file.path, line, message: `imports ${specifier}: ${problem}` }] : [];
  });

function problemWith(path: string, specifier: string): string | undefined {
  if (specifier.startsWith(ALIAS)) return problemWithLib(path, specifier.slice(ALIAS.length));
  if (specifier.startsWith('.')) return problemWithFile(path, posix.join(posix.dirname(path), specifier));
  if (isBuiltin(specifier)) return problemWithBuiltin(path, specifier);
  return problemWithPackage(path, specifier);
}

function problemWithLib(path: string, target: string): string | undefined {
  const lib = libOf(path);
  const [layer = '', lower = '', ...deeper] = target.split('/');
  const name = `${layer}/${lower}`;
  if (deeper.length)
    return `a lib shares what its index exports: import @drawdown/${name} and export from libs/${name}/index.ts what is needed.`;
  if (!LIBS[name]) return 'there is no such lib in test/rules/dependency-table.ts.';
  if (!lib) return undefined;
  if (name === lib) return 'inside a lib, import the file itself by a relative path.';
  if (EXCEPTIONS.some(({ from, to }) => from === path && to === name)) return undefined;
  const allowed = [...allowedLibs(lib), ...(isTestPath(path) ? allowedLibsInTests(lib) : [])];
  return allowed.includes(name) ? undefined : instead(lib, name);
}

function instead(lib: string, target: string): string {
  if (layerOf(target) === 'runtime') return 'only apps compose the runtime; take what is needed as an argument.';
  if (ADAPTERS.includes(target))
    return ADAPTERS.includes(lib)
      ? 'adapters import ports, never each other; let compose.ts of an app bring them together.'
      : `the app chooses an adapter; declare the port that libs/${lib} needs and let libs/${target} implement it.`;
  if (PURE.includes(lib)) return `libs/${lib} decides and may import only ${allowedBy(lib)}; take the value in the command instead.`;
  return `it points outwards; libs/${lib} may import ${allowedBy(lib)}. Move the code to an inner layer, or declare a port here.`;
}

const allowedBy = (lib: string): string => allowedLibs(lib).join(', ') || 'nothing';

function problemWithFile(path: string, target: string): string | undefined {
  const [fromLib, toLib, fromApp, toApp] = [libOf(path), libOf(target), appOf(path), appOf(target)];
  if (toLib !== undefined && toLib !== fromLib) {
    if (isTestPath(path) && target.endsWith('.fixtures')) return fromLib === undefined ? undefined : problemWithLib(path, toLib);
    return `a lib is reached by its name: import @drawdown/${toLib}.`;
  }
  if (toApp !== undefined && toApp !== fromApp) {
    if (fromLib !== undefined) return 'a lib knows no app; take what is needed as an argument.';
    if (fromApp !== undefined && !APPS[fromApp]?.includes(toApp))
      return 'an app is a composition of libs, not of apps; move what both need into a lib.';
  }
  if (isTestPath(path)) return undefined;
  return isTestPath(target) || isTestPath(`${target}.ts`)
    ? 'fixtures and test code are for tests; move what the product needs into a file of its own.'
    : undefined;
}

function problemWithBuiltin(path: string, specifier: string): string | undefined {
  const lib = libOf(path);
  if (lib === undefined || isTestPath(path) || ['adapters', 'runtime'].includes(layerOf(lib)) || lib === 'api/contract') return undefined;
  const name = specifier.startsWith('node:') ? specifier : `node:${specifier}`;
  const allowed = PURE.includes(lib) ? BUILTINS_IN_PURE : BUILTINS_IN_ENGINE;
  if (allowed.includes(name)) return undefined;
  return `libs/${lib} touches no machine (it may use ${allowed.join(', ')}); declare a port and let an adapter do it.`;
}

function problemWithPackage(path: string, specifier: string): string | undefined {
  const rule = PACKAGES.find(({ name }) =>
    name.endsWith('/*') ? specifier.startsWith(name.slice(0, -1)) : specifier === name || specifier.startsWith(`${name}/`),
  );
  if (!rule) return 'the package is not in test/rules/dependency-table.ts: decide who may import it and write it down there.';
  const allowed = rule.only.some((folder) => path.startsWith(`${folder}/`) || (folder === 'test' && isTestPath(path)));
  return allowed ? undefined : rule.instead;
}
