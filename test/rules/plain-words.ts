/** One name for one thing: docs/glossary.md has the words, and this table those that it replaces. */
import ts from 'typescript';
import { lineOf, nodesOf } from './syntax';
import { isTypeScript, type Finding, type Rule, type SourceFile } from './tree';

interface Replaced {
  readonly words: readonly string[];
  readonly use: string;
}

/** Replaced wherever they stand: in names, comments, messages and documents. */
const EVERYWHERE: readonly Replaced[] = [
  { words: ['fate', 'fates'], use: 'outcome or status' },
  { words: ['rim', 'rims'], use: 'runtime' },
  { words: ['mend', 'mends', 'mended', 'mending'], use: 'remedy, fix or repair' },
  { words: ['door', 'doors'], use: 'API or transport' },
  { words: ['told'], use: 'notified, reported, said, or what happens' },
  { words: ['parcel', 'parcels'], use: 'grant' },
  { words: ['planted'], use: 'mutant' },
  { words: ['beforehand'], use: 'prerequisite or before' },
  { words: ['patiently'], use: 'retry' },
  { words: ['foretell', 'foretells', 'foretold'], use: 'predict' },
  { words: ['lapsed'], use: 'expired but not posted' },
  { words: ['sealed'], use: 'chained' },
  { words: ['tenant', 'organisation'], use: 'account' },
  { words: ['purse'], use: 'wallet' },
  { words: ['quota', 'entitlement'], use: 'credit balance' },
  { words: ['meter product'], use: 'credit product' },
  { words: ['credit cost'], use: 'weight' },
  { words: ['recharge', 'auto-recharge'], use: 'top-up' },
  { words: ['aggregator'], use: 'meter' },
  { words: ['overage'], use: 'uncovered usage' },
  { words: ['lineage'], use: 'allocation' },
  { words: ['dead letter', 'dead-letter'], use: 'rejected usage' },
  { words: ['optimistic lock'], use: 'expected revision' },
  { words: ['dashboard'], use: 'console or portal' },
  { words: ['use case'], use: 'operation' },
  { words: ['reducer'], use: 'decider' },
];

/** Plain English in a sentence, and no name for a thing. */
const IN_NAMES: readonly Replaced[] = [
  { words: ['of'], use: 'what it is, such as grant, event or refusal' },
  { words: ['tell', 'tells', 'telling'], use: 'report or notify' },
  { words: ['met', 'meet', 'meets'], use: 'handle, handled or processed' },
  { words: ['whole'], use: 'all, complete or total' },
  { words: ['saying'], use: 'matching' },
  { words: ['buyer'], use: 'customer' },
  { words: ['crowd'], use: 'clients' },
  { words: ['strange'], use: 'unknown' },
];

/** Names in which such a word means what it says. `whole` is a kind of number. */
const ALLOWED_NAMES: ReadonlySet<string> = new Set(['WholeNumber', 'wholeNumber', 'isWhole', 'wholeDigitsMax', 'not_whole_minor_units']);

/** They name the words in order to replace them. */
const ABOUT_WORDS: readonly string[] = ['docs/glossary.md', 'test/rules/plain-words'];

const READ_BY_PEOPLE = /\.(?:[cm]?[jt]s|md|proto|sh|ya?ml)$|Dockerfile$|^[.]ci[/]run$/;

/** Words that the glossary replaces. */
export const plainWords: Rule = (files) =>
  files
    .filter(({ path }) => READ_BY_PEOPLE.test(path) && !ABOUT_WORDS.some((prefix) => path.startsWith(prefix)))
    .flatMap((file) => [...pathFindings(file), ...textFindings(file), ...(isTypeScript(file) ? nameFindings(file) : [])]);

const TEXT = new Map(EVERYWHERE.flatMap(({ words, use }) => words.map((word) => [word, use] as const)));
const NAMES = new Map([...EVERYWHERE, ...IN_NAMES].flatMap(({ words, use }) => words.map((word) => [word, use] as const)));
const PATTERN = new RegExp(`\\b(?:${[...TEXT.keys()].join('|')})\\b`, 'gi');

const message = (shown: string, use: string | undefined): string => `"${shown}" is not a word of docs/glossary.md: say ${use}.`;

const textFindings = ({ path, text }: SourceFile): Finding[] =>
  text
    .split('\n')
    .flatMap((line, i) =>
      [...line.matchAll(PATTERN)].map(([word]) => ({ path, line: i + 1, message: message(word, TEXT.get(word.toLowerCase())) })),
    );

const pathFindings = ({ path }: SourceFile): Finding[] =>
  path
    .split(/[/.-]/)
    .filter((word) => TEXT.has(word))
    .map((word) => ({ path, message: message(word, TEXT.get(word)) }));

/** A name of one word that is banned everywhere has been found as text. */
const nameFindings = (file: SourceFile): Finding[] =>
  nodesOf(file).flatMap((node) => {
    const name = ts.isIdentifier(node) && isDeclared(node) ? node.text : '';
    if (name === '' || ALLOWED_NAMES.has(name) || TEXT.has(name)) return [];
    const words = name.split(/(?<=[a-z])(?=[A-Z])|_/).map((word) => word.toLowerCase());
    // `of` joins two words in a longer name.
    const word = words.length === 1 ? words.find((one) => NAMES.has(one)) : words.find((one) => one !== 'of' && NAMES.has(one));
    return word === undefined ? [] : [{ path: file.path, line: lineOf(node), message: message(name, NAMES.get(word)) }];
  });

/** Members of what others declare, such as `Array.of`, keep their names. */
const isDeclared = (node: ts.Identifier): boolean =>
  !ts.isPropertyAccessExpression(node.parent) && !ts.isImportSpecifier(node.parent) && 'name' in node.parent && node.parent.name === node;
