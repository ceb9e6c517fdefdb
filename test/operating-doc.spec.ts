import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { METRICS } from '@drawdown/runtime/bootstrap';
import { topicsTable, variablesTable, withTable } from './operating-doc';

const FILE = 'docs/operating.md';

describe('docs/operating.md', () => {
  it('says which variables and topics there are; UPDATE_DOCS=1 npm run test:unit -- test/operating-doc writes them anew', () => {
    const found = readFileSync(FILE, 'utf8');
    const document = withTable(withTable(found, 'variables', variablesTable()), 'topics', topicsTable());
    if (process.env['UPDATE_DOCS']) writeFileSync(FILE, document);
    expect(readFileSync(FILE, 'utf8')).toBe(document);
  });

  it('names metrics that there are', () => {
    const named = readFileSync(FILE, 'utf8').match(/\b(?:drawdown|messaging)_[a-z_]+\b/g) ?? [];
    const known: readonly string[] = Object.values(METRICS).map(({ name }) => name);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('names commands that there are', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly scripts: Readonly<Record<string, string>> };
    const named = [...readFileSync(FILE, 'utf8').matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
    expect(existsSync('bin/drawdown')).toBe(true);
  });
});
