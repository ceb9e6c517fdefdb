/** Compares what an aggregate stores with its golden file: stored names and canonical data, which are forever. */
import { deepStrictEqual } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEvent, type StoredEvents, storedTypeOf, writeEvent } from '@drawdown/domain/decider';
import type { BalanceEvent } from '../events';
import { EXAMPLES } from './examples.fixtures';

const FOR_EVER =
  'What is stored is forever: streams that hold this text have to be read by every later version. Give the type or field its ' +
  'old name back; a new field must be optional (`maybe`), and then its golden line is extended by hand.';

/** `<stored type>.json` in `folder` holds one line: the canonical data of the event's example. */
export function checkGolden(aggregate: StoredEvents<BalanceEvent>, folder: string): void {
  const stored = Object.values(EXAMPLES).map((event) => [`${storedTypeOf(aggregate, event)}.json`, event] as const);
  const files = [...readdirSync(folder)].sort();
  deepStrictEqual(stored.map(([file]) => file).sort(), files, `the stored types are not the golden ones of ${folder}. ${FOR_EVER}`);
  for (const [file, event] of stored) {
    const golden = readFileSync(join(folder, file), 'utf8').trimEnd();
    const written = writeEvent(aggregate, event);
    if (written !== golden) throw new Error(`${file} says\n${golden}\nand it is written as\n${written}\n${FOR_EVER}`);
    deepStrictEqual(readEvent(aggregate, file.replace(/\.json$/, ''), golden), event, `${file} is read as another event. ${FOR_EVER}`);
  }
}
