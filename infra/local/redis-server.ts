/** A private Redis for tests and tinkering: the real redis-server, on a port of 127.0.0.1, in a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePorts } from './free-ports';
import { tieToParent } from './child-lifecycle';

const ANSWERS_WITHIN_MS = 20_000;
const ASKED_EVERY_MS = 20;
/** A SIGTERM writes the files out first; after this it is killed. */
const STOPS_WITHIN_MS = 10_000;
const READY = 'Ready to accept connections';
const CHARACTERS_KEPT = 20_000;
/** Between asking for a free port and using it another process may take it. */
const STARTS_MAX = 3;

interface RedisServerOptions {
  /** Where its files are; made where it is missing, and kept by `stop`. */
  readonly directory: string;
  /** Default: a free one, kept over restarts. */
  readonly port?: number;
  readonly password?: string;
  /** More of its configuration, such as `['--maxmemory', '50mb']`. */
  readonly args?: readonly string[];
  readonly program?: string;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export class RedisServer {
  private child: ChildProcess | undefined;
  private output = '';

  private constructor(
    private readonly options: RedisServerOptions,
    readonly port: number,
  ) {}

  /** Resolves when it answers. @throws Error when redis-server is not installed or ends at once, with what it said. */
  static async start(options: RedisServerOptions): Promise<RedisServer> {
    for (let starts = 1; ; starts++) {
      const [free = 0] = options.port === undefined ? await freePorts(1) : [];
      const server = new RedisServer(options, options.port ?? free);
      try {
        await server.run();
        return server;
      } catch (error) {
        if (options.port !== undefined || starts === STARTS_MAX || !String(error).includes('Address already in use')) throw error;
      }
    }
  }

  /** Of what `REDIS_URL` takes. */
  get url(): string {
    const { password } = this.options;
    return `redis://${password === undefined ? '' : `:${encodeURIComponent(password)}@`}127.0.0.1:${this.port}`;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** In order, with its files written. Does nothing when it does not run. */
  async stop(): Promise<void> {
    const { child } = this;
    if (!child) return;
    child.kill('SIGCONT');
    child.kill('SIGTERM');
    const hard = setTimeout(() => child.kill('SIGKILL'), STOPS_WITHIN_MS);
    await this.ended();
    clearTimeout(hard);
  }

  async kill(): Promise<void> {
    this.child?.kill('SIGKILL');
    await this.ended();
  }

  /** Hangs: connections stay, answers do not come. */
  pause(): void {
    this.child?.kill('SIGSTOP');
  }

  resume(): void {
    this.child?.kill('SIGCONT');
  }

  /** On the files as they are, on the same port. Kills it first where it runs. */
  async restart(): Promise<void> {
    await this.kill();
    await this.run();
  }

  /** The same without its files: it knows nothing any more. */
  async restartEmpty(): Promise<void> {
    await this.kill();
    rmSync(this.options.directory, { recursive: true, force: true });
    await this.run();
  }

  private async run(): Promise<void> {
    const { directory, password, program = 'redis-server', args = [] } = this.options;
    mkdirSync(directory, { recursive: true });
    this.output = '';
    const tied = tieToParent({
      program,
      // prettier-ignore
      args: ['--bind', '127.0.0.1', '--port', `${this.port}`, '--dir', directory, '--appendonly', 'yes', '--appendfsync', 'everysec', '--save', '',
        '--logfile', '', '--pidfile', join(directory, 'redis.pid'), ...(password === undefined ? [] : ['--requirepass', password]), ...args],
    });
    const child = spawn(tied.program, tied.args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    running.add(child);
    let failure: Error | undefined;
    child.once('error', (error: NodeJS.ErrnoException) => {
      running.delete(child);
      failure = error.code === 'ENOENT' ? new Error(`${program} is not installed: apt-get install redis-server`) : error;
    });
    child.once('exit', (code, signal) => {
      running.delete(child);
      if (this.child === child) this.child = undefined;
      failure ??= new Error(`redis-server ended with ${code ?? signal} before it answered:\n${this.output}`);
    });
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (this.output = (this.output + text).slice(-CHARACTERS_KEPT)));
    const deadline = Date.now() + ANSWERS_WITHIN_MS;
    // Its own word first: on a port that was taken meanwhile, another would answer.
    while (!this.output.includes(READY) || !(await answers(this.port))) {
      if (failure) throw failure;
      if (Date.now() > deadline) {
        child.kill('SIGKILL');
        throw new Error(`redis-server did not answer within ${ANSWERS_WITHIN_MS} ms:\n${this.output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, ASKED_EVERY_MS));
    }
    if (failure) throw failure;
  }

  private async ended(): Promise<void> {
    const { child } = this;
    if (child && child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once('exit', resolve));
  }
}

/** Has it read its files, and does it answer? That it asks for a password is an answer too. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const done = (answer: boolean) => {
      resolve(answer);
      socket.destroy();
    };
    socket.setTimeout(1_000, () => done(false));
    socket.once('error', () => done(false)).once('close', () => done(false));
    socket.once('data', (bytes) => done(/^(?:\+PONG|-NOAUTH)/.test(bytes.toString())));
  });
}
