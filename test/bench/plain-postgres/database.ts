/**
 * Debian's PostgreSQL on a private port of 127.0.0.1, in a folder of its own, with more memory and fewer checkpoints than
 * Debian configures. fsync and synchronous_commit are on. It refuses to run as root, so root runs it as the user postgres.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { freePorts, LOOPBACK } from '../../../infra/local/free-ports';
import { answered } from '../../../infra/local/polling';

const run = promisify(execFile);
const ANSWERS_WITHIN_MS = 20_000;
const USER = 'postgres';
const DEBIAN = '/usr/lib/postgresql';
const SETTINGS: Readonly<Record<string, string>> = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: '1GB',
  max_wal_size: '4GB',
  // Every lookup of a batch has an index. While tables are small, the planner would read them whole for each batch, at twice the cost.
  random_page_cost: '1.1',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
};

function programs(): string {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const found = versions.map((version) => join(DEBIAN, version, 'bin')).find((folder) => existsSync(join(folder, 'initdb')));
  if (found === undefined) throw new Error('PostgreSQL is not installed: apt-get install postgresql');
  return found;
}

const isRoot = process.getuid?.() === 0;
const idOf = (flag: '-u' | '-g'): number => Number(execFileSync('id', [flag, USER], { encoding: 'utf8' }));

/** The same command as a user who is not root. It is killed when this process dies. */
const asUser = (program: string, args: readonly string[]): readonly [string, string[]] =>
  isRoot
    ? ['setpriv', [`--reuid=${USER}`, `--regid=${USER}`, '--init-groups', '--pdeathsig=KILL', program, ...args]]
    : [program, [...args]];

export class PlainPostgres {
  private constructor(
    private readonly child: ChildProcess,
    readonly connectionString: string,
    readonly version: string,
  ) {}

  /** @throws Error when PostgreSQL is not installed, or ends at once. */
  static async start(directory: string): Promise<PlainPostgres> {
    const bin = programs();
    mkdirSync(directory, { recursive: true });
    if (isRoot) chownSync(directory, idOf('-u'), idOf('-g'));
    const made = asUser(join(bin, 'initdb'), ['-D', directory, '-U', USER, '-A', 'trust', '-E', 'UTF8', '--no-locale']);
    await run(...made);
    const [port = 0] = await freePorts(1);
    const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const args = ['-D', directory, '-h', LOOPBACK, '-p', String(port), '-k', directory, ...settings];
    const child = spawn(...asUser(join(bin, 'postgres'), args), { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.resume();
    const connectionString = `postgres://${USER}@${LOOPBACK}:${port}/${USER}`;
    const version = await answered('PostgreSQL to answer', () => versionAt(connectionString), ANSWERS_WITHIN_MS);
    return new PlainPostgres(child, connectionString, version);
  }

  get pid(): number {
    return this.child.pid!;
  }

  async query(text: string): Promise<void> {
    const client = new Client(this.connectionString);
    await client.connect();
    try {
      await client.query(text);
    } finally {
      await client.end();
    }
  }

  /** In order: open connections end, files are written. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGINT');
    await exited;
  }
}

async function versionAt(connectionString: string): Promise<string> {
  const client = new Client(connectionString);
  await client.connect();
  try {
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    return rows[0]?.server_version ?? '';
  } finally {
    await client.end();
  }
}
