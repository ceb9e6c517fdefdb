/** A stream of answers over HTTP as server-sent events. A slow reader holds up its own stream only. */
import type { Message } from '@drawdown/api/contract';
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { MessagePump } from '../message-pump';
import { HTTP_STREAM_FIRST_MESSAGE_MS, HTTP_STREAM_HEARTBEAT_MS } from './http-limits';
import type { Problem } from './problem';

export const EVENT_STREAM_TYPE = 'text/event-stream';

interface EventStreamOptions {
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
  const pump = new MessagePump(source, signal);
  await Promise.race([pump.first(), delay(HTTP_STREAM_FIRST_MESSAGE_MS, undefined, { ref: false })]);
  response.writeHead(200, { ...headers, 'content-type': EVENT_STREAM_TYPE, 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  response.flushHeaders();
  const heartbeat = setInterval(() => response.write(': alive\n\n'), HTTP_STREAM_HEARTBEAT_MS);
  try {
    await pump.run((message) => {
      const { id, data } = write(message);
      return response.write(`${id === undefined ? '' : `id: ${id}\n`}data: ${data}\n\n`);
    }, response);
  } catch (error) {
    response.write(`event: error\ndata: ${problemOf(error).body}\n\n`);
  } finally {
    clearInterval(heartbeat);
    response.end();
  }
}
