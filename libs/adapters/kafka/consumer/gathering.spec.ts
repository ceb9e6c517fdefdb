import { Gathering } from './gathering';

/** A fetch of so many records at each of the times, in milliseconds: how long the consumer is to wait after it. */
function waits(fetches: readonly (readonly [at: number, records: number])[]): readonly number[] {
  let now = 0;
  const gathering = new Gathering(() => now);
  return fetches.map(([at, records]) => {
    now = at;
    return gathering.fetched(records);
  });
}

describe('the wait before the next fetch', () => {
  it('is 20 ms after a few records, so that an idle stack answers the first at once and those after it soon', () =>
    expect(
      waits([
        [1_000, 1],
        [1_021, 20],
        [1_042, 20],
      ]),
    ).toEqual([20, 20, 20]));

  it('is one wait for all partitions of a fetch', () =>
    expect(
      waits([
        [1_000, 5],
        [1_000, 5],
        [1_003, 5],
      ]),
    ).toEqual([20, 20, 17]));

  it('is longer while more than 2 records come a millisecond, and short again after them', () =>
    expect(
      waits([
        [1_000, 80],
        [1_020, 120],
        [1_060, 130],
        [1_100, 10],
        [1_140, 10],
      ]),
    ).toEqual([20, 40, 40, 40, 20]));

  it('is none after a large fetch, for then the broker has more', () =>
    expect(
      waits([
        [1_000, 499],
        [1_001, 1],
      ]),
    ).toEqual([20, 0]));
});
