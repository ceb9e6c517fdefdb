/** `@drawdown/x` means the same to the type checker, the compiler and the tests: three files say so, and they must agree. */
import { runInNewContext } from 'node:vm';
import ts from 'typescript';
import { type Finding, libOf, type Rule } from './tree';

type Resolver = (lib: string) => string | undefined;

/** Libs whose alias leads elsewhere in one of tsconfig.base.json, .swcrc and jest.config.cjs. */
export const aliases: Rule = (files) => {
  const text = (path: string): string => files.find((file) => file.path === path)?.text ?? '{}';
  const libs = new Set(files.map(({ path }) => libOf(path)).filter((lib) => lib !== undefined));
  const resolvers: Readonly<Record<string, Resolver[]>> = {
    'tsconfig.base.json': [byPaths(field(json(text('tsconfig.base.json')), 'compilerOptions', 'paths'))],
    '.swcrc': [byPaths(field(json(text('.swcrc')), 'jsc', 'paths'))],
    'jest.config.cjs': jestProjects(text('jest.config.cjs')).map((project) => byPatterns(field(project, 'moduleNameMapper'))),
  };
  const findings: Finding[] = [];
  for (const [path, resolve] of Object.entries(resolvers)) {
    if (resolve.length === 0) findings.push({ path, message: 'has no projects to check.' });
    for (const lib of libs)
      for (const target of new Set(resolve.map((targetOf) => targetOf(lib)))) {
        if (target === `libs/${lib}`) continue;
        findings.push({ path, message: `leads @drawdown/${lib} to ${target ?? 'nowhere'}: it must be libs/${lib}, as in the other two.` });
      }
  }
  return findings;
};

const json = (text: string): unknown => ts.parseConfigFileTextToJson('', text).config;

function field(value: unknown, ...names: readonly string[]): unknown {
  return names.reduce<unknown>(
    (inner, name) => (typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[name] : undefined),
    value,
  );
}

/** The configuration is JavaScript, so it is run; it may require nothing but what it is given. */
function jestProjects(text: string): readonly unknown[] {
  const module = { exports: {} as unknown };
  runInNewContext(text, { module });
  const projects = field(module.exports, 'projects');
  return Array.isArray(projects) ? projects : [];
}

/** TypeScript's and swc's form: `{ "@drawdown/*": ["./libs/*"] }`. */
const byPaths =
  (paths: unknown): Resolver =>
  (lib) => {
    const alias = `@drawdown/${lib}`;
    for (const [pattern, targets] of Object.entries((paths ?? {}) as Record<string, readonly string[]>)) {
      const [before = '', after] = pattern.split('*');
      const star = alias.slice(before.length);
      if (after === undefined ? pattern === alias : alias.startsWith(before)) return clean(targets[0]?.replace('*', star));
    }
    return undefined;
  };

/** Jest's form: a regular expression with groups. */
const byPatterns =
  (mapper: unknown): Resolver =>
  (lib) => {
    for (const [pattern, target] of Object.entries((mapper ?? {}) as Record<string, string>))
      if (new RegExp(pattern).test(`@drawdown/${lib}`)) return clean(`@drawdown/${lib}`.replace(new RegExp(pattern), target));
    return undefined;
  };

const clean = (target: string | undefined): string | undefined => target?.replace('<rootDir>/', '').replace(/^\.\//, '');
