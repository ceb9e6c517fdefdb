import { Fault, LogUnavailable } from '@drawdown/engine/event-store';
import { Health, openLog } from '@drawdown/runtime/server';
import { FIRST_WAIT_MS, StoppedWaiting, untilAvailable, WAIT_MS_MAX } from './until-available';

const opened = () => {
  const lines: { msg: string; [field: string]: unknown }[] = [];
  const waits: number[] = [];
  const stop = new AbortController();
  const log = openLog('info', { write: (line) => void lines.push(JSON.parse(line) as { msg: string }) });
  const health = new Health();
  const pause = (ms: number): Promise<void> => Promise.resolve(void waits.push(ms));
  return { lines, waits, stop, health, waiting: { log, health, signal: stop.signal, pause } };
};

const server = (answers: readonly (Error | undefined)[], asked: () => void = () => undefined) => {
  let i = 0;
  return {
    name: 'redis',
    variable: 'REDIS_URL',
    probe: async () => {
      asked();
      const answer = answers[Math.min(i++, answers.length - 1)];
      if (answer) throw answer;
    },
  };
};

const down = new LogUnavailable('connection refused by 127.0.0.1:6379');

describe('a server at the start of a service', () => {
  it('that is there makes the part ready at once, without a word', async () => {
    const { lines, waits, health, waiting } = opened();
    await untilAvailable(server([undefined]), waiting);
    expect([lines, waits, health.report()]).toEqual([[], [], [{ name: 'redis', ready: true, detail: 'answered at the start' }]]);
  });

  it('that is down is waited for with longer and longer pauses, and each is said with the variable and the reason', async () => {
    const { lines, waits, waiting } = opened();
    await untilAvailable(server([...Array.from({ length: 9 }, () => down), undefined]), waiting);
    expect(waits).toHaveLength(9);
    for (const [i, wait] of waits.entries()) {
      const longest = Math.min(WAIT_MS_MAX, FIRST_WAIT_MS * 2 ** i);
      expect(wait).toBeGreaterThanOrEqual(longest / 2);
      expect(wait).toBeLessThanOrEqual(longest);
    }
    expect(lines[0]).toMatchObject({
      msg: 'waiting for a server',
      server: 'redis',
      variable: 'REDIS_URL',
      reason: down.message,
      nextTryInMs: waits[0],
    });
    expect(lines.at(-1)).toMatchObject({ msg: 'the server is there', attempts: 10 });
  });

  it('makes the service unready, with the reason, for as long as it is down', async () => {
    const { health, waiting } = opened();
    const seen: unknown[] = [];
    health.started();
    await untilAvailable(
      server([down, down, undefined], () => seen.push(health.report()[0]?.detail, health.ready)),
      waiting,
    );
    const waitingFor = `waiting: ${down.message}`;
    expect(seen).toEqual(['not asked yet', false, waitingFor, false, waitingFor, false]);
    expect(health.ready).toBe(true);
  });

  it('that will never let us in is not waited for', async () => {
    const { waits, waiting } = opened();
    const wrong = new Fault('redis_refused', 'REDIS_URL: the password is wrong', false);
    await expect(untilAvailable(server([down, wrong, undefined]), waiting)).rejects.toBe(wrong);
    expect(waits).toHaveLength(1);
  });

  it('is not waited for by a service that is asked to stop', async () => {
    const { stop, waiting } = opened();
    await expect(
      untilAvailable(
        server([down], () => stop.abort()),
        waiting,
      ),
    ).rejects.toThrow(StoppedWaiting);
  });

  it('does not hold up the stop by the pause it waits in', async () => {
    const {
      stop,
      waiting: { log, health, signal },
    } = opened();
    const waiting = untilAvailable(
      server([down], () => setImmediate(() => stop.abort())),
      { log, health, signal },
    );
    await expect(waiting).rejects.toThrow('asked to stop while waiting for redis');
  });
});
