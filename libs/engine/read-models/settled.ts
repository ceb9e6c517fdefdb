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
