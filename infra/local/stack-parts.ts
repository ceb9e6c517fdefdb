/** The parts of the local stack: the servers, each our own or the one that a variable points to, and the three services. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { LOOPBACK, preferredPorts } from './free-ports';
import { KafkaBroker } from './kafka-broker';
import { ROOT } from './folders';
import { answered, GivenUp } from './polling';
import { identityOf } from './process-identity';
import { RedisServer } from './redis-server';
import { ServerProcess } from './server-process';
import { type PartKind, type PartState, STACK_FOLDER } from './stack-state';

const READY_WITHIN_MS = 90_000;
/** A service drains first, so it may take longer than its DRAIN_TIMEOUT_MS. */
const SERVICE_STOPS_WITHIN_MS = 40_000;
const DOUBLE_MAIN = 'dist/test/stack/eventstoredb-double/main.js';

export interface StackPorts {
  readonly kafka: { readonly broker: number; readonly controller: number };
  readonly redis: number;
  readonly eventStoreDb: number;
  readonly services: Readonly<Record<ServiceName, ServicePorts>>;
}

type ServiceName = 'ingestion' | 'ledger' | 'webhooks';

interface ServicePorts {
  readonly ops: number;
  readonly transports?: { readonly http: number; readonly grpc: number };
}

/** Those that the servers and services have by default, as far as they are free. */
export async function stackPorts(): Promise<StackPorts> {
  const preferred = [9092, 9093, 6379, 2113, 9465, 9466, 8080, 50051, 9467];
  const [broker = 0, controller = 0, redis = 0, eventStoreDb = 0, ingestion = 0, ledger = 0, http = 0, grpc = 0, webhooks = 0] =
    await preferredPorts(preferred);
  return {
    kafka: { broker, controller },
    redis,
    eventStoreDb,
    services: { ingestion: { ops: ingestion }, ledger: { ops: ledger, transports: { http, grpc } }, webhooks: { ops: webhooks } },
  };
}

export interface Part {
  /** Asked when it is shown: a part that was started again is another process. */
  state(): PartState;
  /** Once it has ended: at the same addresses, with the same settings and on its data. Absent where that cannot be. */
  startAgain?(): Promise<void>;
  /** Resolves when it does its work: one that never ended may have to find the others again. */
  ready(): Promise<void>;
  stop(): Promise<void>;
}

type Variables = Readonly<Record<string, string>>;

/** Where a server is, for those who use it, and the part that it is. */
export interface Server {
  readonly part: Part;
  readonly variables: Variables;
}

export async function kafka(environment: NodeJS.ProcessEnv, ports: StackPorts): Promise<Server> {
  const other = elsewhere('Kafka', 'KAFKA_BROKERS', environment);
  if (other) return other;
  const directory = join(STACK_FOLDER, 'kafka');
  const server = await KafkaBroker.start({ directory, ports: ports.kafka });
  const variables = { KAFKA_BROKERS: server.brokers };
  return {
    variables,
    part: {
      state: () => stateOf('Kafka', 'real server', variables, server.pid, join(directory, 'kafka.log')),
      startAgain: () => server.restart(),
      ready: atOnce,
      stop: () => server.stop(),
    },
  };
}

export async function redis(environment: NodeJS.ProcessEnv, ports: StackPorts): Promise<Server> {
  const other = elsewhere('Redis', 'REDIS_URL', environment);
  if (other) return other;
  const server = await RedisServer.start({ directory: join(STACK_FOLDER, 'redis'), port: ports.redis });
  const variables = { REDIS_URL: server.url };
  return {
    variables,
    part: {
      state: () => stateOf('Redis', 'real server', variables, server.pid),
      startAgain: () => server.restart(),
      ready: atOnce,
      stop: () => server.stop(),
    },
  };
}

export async function eventStoreDb(environment: NodeJS.ProcessEnv, ports: StackPorts): Promise<Server> {
  const other = elsewhere('EventStoreDB', 'EVENTSTORE_URL', environment);
  if (other) return other;
  const port = ports.eventStoreDb;
  const logFile = logOf('eventstoredb-double');
  const server = await ServerProcess.start({
    name: 'the EventStoreDB double',
    program: process.execPath,
    args: [built(DOUBLE_MAIN)],
    env: { HOST: LOOPBACK, PORT: String(port) },
    logFile,
  });
  await runningUntil(server, () => server.said().includes(`listening on ${port}`));
  const variables = { EVENTSTORE_URL: `esdb://${LOOPBACK}:${port}?tls=false` };
  return {
    variables,
    part: {
      // Not to be started again: what it held is lost, and the others know more than it would.
      state: () => stateOf('EventStoreDB', 'DOUBLE', variables, server.ended ? undefined : server.pid, logFile),
      ready: atOnce,
      stop: async () => void (await server.stop()),
    },
  };
}

