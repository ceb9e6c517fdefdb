import { backOffMs } from './back-off';

const bounds = { minMs: 20, maxMs: 1_000 };
const most = (failures: number): number => backOffMs(failures, bounds, () => 1);
const least = (failures: number): number => backOffMs(failures, bounds, () => 0);

describe('a back-off', () => {
  it('doubles with every failure, up to its bound', () =>
    expect([0, 1, 2, 5, 6, 1_000_000].map(most)).toEqual([20, 40, 80, 640, 1_000, 1_000]));
  it('is shortened by chance to its half at most', () => expect([0, 5, 6].map(least)).toEqual([10, 320, 500]));
  it('draws its own chance where none is given', () => {
    expect(backOffMs(0, bounds)).toBeGreaterThanOrEqual(10);
    expect(backOffMs(0, bounds)).toBeLessThanOrEqual(20);
  });
});
