/** What decides reads no clock, draws no chance and waits for nothing: all of it arrives in the command. */
import ts from 'typescript';
import { PURE } from './dependency-table';
import { lineOf, nodesOf } from './syntax';
import { isTestPath, isTypeScript, libOf, type Rule } from './tree';

const TIME = 'nothing that decides reads a clock: take the time from the command.';
const CHANCE = 'nothing that decides draws chance: take the id or the number from the command.';
const WAITING = 'nothing that decides waits: leave it to the libs that carry out.';
const MACHINE = 'nothing that decides knows the process it runs in: take the setting as an argument.';

const FORBIDDEN: readonly { readonly use: RegExp; readonly message: string }[] = [
  { use: /^(?:Date\.now|performance\.now|new Date\(\))$/, message: TIME },
  { use: /^(?:Math\.random|(?:\w+\.)?(?:randomUUID|randomBytes|randomInt|getRandomValues))$/, message: CHANCE },
  { use: /^(?:globalThis\.)?(?:setTimeout|setInterval|setImmediate)$/, message: WAITING },
  { use: /^(?:globalThis\.)?process$/, message: MACHINE },
];

/** Uses of clock, chance, timers and process in the pure libs. */
export const purity: Rule = (files) =>
  files
    .filter((file) => isTypeScript(file) && PURE.includes(libOf(file.path) ?? '') && !isTestPath(file.path))
    .flatMap((file) =>
      nodesOf(file).flatMap((node) => {
        const use = useOf(node);
        const found = use === undefined ? undefined : FORBIDDEN.find((forbidden) => forbidden.use.test(use));
        return found ? [{ path: file.path, line: lineOf(node), message: `uses ${use}: ${found.message}` }] : [];
      }),
    );

/** What a node refers to, as it is written: `Date.now`, `randomUUID`, `new Date()`. */
function useOf(node: ts.Node): string | undefined {
  if (ts.isNewExpression(node) && !node.arguments?.length) return `new ${node.expression.getText()}()`;
  if (ts.isPropertyAccessExpression(node)) return node.getText();
  return ts.isIdentifier(node) && !namesAMember(node) ? node.text : undefined;
}

/** `posting.process` and `{ process: 1 }` are somebody's data, not the process. */
function namesAMember(node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    (ts.isPropertyAccessExpression(parent) ||
      ts.isPropertyAssignment(parent) ||
      ts.isPropertySignature(parent) ||
      ts.isPropertyDeclaration(parent)) &&
    parent.name === node
  );
}
