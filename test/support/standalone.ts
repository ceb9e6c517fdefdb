/** The standalone service as a real process, with a data folder of its own and ports that stay its own over restarts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertBuilt, SERVICE_MAIN } from './build';
import { Child, type Ended } from './child';
import { GrpcClient } from './grpc-client';
import { HttpClient } from './http-client';
import { until } from './waiting';

const READY_WITHIN_MS = 60_000;
const READY = '"msg":"ready"';

export interface StandaloneSetting {
  readonly env?: Readonly<Record<string, string>>;
  /** What runs `node main.js`, when it is not run directly: it must become that process (`exec`), so that its pid is the service's. */
  readonly by?: (node: string, main: string) => { readonly program: string; readonly args: readonly string[] };
}

interface Doors {
  readonly http: string;
  readonly grpc: string;
}

const node = process.execPath;
/** Receivers of webhooks are on this machine; a retry that waits for minutes would make tests wait for minutes. */
const ENVIRONMENT = { LOG_LEVEL: 'info', WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8', WEBHOOK_SCHEDULE: '1s 1s 1s 2s 2s 5s 5s 5s 5s' };

/** Starts the service and does not wait for anything. */
export function launch(dataDirectory: string, { env = {}, by }: StandaloneSetting = {}, ports: { readonly http: string; readonly grpc: string } = { http: '0', grpc: '0' }): Child {
  assertBuilt();
  const { program, args } = by ? by(node, SERVICE_MAIN) : { program: node, args: [SERVICE_MAIN] };
  return new Child('the service', {
    program,
    args,
    env: { ...ENVIRONMENT, ...env, DATA_DIR: dataDirectory, HTTP_PORT: ports.http, GRPC_PORT: ports.grpc },
  });
}

export async function ready(child: Child): Promise<Doors> {
  return until('the service to say that it is ready', () => {
    const line = child.stdout.split('\n').find((text) => text.includes(READY));
    if (line !== undefined && line.endsWith('}')) return JSON.parse(line) as Doors;
    if (child.ended) throw new Error(`the service ended before it was ready${child.said()}`);
    return undefined;
  }, READY_WITHIN_MS).catch((error: unknown) => {
    throw new Error(`${String(error)}${child.said()}`);
  });
}

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'drawdown-test-'));

export class Standalone {
  private constructor(
    readonly dataDirectory: string,
    private readonly setting: StandaloneSetting,
    private child: Child,
    private readonly doors: Doors,
    readonly http: HttpClient,
    readonly grpc: GrpcClient,
  ) {}

  static async start(setting: StandaloneSetting = {}): Promise<Standalone> {
    const dataDirectory = temporaryFolder();
    const child = launch(dataDirectory, setting);
    try {
      const doors = await ready(child);
      return new Standalone(dataDirectory, setting, child, doors, new HttpClient(doors.http), new GrpcClient(doors.grpc));
    } catch (error) {
      child.kill('SIGKILL');
      rmSync(dataDirectory, { recursive: true, force: true });
      throw error;
    }
  }

  get url(): string {
    return this.doors.http;
  }

  get grpcAddress(): string {
    return this.doors.grpc;
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
    if (ended) throw new Error(`the service ended by itself with ${ended.code ?? ended.signal}${this.child.said()}`);
  }

  async kill9(): Promise<void> {
    this.assertRuns();
    this.child.kill('SIGKILL');
    const { signal } = await this.child.end();
    if (signal !== 'SIGKILL') throw new Error(`the service ended by ${String(signal)}, not by the kill${this.child.said()}`);
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

  /** Starts it again on the same folder and the same ports. */
  async restart(env: Readonly<Record<string, string>> = {}): Promise<void> {
    if (this.running) throw new Error('the service runs; stop it first');
    const ports = { http: portOf(this.doors.http), grpc: portOf(this.doors.grpc) };
    this.child = launch(this.dataDirectory, { ...this.setting, env: { ...this.setting.env, ...env } }, ports);
    await ready(this.child);
  }

  /** The end of it, whatever state it is in. */
  async stop(): Promise<void> {
    await this.http.close();
    this.grpc.close();
    if (this.running) this.child.kill('SIGKILL');
    await this.child.end();
    rmSync(this.dataDirectory, { recursive: true, force: true });
  }
}

const portOf = (address: string): string => address.slice(address.lastIndexOf(':') + 1);
