import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ORIGIN_NAMES, ORIGINS } from './origins';

const root = join(__dirname, '../../../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('the origins of grants', () => {
  it('are the values of the enum in the contract', () => {
    const [, body = ''] = /enum Origin \{([^}]*)\}/.exec(read('proto/drawdown/v1/grant.proto')) ?? [];
    const values = [...body.matchAll(/ORIGIN_([A-Z_]+) = [1-9]/g)].map(([, name = '']) => name.toLowerCase());
    expect(values.sort()).toEqual([...ORIGIN_NAMES].sort());
  });

  it('each have a figure in the liability report', () => {
    const [, body = ''] = /message CurrencyLiability \{([^]*?)\n\}/.exec(read('proto/drawdown/v1/report.proto')) ?? [];
    for (const origin of ORIGIN_NAMES) expect(body).toMatch(new RegExp(` ${origin} = \\d+;`));
  });

  it('burn in an order of their own, so that the order of all grants is total', () =>
    expect(new Set(ORIGIN_NAMES.map((origin) => ORIGINS[origin].burnOrder)).size).toBe(ORIGIN_NAMES.length));
});
