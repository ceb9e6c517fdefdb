import { Readable } from 'node:stream';
import { csvRows, ROW_LENGTH_MAX } from './csv';

const needing = (...columns: readonly string[]) => new Map(columns.map((column) => [column, '--id']));

async function read(
  text: string | readonly Buffer[],
  columns: readonly string[],
  separator = ',',
): Promise<readonly (readonly unknown[])[]> {
  const rows: (readonly unknown[])[] = [];
  const input = Readable.from(typeof text === 'string' ? [Buffer.from(text)] : text);
  for await (const row of csvRows(input, separator, needing(...columns))) rows.push([row.number, row.line, ...columns.map(row.column)]);
  return rows;
}

describe('rows of CSV', () => {
  it('are numbered from 0 and keep their line', async () =>
    expect(await read('a,b\n1,2\n3,4\n', ['b'])).toEqual([
      [0, 2, '2'],
      [1, 3, '4'],
    ]));
  it('need no newline at the end', async () => expect(await read('a\n1\n2', ['a'])).toHaveLength(2));
  it('may end with CR LF', async () => expect(await read('a,b\r\n1,2\r\n', ['b'])).toEqual([[0, 2, '2']]));
  it('may begin with a byte order mark', async () => expect(await read('\ufeffa\n1\n', ['a'])).toEqual([[0, 2, '1']]));
  it('may be quoted, with separators, quotes and line ends inside', async () =>
    expect(await read('a,b\n"x,""y""\nz",2\n', ['a', 'b'])).toEqual([[0, 3, 'x,"y"\nz', '2']]));
  it('are not counted when they are empty', async () =>
    expect(await read('a\n\n1\n\n2\n', ['a'])).toEqual([
      [0, 3, '1'],
      [1, 5, '2'],
    ]));
  it('may have another separator', async () => expect(await read('a;b\n1,5;2\n', ['a'], ';')).toEqual([[0, 2, '1,5']]));
  it('are read across the ends of chunks, inside a character too', async () => {
    const bytes = Buffer.from('name\nü1\n');
    expect(await read([bytes.subarray(0, 6), bytes.subarray(6)], ['name'])).toEqual([[0, 2, 'ü1']]);
  });
});

describe('CSV is refused', () => {
  it('without a column that is needed, naming it and the header', () =>
    expect(read('a,b\n1,2\n', ['c'])).rejects.toThrow('--id: there is no column "c"; the header has "a", "b"'));
  it('when a needed column stands twice', () => expect(read('a,a\n1,2\n', ['a'])).rejects.toThrow('the column "a" stands 2 times'));
  it('when a row has more or fewer fields, naming its line', () =>
    expect(read('a,b\n1,2\n3\n', ['a'])).rejects.toThrow(/broken: .*line 3/));
  it('when a quote is never closed', () => expect(read('a\n"x\n', ['a'])).rejects.toThrow('the CSV is broken'));
  it('when a row is endless', () => expect(read(`a\n"${'x'.repeat(2 * ROW_LENGTH_MAX)}`, ['a'])).rejects.toThrow('the CSV is broken'));
  it('when it is empty', () => expect(read('', ['a'])).rejects.toThrow('the file is empty'));
});
