import { report, type Rule } from './tree';

/** What a rule reports on a tree of these texts, by path. */
export const found = (rule: Rule, texts: Readonly<Record<string, string>>): string =>
  report(rule(Object.entries(texts).map(([path, text]) => ({ path, text }))));
