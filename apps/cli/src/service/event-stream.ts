/** Reads server-sent events (WHATWG HTML, section 9.2): as much of them as the service writes. */

interface ServerSentEvent {
  /** `message` unless named. */
  readonly type: string;
  readonly data: string;
}

/** Characters of one event. */
export const EVENT_LENGTH_MAX = 16 * 1024 * 1024;

export async function* eventsOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ServerSentEvent> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    rest += decoder.decode(chunk, { stream: true });
    if (rest.length > EVENT_LENGTH_MAX) throw new RangeError(`an event is longer than ${EVENT_LENGTH_MAX} characters`);
    const blocks = rest.split(/\r?\n\r?\n/);
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = eventOf(block);
      if (event) yield event;
    }
  }
}

/** Undefined for a block of comments only: a sign of life. */
function eventOf(block: string): ServerSentEvent | undefined {
  let type = 'message';
  const data: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') type = value;
    if (field === 'data') data.push(value);
  }
  return data.length > 0 ? { type, data: data.join('\n') } : undefined;
}
