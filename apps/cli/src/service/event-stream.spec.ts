import { EVENT_LENGTH_MAX, eventsOf } from './event-stream';

async function read(...chunks: readonly string[]) {
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield Buffer.from(chunk, 'latin1');
  }
  const events = [];
  for await (const event of eventsOf(bytes())) events.push(event);
  return events;
}

describe('server-sent events', () => {
  it('are read one by one, across chunks', async () =>
    expect(await read('id: 1\ndata: {"a"', ':1}\n\ndata: 2\n', '\n')).toEqual([
      { type: 'message', data: '{"a":1}' },
      { type: 'message', data: '2' },
    ]));
  it('may be named', async () => expect(await read('event: error\ndata: x\n\n')).toEqual([{ type: 'error', data: 'x' }]));
  it('leave out signs of life', async () => expect(await read(': alive\n\n', 'data: 1\n\n')).toHaveLength(1));
  it('may have several lines of data, and CR LF', async () =>
    expect(await read('data: a\r\ndata:b\r\n\r\n')).toEqual([{ type: 'message', data: 'a\nb' }]));
  it('are not made of what was cut off', async () => expect(await read('data: 1\n')).toEqual([]));
  it('survive a character that is cut in two', async () =>
    expect(await read('data: \xc3', '\xbc\n\n')).toEqual([{ type: 'message', data: 'ü' }]));
  it('have a bound', () => expect(read('x'.repeat(EVENT_LENGTH_MAX + 1))).rejects.toThrow('longer than'));
});
