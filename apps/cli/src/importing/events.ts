/** From the bytes of a file to events with their places, whatever the file's form. */
import type { Readable } from 'node:stream';
import { Failure, wrongUsage } from '../exit-codes';
import type { Placed } from './batches';
import { csvRows } from './csv';
import { jsonLines } from './json-lines';
import { jsonRow } from './json-row';
import { isMapped, mapping, type MappingOptions } from './mapping';
import type { Tally } from './tally';

export type Form = 'csv' | 'jsonl';

/** By default, from the end of the file's name. */
export function formOf(file: string, chosen: string | undefined): Form {
  if (chosen !== undefined) {
    if (chosen === 'csv' || chosen === 'jsonl') return chosen;
    throw wrongUsage(`--format ${chosen}: it must be csv or jsonl`);
  }
  if (/\.(?:csv|tsv)$/i.test(file)) return 'csv';
  if (/\.(?:jsonl|ndjson)$/i.test(file)) return 'jsonl';
  throw wrongUsage(`the name of ${file === '-' ? 'standard input' : file} does not say what it is: give --format csv or --format jsonl`);
}

/** What cannot be sent at all is booked as rejected in the tally; everything that is read is counted there. */
export async function* eventsIn(
  input: Readable,
  form: Form,
  options: MappingOptions & { readonly separator: string },
  tally: Tally,
): AsyncGenerator<Placed> {
  const mapped = form === 'csv' || isMapped(options) ? mapping(options) : undefined;
  if (form === 'csv' && mapped) {
    for await (const row of csvRows(input, options.separator, mapped.columns)) {
      tally.read += 1;
      yield { line: row.line, event: mapped.event(row) };
    }
    return;
  }
  input.on('error', () => undefined);
  for await (const { line, number, text, problem } of jsonLines(input)) {
    tally.read += 1;
    if (problem !== undefined) tally.reject({ line, reason: 'malformed_json', detail: `${problem}; this line was not sent` });
    else yield { line, event: mapped ? mapped.event(jsonRow(number, text)) : text };
  }
  if (tally.read === 0) throw new Failure('the file holds no events');
}
