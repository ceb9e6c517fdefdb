/** The wire double of EventStoreDB in a process of its own. It is no EventStoreDB. */
import { join } from 'node:path';
import { ROOT } from '../services/build';
import { Child } from '../services/child';
import { until } from '../waiting';

const DOUBLE_MAIN = join(ROOT, 'dist/test/stack/eventstoredb-double/main.js');
const LISTENS = /listening on (\d+)/;

export interface RunningDouble {
  readonly child: Child;
  readonly port: number;
  /** Of what `EVENTSTORE_URL` takes. */
  readonly url: string;
}

/** @param env its switches, such as READ_ONLY, and PORT: by default a free one */
export async function startDouble(env: Readonly<Record<string, string>> = {}): Promise<RunningDouble> {
  const child = new Child('the EventStoreDB double', { program: process.execPath, args: [DOUBLE_MAIN], env: { PORT: '0', ...env } });
  const port = await until('the EventStoreDB double to listen', () => {
    if (child.ended) throw new Error(`it ended${child.said()}`);
    return Number(LISTENS.exec(child.stdout)?.[1]) || undefined;
  });
  return { child, port, url: `esdb://127.0.0.1:${port}?tls=false` };
}
