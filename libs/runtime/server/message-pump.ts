/** Carries messages from an operation to a connection, one at a time: nothing is asked of the source before the last is taken. */
import type { Message } from '@drawdown/api/contract';
import { once } from 'node:events';
import { ABORTED, untilAborted } from '@drawdown/engine/async';
import type { EventEmitter } from 'node:events';

export class MessagePump {
  private readonly messages: AsyncIterator<Message>;
  private next: Promise<IteratorResult<Message>>;

  /** @param signal aborted when the reader has gone or the service goes */
  constructor(
    source: AsyncIterable<Message>,
    private readonly signal: AbortSignal,
  ) {
    this.messages = source[Symbol.asyncIterator]();
    this.next = this.ask();
  }

  /** Settles when the first message, the end or an error is there. @throws what the source throws instead of a first message */
  async first(): Promise<void> {
    await untilAborted(this.next, this.signal);
  }

  /**
   * @param write returns false when the connection is full; `drain` of `connection` says when it is not
   * @throws what the source throws
   */
  async run(write: (message: Message) => boolean, connection: EventEmitter): Promise<void> {
    try {
      while (!this.signal.aborted) {
        const result = await untilAborted(this.next, this.signal);
        if (result === ABORTED || result.done) return;
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
