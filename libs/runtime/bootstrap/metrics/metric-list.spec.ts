import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { METRICS } from './metric-list';

const DOC = readFileSync(join(__dirname, '../../../../docs/metrics.md'), 'utf8');

/** Rows of its tables: name, kind, labels, help. */
const documented = DOC.split('\n')
  .map((line) => /^\| `(\w+)` \| (\w+) \| (.*?) \| (.*) \|$/.exec(line))
  .filter((row) => row !== null)
  .map(([, name, kind, labels = '', help]) => ({ name, kind, labels: labels.match(/\w+/g) ?? [], help }));

describe('the metrics', () => {
  it('are those that docs/metrics.md lists, word for word', () => {
    expect(documented).toEqual(Object.values(METRICS).map(({ name, kind, labels, help }) => ({ name, kind, labels: [...labels], help })));
  });

  it('are named as Prometheus wants it: counters end in _total and nothing else does', () => {
    for (const { name, kind } of Object.values(METRICS)) expect([name, name.endsWith('_total')]).toEqual([name, kind === 'counter']);
  });
});
