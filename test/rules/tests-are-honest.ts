/** A test runs, can fail, lies beside what it tests, and waits for something that it can name. */
import ts from 'typescript';
import { importsOf, lineOf, nodesOf } from './syntax';
import { isTestPath, isTypeScript, type Rule } from './tree';

const SWITCHED_OFF: ReadonlySet<string> = new Set(['skip', 'only', 'todo', 'failing']);
const TEST_WORDS: ReadonlySet<string> = new Set(['it', 'test', 'describe']);
const SHORT_FORMS: ReadonlySet<string> = new Set(['xit', 'xtest', 'xdescribe', 'fit', 'fdescribe']);

/** Tests that are skipped, promised or run alone. */
export const switchedOff: Rule = (files) =>
  files
    .filter((file) => isTypeScript(file) && isTestPath(file.path))
    .flatMap((file) =>
      nodesOf(file).flatMap((node) => {
        const isModifier =
          ts.isPropertyAccessExpression(node) && SWITCHED_OFF.has(node.name.text) && TEST_WORDS.has(lastWord(node.expression));
        const isShortForm = ts.isCallExpression(node) && ts.isIdentifier(node.expression) && SHORT_FORMS.has(node.expression.text);
        if (!isModifier && !isShortForm) return [];
        const message = `${isModifier ? node.getText() : node.expression.getText()}: every test runs, every time. Fix it or delete it; a suite that lacks its server fails.`;
        return [{ path: file.path, line: lineOf(node), message }];
      }),
    );

const lastWord = (node: ts.Node): string => (ts.isPropertyAccessExpression(node) ? node.name.text : node.getText());

/** The one place that may pause: it waits on a condition, within a bound, and says what it awaited. */
export const WAITING = 'test/support/waiting.ts';
const PAUSES: ReadonlySet<string> = new Set(['setTimeout', 'setInterval']);

/** Says how long a test may take, and waits for nothing. */
const BOUND = 'jest.setTimeout';

/** Benchmarks measure time, so they may let it pass. */
const BENCHMARKS = 'test/bench/';

/** Tests that sleep. A pause that is long enough today is too short on a busy machine, and too long on every other. */
export const sleeps: Rule = (files) =>
  files
    .filter((file) => isTypeScript(file) && isTestPath(file.path) && file.path !== WAITING && !file.path.startsWith(BENCHMARKS))
    .flatMap((file) => {
      const message = `waits by the clock: wait on committed progress with until() of ${WAITING}.`;
      const imported = importsOf(file)
        .filter(({ specifier }) => /^(?:node:)?timers\/promises$/.test(specifier))
        .map(({ line }) => ({ path: file.path, line, message }));
      const called = nodesOf(file)
        .filter((node) => ts.isCallExpression(node) && PAUSES.has(lastWord(node.expression)) && node.expression.getText() !== BOUND)
        .map((node) => ({ path: file.path, line: lineOf(node), message }));
      return [...imported, ...called];
    });

/** Specs in apps/ and libs/ that lie beside nothing. `log.crash.spec.ts` is about `log.ts`. */
export const besideItsCode: Rule = (files) => {
  const paths = new Set(files.map(({ path }) => path));
  return files
    .filter(({ path }) => path.endsWith('.spec.ts') && !path.startsWith('test/'))
    .filter(({ path }) => !subjects(path).some((subject) => paths.has(subject)))
    .map(({ path }) => ({
      path,
      message: `there is no ${subjects(path)[0]} beside it: name a spec after the file it tests, or put it under test/ when it tests several.`,
    }));
};

/** Files that a spec may be about: its name without `.spec`, then with one dotted part less, and so on. */
function subjects(path: string): string[] {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const parts = path.slice(folder.length, -'.spec.ts'.length).split('.');
  return parts.map((_, i) => `${folder}${parts.slice(0, parts.length - i).join('.')}.ts`);
}
