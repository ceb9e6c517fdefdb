import { once } from 'node:events';
import { Health } from './ops/health';
import { Lifecycle } from './lifecycle';
import { openLog } from './logging';

const openLifecycle = (drainTimeoutMs: number) => {
  const lines: string[] = [];
  const health = new Health();
  health.started();
  const log = openLog('info', { write: (line) => void lines.push(line) });
  return { lifecycle: new Lifecycle({ health, log, drainTimeoutMs }), health, lines };
};

describe('the end of a process', () => {
  it('takes its steps in the order stated, unready from before the first', async () => {
    const { lifecycle, health } = openLifecycle(1_000);
    const steps: string[] = [];
    lifecycle
      .then('transports', async () => void steps.push(`transports, ready ${health.ready}`))
      .then('log', async () => void steps.push('log'));
    expect(health.ready).toBe(true);
    expect(await lifecycle.stop('test')).toBe(true);
    expect(steps).toEqual(['transports, ready false', 'log']);
    expect(await lifecycle.untilStopped()).toBe(true);
  });

  it('is the same end when asked twice', async () => {
    const { lifecycle } = openLifecycle(1_000);
    let times = 0;
    lifecycle.then('once', async () => void times++);
    await Promise.all([lifecycle.stop('a'), lifecycle.stop('b')]);
    expect(times).toBe(1);
  });

  it('goes on after a step that fails, and is then not clean', async () => {
    const { lifecycle, lines } = openLifecycle(1_000);
    let last = false;
    lifecycle
      .then('broken', async () => {
        throw new Error('no');
      })
      .then('last', async () => void (last = true));
    expect([await lifecycle.stop('test'), last]).toEqual([false, true]);
    expect(lines.join()).toMatch(/"step":"broken".*did not stop cleanly/);
  });

  it('signals a step that its time is up', async () => {
    const { lifecycle } = openLifecycle(10);
    lifecycle.then('slow', async (signal) => void (await once(signal, 'abort')));
    expect(await lifecycle.stop('test')).toBe(true);
  });

  it('leaves behind a step that hangs beyond its time, and takes the next', async () => {
    const { lifecycle } = openLifecycle(10);
    let last = false;
    lifecycle.then('hung', () => new Promise(() => undefined)).then('last', async () => void (last = true));
    expect([await lifecycle.stop('test'), last]).toEqual([false, true]);
  });

  it('comes with SIGTERM', async () => {
    const { lifecycle } = openLifecycle(1_000);
    lifecycle.watchSignals();
    // As Node emits it; a real signal would end the test runner.
    process.emit('SIGTERM', 'SIGTERM');
    expect(await lifecycle.untilStopped()).toBe(true);
    expect(process.listenerCount('SIGTERM')).toBe(0);
  });
});

describe('the health of a process', () => {
  it('is ready only when started, every part is ready, and it does not drain', () => {
    const health = new Health();
    let part = true;
    health.watch('log', () => ({ ready: part, detail: 'embedded' }));
    const heard: boolean[] = [];
    health.onChange((ready) => heard.push(ready));
    expect(health.ready).toBe(false);
    health.started();
    part = false;
    health.changed();
    part = true;
    health.changed();
    health.drain();
    expect(heard).toEqual([true, false, true, false]);
    expect(health.report()).toEqual([{ name: 'log', ready: true, detail: 'embedded' }]);
  });
});
