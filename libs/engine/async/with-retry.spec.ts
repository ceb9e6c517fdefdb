import { withRetry } from './with-retry';

const backOff = { minMs: 20, maxMs: 1_000 };

const failing = (times: number) => {
  let left = times;
  return () => (left-- > 0 ? Promise.reject(new Error(`${left} to come`)) : Promise.resolve('done'));
};

describe('work that is tried again', () => {
  it('waits longer with every failure, and reports each', async () => {
    const [waits, reported]: [number[], unknown[]] = [[], []];
    const wait = (ms: number): Promise<void> => Promise.resolve(void waits.push(ms));
    const onRetry = (fault: unknown, ms: number): unknown => reported.push([(fault as Error).message, ms]);
    expect(await withRetry(failing(3), { backOff, random: () => 1, wait, onRetry })).toBe('done');
    expect([waits, reported.at(-1)]).toEqual([
      [20, 40, 80],
      ['0 to come', 80],
    ]);
  });

  it('throws what cannot pass', () => expect(withRetry(failing(1), { backOff, mayPass: () => false })).rejects.toThrow('0 to come'));

  it('ends with the signal, in the middle of a wait too', async () => {
    const controller = new AbortController();
    const waiting = withRetry(failing(9), { backOff: { minMs: 3_600_000, maxMs: 3_600_000 }, signal: controller.signal });
    setImmediate(() => controller.abort());
    await expect(waiting).rejects.toThrow('8 to come');
  });
});
