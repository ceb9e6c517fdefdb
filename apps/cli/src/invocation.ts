/** One run of one command: where its answers go and how it reaches the service. */
import type { Message } from '@drawdown/api/contract';
import type { Command } from 'commander';
import { EXIT, type ExitCode, failureOf, wrongUsage } from './exit-codes';
import { type Colors, colorsFor, type Io } from './io';
import { refuseEmpty } from './option-values';
import { Service } from './service/service';

export const URL_DEFAULT = 'http://127.0.0.1:8080';
const KEY = /^[\x21-\x7e]{1,128}$/;

interface GlobalOptions {
  readonly url?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly idempotencyKey?: string;
  /** Seconds. */
  readonly timeout?: number;
}

export class Invocation {
  readonly json: boolean;
  readonly colors: Colors;
  /** What the process ends with when nothing is thrown. */
  exitCode: ExitCode = EXIT.ok;
  private connected: Service | undefined;

  constructor(
    readonly io: Io,
    private readonly options: GlobalOptions,
  ) {
    this.json = options.json === true;
    this.colors = colorsFor(io.stdout, io.env);
    const { idempotencyKey } = options;
    if (idempotencyKey !== undefined && !KEY.test(idempotencyKey))
      throw wrongUsage('--idempotency-key must be 1 to 128 printable ASCII characters without spaces');
  }

  get service(): Service {
    const { idempotencyKey, timeout, verbose } = this.options;
    return (this.connected ??= new Service(this.url, {
      ...(idempotencyKey !== undefined && { key: idempotencyKey }),
      ...(timeout !== undefined && { timeoutMs: timeout * 1_000 }),
      ...(verbose && { logRequest: (line: string) => this.note(line) }),
      replayed: (key) => this.note(`This was done before under the key ${key}: the first answer is shown.`),
      signal: this.io.interrupted,
    }));
  }

  get url(): string {
    return this.options.url ?? (this.io.env['DRAWDOWN_URL'] || URL_DEFAULT);
  }

  /** The answer of the command: one JSON object on one line, or text for people. */
  answer(message: Message, show: (message: Message) => string): void {
    this.print(this.json ? JSON.stringify(message) : show(message));
  }

  print(line: string): void {
    this.io.stdout.write(`${line}\n`);
  }

  /** On standard error, so that what a pipe carries stays clean. */
  note(line: string): void {
    this.io.stderr.write(`${line}\n`);
  }

  async end(): Promise<void> {
    await this.connected?.close();
  }
}

type Work<Options> = (call: Invocation, values: readonly string[], options: Options) => Promise<void>;

/** What a test reads the exit code from. */
export interface Outcome {
  exitCode: ExitCode;
}

/**
 * Makes the actions of commands. Options are typed as the command declares them: commander parses them and cannot know.
 */
export class Runner {
  constructor(
    readonly io: Io,
    private readonly outcome: Outcome,
  ) {}

  run<Options = object>(work: Work<Options & GlobalOptions>): (...args: readonly unknown[]) => Promise<void> {
    return async (...args) => {
      const command = args.at(-1) as Command;
      const options = command.optsWithGlobals<Options & GlobalOptions>();
      // A missing optional argument reads as the empty text.
      const values = args.slice(0, -2).map((value) => (typeof value === 'string' ? value : ''));
      let call: Invocation | undefined;
      try {
        refuseEmpty(command);
        call = new Invocation(this.io, options);
        await work(call, values, options);
        this.outcome.exitCode = call.exitCode;
      } catch (fault) {
        const failure = failureOf(fault);
        if (!failure) throw fault;
        this.outcome.exitCode = failure.exitCode;
        this.io.stderr.write(options.json ? `${JSON.stringify(failure.json)}\n` : `${failure.message}\n`);
      } finally {
        await call?.end();
      }
    };
  }
}
