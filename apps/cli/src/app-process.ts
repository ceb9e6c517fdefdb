/** A service as a process of its own, as `npm start` runs the standalone one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './exit-codes';

export const APPS = ['standalone', 'ingestion', 'ledger', 'webhooks'] as const;
export type App = (typeof APPS)[number];

interface Start {
  readonly args?: readonly string[];
  /** On top of the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** A file for its output; it then ends with this process, however this one ends. Absent: it has the streams of this process. */
  readonly output?: number;
}

/** As `npm start` does: what one round of usage makes has gone before it would be copied. */
const YOUNG_GENERATION = '--max-semi-space-size=64';

/** @throws Failure when the program has not been built. */
export function startApp(app: App, { args = [], env = {}, output }: Start): ChildProcess {
  const main = join(__dirname, '../..', app, 'src/main.js');
  if (!existsSync(main)) throw new Failure(`${main} is not there: build the program with "npm run build"`);
  const tied = output !== undefined;
  return spawn(process.execPath, [YOUNG_GENERATION, main, ...args], {
    env: { ...process.env, ...env, ...(tied && { EXIT_WITH_STDIN: 'true' }) },
    stdio: tied ? ['pipe', output, output] : 'inherit',
  });
}

/** The exit code of a process; 1 when a signal ended it. */
export const ended = (child: ChildProcess): Promise<number> =>
  new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
