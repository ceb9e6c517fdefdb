/** A server that runs as a child of this process: what it says goes into a file, and it does not outlive its parent. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { answered } from './polling';
import { tieToParent } from './child-lifecycle';

const CHARACTERS_SHOWN = 4_000;
const STOPS_WITHIN_MS = 20_000;
const DIES_WITHIN_MS = 10_000;

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

interface ServerCommand {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Its standard output and error, appended. */
  readonly logFile: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly directory?: string;
}

interface ServerEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class ServerProcess {
  private ending: ServerEnd | undefined;

  private constructor(
    readonly name: string,
    readonly logFile: string,
    private readonly child: ChildProcess,
  ) {
    running.add(child);
    child.once('exit', (code, signal) => {
      running.delete(child);
      this.ending = { code, signal };
    });
  }

  /** Resolves when the process runs, which is before it answers. @throws Error when it cannot be started. */
  static async start({ name, program, args, logFile, env = {}, directory }: ServerCommand): Promise<ServerProcess> {
    const log = openSync(logFile, 'a');
    try {
      const tied = tieToParent({ program, args });
      const child = spawn(tied.program, tied.args, { cwd: directory, env: { ...process.env, ...env }, stdio: ['ignore', log, log] });
      await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
      return new ServerProcess(name, logFile, child);
    } finally {
      closeSync(log);
    }
  }

  get pid(): number {
    const { pid } = this.child;
    if (pid === undefined) throw new Error(`${this.name} was never started`);
    return pid;
  }

  get ended(): ServerEnd | undefined {
    return this.ending;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** In order; killed when that takes too long. Does nothing when it has ended. */
  async stop(withinMs = STOPS_WITHIN_MS): Promise<ServerEnd> {
    if (this.ending) return this.ending;
    this.child.kill('SIGCONT');
    this.child.kill('SIGTERM');
    return this.end(withinMs).catch(() => this.kill9());
  }

  async kill9(): Promise<ServerEnd> {
    this.child.kill('SIGKILL');
    return this.end(DIES_WITHIN_MS);
  }

  async end(withinMs: number): Promise<ServerEnd> {
    return answered(`${this.name} to end`, () => this.ending, withinMs);
  }

  /** The end of what it said, for the message of a failure. */
  said(): string {
    return `\n--- the end of ${this.logFile}:\n${readFileSync(this.logFile, 'utf8').slice(-CHARACTERS_SHOWN)}`;
  }
}
