/** Rows of a CSV file (RFC 4180), read as they come: quoted fields, either line end, a byte order mark, no newline at the end. */
import type { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { Failure, wrongUsage } from '../exit-codes';
import type { Row } from './template';

/** Characters of one row: a quote that nobody closes must not read the rest of the file into memory. */
export const ROW_LENGTH_MAX = 1024 * 1024;

interface CsvRow extends Row {
  /** From 1, the header included: where an editor finds it. */
  readonly line: number;
}

interface Record {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/**
 * @param columns that are needed, each with the option that names it.
 * @throws Failure naming a column that the header has not, or the line that is broken.
 */
export async function* csvRows(input: Readable, separator: string, columns: ReadonlyMap<string, string>): AsyncGenerator<CsvRow> {
  const parser = parse({
    bom: true,
    delimiter: separator,
    skip_empty_lines: true,
    info: true,
    max_record_size: ROW_LENGTH_MAX,
  });
  // A file that cannot be read ends the parser too, so that the loop below hears of it.
  input.on('error', (fault) => parser.destroy(fault));
  input.pipe(parser);
  let places: ReadonlyMap<string, number> | undefined;
  let number = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<Record>) {
      if (!places) {
        places = placesOf(record, columns);
        continue;
      }
      const at = places;
      yield { number, line: info.lines, column: (name) => record[at.get(name) ?? -1] };
      number += 1;
    }
  } catch (fault) {
    throw fault instanceof CsvError ? broken(fault) : fault;
  } finally {
    input.destroy();
  }
  if (!places) throw new Failure('the file is empty: a CSV file begins with a header');
}

function placesOf(header: readonly string[], columns: ReadonlyMap<string, string>): ReadonlyMap<string, number> {
  const listed = header.map((name) => `"${name}"`).join(', ');
  for (const [column, option] of columns) {
    const times = header.filter((name) => name === column).length;
    if (times === 0) throw wrongUsage(`${option}: there is no column "${column}"; the header has ${listed}`);
    if (times > 1) throw wrongUsage(`${option}: the column "${column}" stands ${times} times in the header: ${listed}`);
  }
  return new Map(header.map((name, i) => [name, i]));
}

const broken = (fault: CsvError): Failure =>
  new Failure(
    `the CSV is broken: ${fault.message}\nRows before it may have been imported. Fix it and import again: what was charged is not charged twice.`,
  );
