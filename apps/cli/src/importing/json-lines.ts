/** JSON lines: one JSON object per line, passed on as the very text it came as. */
import { jsonProblemText } from './json-line-problem';
import { Failure } from '../exit-codes';

/** Characters. Longer than any usage event may be, so that a line that is only too long is rejected by the service, by name. */
export const LINE_LENGTH_MAX = 1024 * 1024;

interface JsonLine {
  /** From 1, empty lines included. */
  readonly line: number;
  /** From 0; empty lines are not counted. */
  readonly number: number;
  readonly text: string;
  /** Why it is not a JSON object. */
  readonly problem?: string;
}

export async function* jsonLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<JsonLine> {
  let line = 0;
  let number = 0;
  for await (const raw of linesOf(input)) {
    line += 1;
    const text = raw.trim();
    if (text === '') continue;
    const problem = jsonProblemText(text);
    yield { line, number, text, ...(problem !== undefined && { problem }) };
    number += 1;
  }
}

async function* linesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  // The decoder takes the byte order mark away.
  const decoder = new TextDecoder();
  let rest = '';
  let line = 0;
  for await (const chunk of input) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) yield text;
    line += lines.length;
    if (rest.length > LINE_LENGTH_MAX)
      throw new Failure(`line ${line + 1} is longer than ${LINE_LENGTH_MAX} characters: is the file JSON lines, one object per line?`);
  }
  yield rest + decoder.decode();
}
