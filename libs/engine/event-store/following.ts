/** Following the log across subscriptions that end and begin anew. */
import type { Subscription } from './event-log';

const AGAIN_MS_MIN = 20;
const AGAIN_MS_MAX = 1_000;

/** One following of the log, from a checkpoint until it is given up. */
export class Run {
  /** Given up: what it still handles is handled again by the next one. */
  over = false;
  subscription: Subscription | undefined;

  async end(): Promise<void> {
    this.over = true;
    await this.subscription?.close();
  }
}

/** Longer with every failure, and by chance, so that several processes part. */
export const pause = (failures: number): Promise<void> =>
  new Promise((resolve) =>
    setTimeout(resolve, Math.min(AGAIN_MS_MAX, AGAIN_MS_MIN * 2 ** Math.min(failures, 10)) * (0.5 + Math.random() / 2)),
  );

/** A promise that others settle, once, and that nobody has to listen to. */
export class Settled {
  isSettled = false;
  resolve: () => void = () => undefined;
  reject: (fault: unknown) => void = () => undefined;
  readonly promise = new Promise<void>((resolve, reject) => {
    this.resolve = () => {
      this.isSettled = true;
      resolve();
    };
    this.reject = (fault) => {
      this.isSettled = true;
      // The very fault that ended it, for whoever waits.
      reject(fault instanceof Error ? fault : new Error(String(fault)));
    };
  });

  constructor() {
    this.promise.catch(() => undefined);
  }
}
