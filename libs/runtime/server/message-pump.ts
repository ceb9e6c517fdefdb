/** Carries messages from an operation to a connection, one at a time: nothing is asked of the source before the last is taken. */
import type { Message } from '@drawdown/api/contract';
import { once } from 'node:events';
import type { EventEmitter } from 'node:events';

const GONE = Symbol('gone');

export class MessagePump {
  private readonly messages: AsyncIterator<Message>;
  private next: Promise<IteratorResult<Message>>;
  private readonly gone: Promise<typeof GONE>;

  /** @param signal aborted when the reader has gone or the service goes */
  constructor(
    source: AsyncIterable<Message>,
    private readonly signal: AbortSignal,
  ) {
    this.messages = source[Symbol.asyncIterator]();
    this.gone = new Promise((resolve) => {
      if (signal.aborted) resolve(GONE);
      signal.addEventListener('abort', () => resolve(GONE), { once: true });
    });
    this.next = this.ask();
  }

  /** Settles when the first message, the end or an error is there. @throws what the source throws instead of a first message */
  async first(): Promise<void> {
    await Promise.race([this.next, this.gone]);
  }

  /**
   * @param write returns false when the connection is full; `drain` of `connection` says when it is not
   * @throws what the source throws
   */
  async run(write: (message: Message) => boolean, connection: EventEmitter): Promise<void> {
    try {
      while (!this.signal.aborted) {
        const result = await Promise.race([this.next, this.gone]);
        if (result === GONE || result.done) return;
        if (!write(result.value) && !(await this.drained(connection))) return;
        this.next = this.ask();
      }
    } finally {
      // Not awaited: a source that hangs must not hold up the end of the call.
      void Promise.resolve(this.messages.return?.()).catch(() => undefined);
    }
  }

  private ask(): Promise<IteratorResult<Message>> {
    const next = this.messages.next();
    // Whoever awaits it meets the error; this keeps it from counting as unhandled until then.
    next.catch(() => undefined);
    return next;
  }

  private async drained(connection: EventEmitter): Promise<boolean> {
    try {
      await once(connection, 'drain', { signal: this.signal });
      return true;
    } catch {
      return false;
    }
  }
}