/** Resolves when it says that it is ready. @throws Error with the end of its log when it ends before. */
export async function service(name: ServiceName, servers: Variables, ports: StackPorts): Promise<Part> {
  const { ops, transports }: ServicePorts = ports.services[name];
  const logFile = logOf(name);
  const base = `http://${LOOPBACK}:${ops}`;
  const ready = async (process: ServerProcess): Promise<void> => runningUntil(process, async () => (await fetch(`${base}/readyz`)).ok);
  const begun = async (): Promise<ServerProcess> => {
    const begins = await ServerProcess.start({
      name,
      program: process.execPath,
      args: [built(`dist/apps/${name}/src/main.js`)],
      env: {
        // Receivers of webhooks are on this machine, as everything here is.
        WEBHOOK_ALLOWED_NETWORKS: '127.0.0.0/8,::1/128',
        ...definedOnly(process.env),
        ...servers,
        OPS_HOST: LOOPBACK,
        OPS_PORT: String(ops),
        ...(transports
          ? { HTTP_HOST: LOOPBACK, HTTP_PORT: String(transports.http), GRPC_HOST: LOOPBACK, GRPC_PORT: String(transports.grpc) }
          : {}),
      },
      logFile,
      directory: STACK_FOLDER,
    });
    await ready(begins).catch(async (error: unknown) => {
      await begins.kill9();
      throw error;
    });
    return begins;
  };
  let server = await begun();
  const addresses = {
    ...(transports ? { HTTP: `http://${LOOPBACK}:${transports.http}`, gRPC: `${LOOPBACK}:${transports.grpc}` } : {}),
    metrics: `${base}/metrics`,
  };
  return {
    state: () => stateOf(name, 'service', addresses, server.ended ? undefined : server.pid, logFile),
    startAgain: async () => void (server = await begun()),
    ready: async () => ready(server),
    stop: async () => void (await server.stop(SERVICE_STOPS_WITHIN_MS)),
  };
}

const atOnce = (): Promise<void> => Promise.resolve();

function elsewhere(name: string, variable: string, environment: NodeJS.ProcessEnv): Server | undefined {
  const value = environment[variable];
  if (value === undefined || value === '') return undefined;
  const shown = value.replace(/\/\/[^@/]*@/, '//***@');
  return {
    variables: { [variable]: value },
    part: { state: () => ({ name, kind: 'elsewhere', addresses: { [variable]: shown } }), ready: atOnce, stop: atOnce },
  };
}

function stateOf(name: string, kind: PartKind, addresses: Variables, pid: number | undefined, logFile?: string): PartState {
  const process = pid === undefined ? undefined : identityOf(pid);
  return { name, kind, addresses, ...(process ? { process } : {}), ...(logFile === undefined ? {} : { logFile }) };
}

/** @throws Error with what it said last, when it ends or takes too long. */
async function runningUntil(server: ServerProcess, ready: () => boolean | Promise<boolean>): Promise<void> {
  await answered(
    `${server.name} to be ready`,
    async () => {
      if (server.ended)
        throw new GivenUp(`${server.name} ended with ${server.ended.code ?? server.ended.signal} before it was ready${server.said()}`);
      return ready();
    },
    READY_WITHIN_MS,
  ).catch((error: unknown) => {
    throw error instanceof GivenUp ? error : new Error(`${String(error)}${server.said()}`);
  });
}

function logOf(name: string): string {
  const folder = join(STACK_FOLDER, 'logs');
  mkdirSync(folder, { recursive: true });
  return join(folder, `${name}.log`);
}

function built(path: string): string {
  const file = join(ROOT, path);
  if (!existsSync(file)) throw new Error(`${file} is missing: run "npm run build" first`);
  return file;
}

const definedOnly = (environment: NodeJS.ProcessEnv): Variables =>
  Object.fromEntries(Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
