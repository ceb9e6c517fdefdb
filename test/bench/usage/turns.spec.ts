import { FreshIds, inTurn } from './turns';

describe('systems under the same load', () => {
  it('are first in turn', () => {
    const order = [0, 1, 2].map((round) => inTurn(['ours', 'theirs'], round));
    expect(order).toEqual([
      ['ours', 'theirs'],
      ['theirs', 'ours'],
      ['ours', 'theirs'],
    ]);
  });

  it('get ids that no round before has sent', () => {
    const ids = new FreshIds();
    const firsts = Array.from({ length: 4 }, () => ids.next());
    expect(new Set(firsts).size).toBe(4);
    expect(Math.min(...firsts.slice(1).map((first, i) => first - firsts[i]!))).toBeGreaterThanOrEqual(1_000_000);
  });
});
