import { Readable } from 'node:stream';
import { eventsIn, formOf } from './events';
import { LINE_LENGTH_MAX } from './json-lines';
import type { MappingOptions } from './mapping';
import { Tally } from './tally';

async function read(text: string, options: MappingOptions = {}) {
  const tally = new Tally();
  const events: string[] = [];
  for await (const { line, event } of eventsIn(Readable.from([Buffer.from(text)]), 'jsonl', { ...options, separator: ',' }, tally))
    events.push(`${line} ${event}`);
  return { events, tally };
}

const EVENT = '{"specversion":"1.0", "id":"1","data":{"n":9007199254740993}}';

describe('JSON lines', () => {
  it('are sent as the very text they came as', async () => expect((await read(`${EVENT}\n`)).events).toEqual([`1 ${EVENT}`]));
  it('may have empty lines, CR LF, a byte order mark, and no newline at the end', async () =>
    expect((await read(`\ufeff\r\n${EVENT}\r\n\n${EVENT}`)).events).toEqual([`2 ${EVENT}`, `4 ${EVENT}`]));
  it('that are no JSON object are rejected with their line, and the others sent', async () => {
    const { events, tally } = await read(`{"a":\n${EVENT}\n[1]\n{},{}\n`);
    expect(events).toEqual([`2 ${EVENT}`]);
    expect(tally).toMatchObject({ read: 4, rejected: 3, byReason: { malformed_json: 3 } });
    expect(tally.shown.map(({ line }) => line)).toEqual([1, 3, 4]);
  });
  it('cannot escape the batch they are sent in', async () => expect((await read('{}],[{}\n')).tally.rejected).toBe(1));
  it('with a flaw that only the service can judge are sent', async () => expect((await read('{"a":1,"a":2}\n')).events).toHaveLength(1));
  it('are mapped by their top-level fields, digits kept', async () =>
    expect(
      (
        await read('{"user":"u1","n":1.50,"deep":{"x":1}}\n', {
          source: 's',
          type: 't',
          id: '{row}',
          subject: '{user}',
          data: ['n={n}', 'deep={deep}'],
        })
      ).events,
    ).toEqual(['1 {"specversion":"1.0","source":"s","type":"t","id":"0","subject":"u1","data":{"n":1.50,"deep":"{\\"x\\":1}"}}']));
  it('end the import when a line is endless', () => expect(read('x'.repeat(2 * LINE_LENGTH_MAX))).rejects.toThrow('line 1 is longer than'));
  it('end the import when there are none', () => expect(read('\n\n')).rejects.toThrow('no events'));
});

describe('the form of a file', () => {
  it.each([
    ['a.csv', 'csv'],
    ['a.CSV', 'csv'],
    ['a.jsonl', 'jsonl'],
    ['a.ndjson', 'jsonl'],
  ])('of %s is %s', (file, form) => expect(formOf(file, undefined)).toBe(form));
  it('is the chosen one', () => expect(formOf('a.csv', 'jsonl')).toBe('jsonl'));
  it('is asked for when nobody says it', () => expect(() => formOf('-', undefined)).toThrow('standard input does not say what it is'));
  it('is one of the two', () => expect(() => formOf('a', 'xml')).toThrow('it must be csv or jsonl'));
});
