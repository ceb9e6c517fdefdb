import { FULL, QUICK } from './benchmark';
import { parseOptions } from './options';

describe('the command line of the benchmarks', () => {
  it('runs everything in full by default', () => {
    expect(parseOptions([])).toEqual({ only: [], effort: FULL, out: 'bench-results.json', help: false });
  });

  it('takes names of benchmarks with and without --only', () => {
    expect(parseOptions(['--only', 'usage,growth', 'stack']).only).toEqual(['usage', 'growth', 'stack']);
  });

  it('has a quick mode', () => expect(parseOptions(['--only', 'usage', '--quick']).effort).toEqual(QUICK));

  it('puts numbers of customers in order', () => {
    expect(parseOptions(['--customers', '1000000,1000']).effort.customers).toEqual([1_000, 1_000_000]);
  });

  it.each(['0', '-1', '1.5', 'many', ''])('refuses %p rounds', (text) => {
    expect(() => parseOptions([`--rounds=${text}`])).toThrow('--rounds takes whole numbers from 1');
  });

  it('refuses an option that it does not know', () => expect(() => parseOptions(['--fast'])).toThrow('--fast'));
});
