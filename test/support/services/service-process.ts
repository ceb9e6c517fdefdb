/** One service as a real process, at addresses that stay its own over restarts. */
import { freePorts } from '../../../infra/local/free-ports';
import { assertBuilt } from './build';
import { Child, type Ended } from './child';
import { until } from '../waiting';

const READY_WITHIN_MS = 120_000;
const READY = '"msg":"ready"';
/** Ports that are free when they are chosen may be taken when they are used. */
const TRIES_MAX = 3;
const TAKEN = 'nothing can listen on';

/** Where it can be reached, as its line "ready" says it: those that the service has. */
interface Addresses {
  readonly http?: string;
  readonly grpc?: string;
  readonly ops?: string;
}

export interface ServiceSetting {
  /** For messages, such as `ledger`. */
  readonly name: string;
  /** The built file that is run. */
  readonly main: string;
  readonly env: Readonly<Record<string, string>>;
  /** What runs `node main.js`, when it is not run directly: it must become that process (`exec`), so that its pid is the service's. */
  readonly by?: (node: string, main: string) => { readonly program: string; readonly args: readonly string[] };
}

/** Starts a service and waits for nothing. */
export function launchService({ name, main, env, by }: ServiceSetting): Child {
  assertBuilt();
  const { program, args } = by ? by(process.execPath, main) : { program: process.execPath, args: [main] };
  return new Child(name, { program, args, env });
}

/** @throws Error with what it said, when it ends before it is ready or is not ready within two minutes. */
export async function ready(child: Child): Promise<Addresses> {
  return until(
    'the service to say that it is ready',
    () => {
      const line = child.stdout.split('\n').find((text) => text.includes(READY));
      if (line !== undefined && line.endsWith('}')) return JSON.parse(line) as Addresses;
      if (child.ended) throw new Error(`the service ended before it was ready${child.said()}`);
      return undefined;
    },
    READY_WITHIN_MS,
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}${child.said()}`);
  });
}

/** The variable of the port of each address. */
const PORTS = { http: 'HTTP_PORT', grpc: 'GRPC_PORT', ops: 'OPS_PORT' } as const;

export class ServiceProcess {
  private constructor(
    private readonly setting: ServiceSetting,
    private child: Child,
    readonly addresses: Addresses,
  ) {}

  static async start(setting: ServiceSetting): Promise<ServiceProcess> {
    for (let tries = 1; ; tries++) {
      // Not any ports (0): nobody else is given these while the service is down.
      const [http, grpc, ops] = await freePorts(3);
      const child = launchService({ ...setting, env: { ...setting.env, HTTP_PORT: `${http}`, GRPC_PORT: `${grpc}`, OPS_PORT: `${ops}` } });
      try {
        return new ServiceProcess(setting, child, await ready(child));
      } catch (error) {
        child.kill('SIGKILL');
        if (tries === TRIES_MAX || !child.stderr.includes(TAKEN)) throw error;
      }
    }
  }

  get name(): string {
    return this.setting.name;
  }

  get pid(): number {
    return this.child.pid;
  }

  get running(): boolean {
    return this.child.ended === undefined;
  }

  /** What the process that runs now has said. */
  get output(): string {
    return this.child.stdout;
  }

  said(): string {
    return this.child.said();
  }

  /** @throws Error with what it said, when it has ended by itself. */
  assertRuns(): void {
    const { ended } = this.child;
    if (ended) throw new Error(`${this.name} ended by itself with ${ended.code ?? ended.signal}${this.child.said()}`);
  }

  async kill9(): Promise<void> {
    this.assertRuns();
    this.child.kill('SIGKILL');
    const { signal } = await this.child.end();
    if (signal !== 'SIGKILL') throw new Error(`${this.name} ended by ${String(signal)}, not by the kill${this.child.said()}`);
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Asks it to drain, and resolves with how it ended. */
  async sigterm(): Promise<Ended> {
    this.child.kill('SIGTERM');
    return this.child.end();
  }

  /** Resolves with how it ended, when it does so by itself. */
  async end(): Promise<Ended> {
    return this.child.end();
  }

  /** Starts it again at the same addresses and resolves when it is ready. */
  async restart(env: Readonly<Record<string, string>> = {}): Promise<void> {
    this.relaunch(env);
    await ready(this.child);
  }

  /** Starts it again and waits for nothing. */
  relaunch(env: Readonly<Record<string, string>> = {}): void {
    if (this.running) throw new Error(`${this.name} runs; stop it first`);
    const ports = Object.entries(PORTS).map(([transport, variable]) => [variable, portOf(this.addresses[transport as keyof Addresses])]);
    this.child = launchService({
      ...this.setting,
      env: { ...this.setting.env, ...env, ...(Object.fromEntries(ports) as Record<string, string>) },
    });
  }

  /** The end of it, whatever state it is in. */
  async stop(): Promise<void> {
    if (this.running) this.child.kill('SIGKILL');
    await this.child.end();
  }
}

const portOf = (address = ':0'): string => address.slice(address.lastIndexOf(':') + 1);
