import { limitsOf } from './population';

describe('the limits of a population', () => {
  it('are none by default', () => expect(limitsOf('none', 1_000_000)).toEqual([]));

  it('are near where usage crosses each of them within some hundred events', () => {
    const near = limitsOf('near', 1_000_000).map(({ absolute }) => Number(absolute));
    expect([Math.max(...near), Math.min(...near)]).toEqual([999_700, 997_600]);
  });

  it('are far where usage reaches none of them', () => {
    expect(limitsOf('far', 1_000_000).every(({ absolute }) => Number(absolute) < 10)).toBe(true);
  });

  it('have ids of their own', () => expect(new Set(limitsOf('near', 1_000_000).map(({ id }) => id)).size).toBe(8));
});
