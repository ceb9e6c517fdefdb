import { ServiceProblem, Unreachable } from '../service/problems';
import { BACK_OFF_MS_MAX, retrying } from './retrying';

const unreachable = () => new Unreachable('http://x', { code: 'ECONNREFUSED' }, '');
const answered = (status: number, code: string, retryAfterMs?: number) => new ServiceProblem(status, { code }, retryAfterMs);

/** Time passes only by waiting. */
async function tried(fault: () => Error, failures: number, forMs = 60_000) {
  let now = 0;
  let attempts = 0;
  const waits: number[] = [];
  const result = await retrying(() => (attempts++ < failures ? Promise.reject(fault()) : Promise.resolve('done')), {
    forMs,
    onRetry: (_, waitMs) => waits.push(waitMs),
    signal: new AbortController().signal,
    now: () => now,
    random: () => 1,
    wait: (ms) => Promise.resolve(void (now += ms)),
  }).catch((gaveUp: unknown) => gaveUp);
  return { result, attempts, waits };
}

describe('trying again', () => {
  it('goes on until it works, waiting twice as long each time', async () =>
    expect(await tried(unreachable, 4)).toEqual({ result: 'done', attempts: 5, waits: [100, 200, 400, 800] }));
  it.each([
    ['overloaded', () => answered(503, 'OVERLOADED')],
    ['too many requests', () => answered(429, 'X')],
    ['a gateway without a service', () => answered(502, '')],
    ['contention', () => answered(409, 'CONTENTION')],
  ])('is right after %s', async (_, fault) => expect((await tried(fault, 1)).result).toBe('done'));
  it.each([
    ['a bad request', () => answered(400, 'INVALID_REQUEST')],
    ['a conflict of keys', () => answered(409, 'IDEMPOTENCY_CONFLICT')],
    ['a defect', () => answered(500, 'INTERNAL')],
  ])('is not done after %s', async (_, fault) => expect(await tried(fault, 1)).toMatchObject({ attempts: 1, waits: [] }));
  it('waits as long as the service asks for, up to a bound', async () => {
    expect((await tried(() => answered(503, 'X', 3_000), 1)).waits).toEqual([3_000]);
    expect((await tried(() => answered(503, 'X', 3_600_000), 1)).waits).toEqual([BACK_OFF_MS_MAX]);
  });
  it('never waits longer than its bound between two attempts', async () =>
    expect(Math.max(...(await tried(unreachable, 12)).waits)).toBe(BACK_OFF_MS_MAX));
  it('gives up when its time is over, after a last attempt', async () => {
    const { result, waits } = await tried(unreachable, Infinity, 1_000);
    expect(result).toBeInstanceOf(Unreachable);
    expect(waits.reduce((sum, wait) => sum + wait, 0)).toBe(1_000);
  });
  it('is not done at all when it is given no time', async () => expect((await tried(unreachable, 1, 0)).attempts).toBe(1));
});
