/** The standalone service as a real process, with a data folder of its own. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SERVICE_MAIN } from './build';
import type { Child, Ended } from './child';
import { imported } from './cli';
import type { Deployment, UsageOutcomes } from './deployment';
import { GrpcClient } from '../clients/grpc-client';
import { HttpClient } from '../clients/http-client';
import { launchService, ServiceProcess, type ServiceSetting } from './service-process';
import { sendBatch } from '../clients/usage';

interface StandaloneSetting extends Pick<ServiceSetting, 'by'> {
  readonly env?: Readonly<Record<string, string>>;
}

/** Receivers of webhooks are on this machine; a retry that waits for minutes would make tests wait for minutes. */
export const WEBHOOKS_HERE = { WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8', WEBHOOK_SCHEDULE: '1s 1s 1s 2s 2s 5s 5s 5s 5s' };

const settingOf = (dataDirectory: string, { env = {}, by }: StandaloneSetting): ServiceSetting => ({
  name: 'the service',
  main: SERVICE_MAIN,
  env: { LOG_LEVEL: 'info', ...WEBHOOKS_HERE, ...env, DATA_DIR: dataDirectory },
  ...(by && { by }),
});

/** Starts the service and does not wait for anything. */
export function launch(dataDirectory: string, setting: StandaloneSetting = {}): Child {
  const { env, ...rest } = settingOf(dataDirectory, setting);
  return launchService({ ...rest, env: { ...env, HTTP_PORT: '0', GRPC_PORT: '0', OPS_PORT: '0' } });
}

/** Folders of the data directory that are made from the log. */
const DERIVED = ['balances', 'stream-index'] as const;

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'drawdown-test-'));

export class Standalone implements Deployment {
  readonly name = 'standalone';

  private constructor(
    readonly dataDirectory: string,
    private readonly service: ServiceProcess,
    readonly http: HttpClient,
    readonly grpc: GrpcClient,
  ) {}

  static async start(setting: StandaloneSetting = {}): Promise<Standalone> {
    const dataDirectory = temporaryFolder();
    try {
      const service = await ServiceProcess.start(settingOf(dataDirectory, setting));
      const { http = '', grpc = '' } = service.addresses;
      return new Standalone(dataDirectory, service, new HttpClient(http), new GrpcClient(grpc));
    } catch (error) {
      rmSync(dataDirectory, { recursive: true, force: true });
      throw error;
    }
  }

  get url(): string {
    return this.http.url;
  }

  /** Base URL of /metrics, /livez and /readyz. */
  get opsUrl(): string {
    return this.service.addresses.ops ?? '';
  }

  get grpcAddress(): string {
    return this.grpc.address;
  }

  get pid(): number {
    return this.service.pid;
  }

  get running(): boolean {
    return this.service.running;
  }

  /** What the process that runs now has said. */
  get output(): string {
    return this.service.output;
  }

  async use(events: readonly object[]): Promise<UsageOutcomes> {
    const { applied, duplicate, rejected } = await sendBatch(this.http, events);
    return { applied, duplicate, rejected };
  }

  async importUsage(file: string, mapping: readonly string[]): Promise<UsageOutcomes> {
    const { applied, duplicates: duplicate, rejected } = await imported(this.url, file, mapping);
    return { applied, duplicate, rejected };
  }

  /** Usage has its outcome when it is answered. */
  async settled(): Promise<void> {}

  said(): string {
    return this.service.said();
  }

  assertRuns(): void {
    this.service.assertRuns();
  }

  kill9(): Promise<void> {
    return this.service.kill9();
  }

  sigterm(): Promise<Ended> {
    return this.service.sigterm();
  }

  end(): Promise<Ended> {
    return this.service.end();
  }

  /** Starts it again on the same folder and at the same addresses. */
  restart(env: Readonly<Record<string, string>> = {}): Promise<void> {
    return this.service.restart(env);
  }

  async killAndRestart(): Promise<void> {
    await this.kill9();
    await this.restart();
  }

  /** @throws Error when the data folder holds something else than the log and what is made from it. */
  async loseDerivedState(): Promise<void> {
    const { code } = await this.sigterm();
    const derived = readdirSync(this.dataDirectory)
      .filter((name) => name !== 'log')
      .toSorted();
    if (code !== 0 || derived.join() !== DERIVED.join()) throw new Error(`ended with ${code} and left ${derived.join()} beside the log`);
    for (const folder of DERIVED) rmSync(join(this.dataDirectory, folder), { recursive: true });
    await this.restart();
  }

  async stop(): Promise<void> {
    await this.http.close();
    this.grpc.close();
    await this.service.stop();
    rmSync(this.dataDirectory, { recursive: true, force: true });
  }
}
