/** A process that a test started: what it said, how it ended, and that it never outlives the test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { until } from '../waiting';

/** Kept of what the process said, newest last. */
const CHARACTERS_KEPT = 4_000_000;
const CHARACTERS_SHOWN = 4_000;
const END_WITHIN_MS = 60_000;

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** On top of the environment of the tests. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

export class Child {
  stdout = '';
  stderr = '';
  private ending: Ended | undefined;
  private readonly process: ChildProcess;

  constructor(
    private readonly name: string,
    { program, args, env = {}, input }: Command,
  ) {
    this.process = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
    running.add(this.process);
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout = (this.stdout + text).slice(-CHARACTERS_KEPT)));
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr = (this.stderr + text).slice(-CHARACTERS_KEPT)));
    this.process.once('error', (error) => (this.stderr += String(error)));
    // Not "exit": by then not all that it said has been read.
    this.process.once('close', (code, signal) => {
      running.delete(this.process);
      this.ending = { code, signal };
    });
    this.process.stdin?.on('error', () => undefined).end(input);
  }

  get pid(): number {
    const { pid } = this.process;
    if (pid === undefined) throw new Error(`${this.name} could not be started: ${this.stderr}`);
    return pid;
  }

  get ended(): Ended | undefined {
    return this.ending;
  }

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  async end(withinMs = END_WITHIN_MS): Promise<Ended> {
    return until(`${this.name} to end${this.said()}`, () => this.ending, withinMs);
  }

  /** The end of what it said, for the message of a failure. */
  said(): string {
    return `\n--- ${this.name}, standard output:\n${this.stdout.slice(-CHARACTERS_SHOWN)}\n--- standard error:\n${this.stderr.slice(-CHARACTERS_SHOWN)}`;
  }
}
