import { withTimeout } from './with-timeout';

const late = (): Error => new Error('late');

describe('a timeout', () => {
  it('passes on what the work comes to in time', async () => {
    expect(await withTimeout(60_000, Promise.resolve(1), late)).toBe(1);
    await expect(withTimeout(60_000, Promise.reject(new Error('down')), late)).rejects.toThrow('down');
  });
  it('gives up work that never settles', () => expect(withTimeout(1, new Promise<never>(() => undefined), late)).rejects.toThrow('late'));
});
