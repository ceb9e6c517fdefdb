import { getEventListeners } from 'node:events';
import { pause } from './pause';
import { Progress } from './progress';
import { ABORTED, untilAborted } from './until-aborted';

const TURNS = 100_000;
const listenersOf = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

describe('waiting beside something that lives for long', () => {
  it('leaves no listener after 100,000 turns', async () => {
    const { signal } = new AbortController();
    for (let turn = 0; turn < TURNS; turn += 1) await untilAborted(Promise.resolve(turn), signal);
    await expect(untilAborted(Promise.reject(new Error('down')), signal)).rejects.toThrow('down');
    expect(listenersOf(signal)).toBe(0);
  });

  it('leaves none after pauses and positions either', async () => {
    const { signal } = new AbortController();
    const progress = new Progress();
    for (let turn = 1n; turn <= 1_000n; turn += 1n) {
      const reached = progress.awaitPosition(turn, { signal });
      progress.advance(turn);
      expect(await reached).toBe(true);
    }
    for (let turn = 0; turn < 10; turn += 1) await pause(0, signal);
    expect([listenersOf(signal), progress.waiting]).toEqual([0, 0]);
  });

  it('ends with the signal, and has one listener while it waits', async () => {
    const controller = new AbortController();
    const waiting = untilAborted(new Promise<never>(() => undefined), controller.signal);
    expect(listenersOf(controller.signal)).toBe(1);
    controller.abort();
    expect(await waiting).toBe(ABORTED);
    expect(await untilAborted(new Promise<never>(() => undefined), controller.signal)).toBe(ABORTED);
    expect(listenersOf(controller.signal)).toBe(0);
  });

  it('a pause ends with the signal', async () => {
    const controller = new AbortController();
    const waiting = pause(3_600_000, controller.signal);
    controller.abort();
    await waiting;
    await pause(3_600_000, controller.signal);
    expect(listenersOf(controller.signal)).toBe(0);
  });
});
