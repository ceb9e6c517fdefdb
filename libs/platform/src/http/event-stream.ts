/** A stream of answers over HTTP as server-sent events. A slow reader holds up its own stream only: nothing is read ahead for it. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Message } from '@drawdown/application';
import type { Problem } from './problem';
import { HTTP_STREAM_FIRST_MESSAGE_MS, HTTP_STREAM_HEARTBEAT_MS } from './http-limits';

export const EVENT_STREAM_TYPE = 'text/event-stream';

export interface EventStreamOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Text of one message; `id` lets a reader take the stream up again. */
  readonly write: (message: Message) => { readonly id: string | undefined; readonly data: string };
  /** What to say about an error in mid-stream. */
  readonly problemOf: (error: unknown) => Problem;
  /** Ends the stream from our side. */
  readonly signal: AbortSignal;
}

/**
 * Writes the whole stream and ends the response.
 * @throws what the source throws before its first message, while nothing has been written: it can still become a problem.
 */
export async function writeEventStream(
  response: ServerResponse,
  source: AsyncIterable<Message>,
  { headers, write, problemOf, signal }: EventStreamOptions,
): Promise<void> {
  const messages = source[Symbol.asyncIterator]();
  // Its rejection is met at the latest by the loop below.
  let next = messages.next();
  next.catch(() => undefined);
  await Promise.race([next, delay(HTTP_STREAM_FIRST_MESSAGE_MS, undefined, { ref: false })]);
  response.writeHead(200, { ...headers, 'content-type': EVENT_STREAM_TYPE, 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  response.flushHeaders();
  const heartbeat = setInterval(() => response.write(': alive\n\n'), HTTP_STREAM_HEARTBEAT_MS);
  const gone = new Promise<{ readonly done: true }>((resolve) => {
    const leave = (): void => resolve({ done: true });
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
  });
  try {
    for (;;) {
      const result = await Promise.race([next, gone]);
      if (result.done) break;
      const { id, data } = write(result.value);
      if (!response.write(`${id === undefined ? '' : `id: ${id}\n`}data: ${data}\n\n`)) await Promise.race([once(response, 'drain'), gone]);
      next = messages.next();
      next.catch(() => undefined);
    }
  } catch (error) {
    response.write(`event: error\ndata: ${problemOf(error).body}\n\n`);
  } finally {
    clearInterval(heartbeat);
    // A source that hangs must not keep the response open.
    void Promise.resolve(messages.return?.()).catch(() => undefined);
    response.end();
  }
}
