import { Progress } from './progress';

describe('progress through the log', () => {
  it('answers at once what is reached, and the rest when it is', async () => {
    const progress = new Progress(5n);
    expect(await progress.awaitPosition(5n)).toBe(true);
    const next = progress.awaitPosition(6n);
    progress.advance(7n);
    expect([await next, progress.position, progress.waiting]).toEqual([true, 7n, 0]);
  });

  it('answers false at its end, at the bound and when the signal aborts', async () => {
    const progress = new Progress();
    const controller = new AbortController();
    const waiting = [progress.awaitPosition(1n, { withinMs: 1 }), progress.awaitPosition(1n, { signal: controller.signal })];
    controller.abort();
    expect(await Promise.all(waiting)).toEqual([false, false]);
    const last = progress.awaitPosition(1n);
    progress.end();
    expect([await last, await progress.awaitPosition(1n, { signal: controller.signal }), progress.waiting]).toEqual([false, false, 0]);
  });
});
