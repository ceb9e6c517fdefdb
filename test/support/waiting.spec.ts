import { until } from './waiting';

describe('waiting', () => {
  it('ends with what the probe found', async () => {
    let looks = 0;
    expect(await until('a third look', () => ++looks === 3 && 'found')).toBe('found');
  });
  it('takes nothing, zero and the empty text for an answer, but not undefined', async () => {
    expect(await until('a zero', () => Promise.resolve(0))).toBe(0);
    expect(await until('an empty text', () => '')).toBe('');
  });
  it('gives up at its bound and says what it awaited', () =>
    expect(until('the moon', () => undefined, 20)).rejects.toThrow('waited 20 ms for the moon'));
});
