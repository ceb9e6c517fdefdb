/** The life of a service: read the configuration, wait for servers, be ready, drain, end with an exit code that means something. */
import { Fault } from '@drawdown/engine/event-store';
import { type AppConfig, type ConfigOf, type Groups, parseGroups } from './config/config-groups';
import {
  CannotListen,
  Health,
  InsecureListener,
  Lifecycle,
  type Log,
  Metrics,
  openLog,
  OpsListener,
  type StopStep,
} from '@drawdown/runtime/server';
import { ConfigInvalid } from './config/config';
import { type Explanation, explanationText } from './explanation';
import { processMetrics } from './metrics/process-metrics';
import { unknownVariables } from './unknown-variables';
import { type Awaited, StoppedWaiting, untilAvailable } from './until-available';
import type { OpsVariables } from './variables/ops-variables';
import type { ProcessVariables } from './variables/process-variables';
import { VERSION } from './version';

/** What every app has, whatever else it is configured by. */
export type AppGroups = Groups & { readonly process: new () => ProcessVariables; readonly ops: new () => OpsVariables };

/** What an app is given to start with. */
export interface ServiceRuntime<G extends AppGroups> {
  readonly config: ConfigOf<G>;
  readonly log: Log;
  readonly health: Health;
  readonly metrics: Metrics;
  /** Waits for a server. @throws Fault a person is needed; StoppedWaiting */
  available(server: Awaited): Promise<void>;
  /** Does again what a server that has gone away meanwhile made fail, as `available` asks again. */
  withRetry(work: () => Promise<void>): Promise<void>;
  /** Called with each fault in the background; the work is retried. */
  failed(part: string, fault: unknown): void;
}

export interface Started {
  /** For the line that says that the service is ready. */
  readonly says: Readonly<Record<string, unknown>>;
  /** In the order of the drain. */
  readonly steps: readonly StopStep[];
  /** Rejected when the service cannot go on and has to be started anew. */
  readonly ended: Promise<void>;
}

interface Program<G extends AppGroups> {
  readonly name: string;
  readonly config: AppConfig<G>;
  readonly explain: (config: ConfigOf<G>) => Explanation;
  start(runtime: ServiceRuntime<G>): Promise<Started>;
}

/** A part in /readyz for as long as the log is read and derived state caught up with. */
const BEGINNING = 'beginning';
const LOOK_AT_HEALTH_EVERY_MS = 1_000;

/** Ends the process. `--validate` reads the configuration, says what it means, and starts nothing; `--json` says it as JSON. */
export function serve<G extends AppGroups>(program: Program<G>): void {
  const { argv } = process;
  const life = argv.includes('--validate') ? validate(program, argv.includes('--json')) : live(program);
  life.then(
    (exitCode) => process.exit(exitCode),
    (error: unknown) => {
      process.stderr.write(`${sentenceOf(error)}\n`);
      process.exit(1);
    },
  );
}

/** What a configuration means, with what looks like a slip in the name of a variable. @throws ConfigInvalid */
export function explained<G extends AppGroups>(
  { config, explain }: Pick<Program<G>, 'config' | 'explain'>,
  environment: Readonly<Record<string, string | undefined>>,
): Explanation {
  const { uses, notes } = explain(parseGroups(config, environment));
  return { uses, notes: [...notes, ...unknownVariables(config, environment)] };
}

async function validate<G extends AppGroups>({ name, config, explain }: Program<G>, json: boolean): Promise<number> {
  let text: string;
  let valid = true;
  try {
    const explanation = explained({ config, explain }, process.env);
    text = json
      ? JSON.stringify({ app: name, valid, ...explanation })
      : `${explanationText(name, explanation)}\nThe configuration is valid.`;
  } catch (error) {
    if (!json || !(error instanceof ConfigInvalid)) throw error;
    valid = false;
    text = JSON.stringify({ app: name, valid, problems: error.problems });
  }
  // Written to a pipe, it has to have gone before the process may end.
  await new Promise((resolve) => process.stdout.write(`${text}\n`, resolve));
  return valid ? 0 : 1;
}

async function live<G extends AppGroups>({ name, config: shape, start }: Program<G>): Promise<number> {
  const config = parseGroups(shape, process.env);
  const { DRAIN_TIMEOUT_MS: drainTimeoutMs, EXIT_WITH_STDIN, LOG_LEVEL } = config.process;
  const log = openLog(LOG_LEVEL);
  const health = new Health();
  const metrics = new Metrics((metric, err) => log.error({ metric, err }, 'a figure could not be read'));
  processMetrics(metrics, { service: name, version: VERSION, health });
  const { OPS_HOST: host, OPS_PORT: port } = config.ops;
  const ops = await OpsListener.open({ address: { host, port }, health, metrics, log });
  log.info({ service: name, version: VERSION, ops: ops.url }, 'starting');
  const unknown = unknownVariables(shape, process.env);
  if (unknown.length > 0) log.warn({ variables: unknown }, 'variables are set that are not known');

  const asked = new AbortController();
  const lifecycle = new Lifecycle({ health, log, drainTimeoutMs });
  const available = (server: Awaited): Promise<void> => untilAvailable(server, { log, health, signal: asked.signal });
  const started = start({
    config,
    log,
    health,
    metrics,
    available,
    withRetry: async (work) => {
      await available({ name: BEGINNING, variable: 'EVENTSTORE_URL, REDIS_URL', probe: work });
      health.forget(BEGINNING);
    },
    failed: (part, err) => log.error({ part, err }, 'failed in the background; it is tried again'),
  });
  // A stop that comes while servers are waited for ends the waiting; what has been opened by then stops as it would have.
  lifecycle.then('start', async () => {
    asked.abort();
    const { steps } = await started.catch((error: unknown): Pick<Started, 'steps'> => {
      if (error instanceof StoppedWaiting) return { steps: [] };
      throw error;
    });
    for (const { name, stop } of [...steps, { name: 'ops', stop: () => ops.close() }]) lifecycle.then(name, stop);
  });
  lifecycle.watchSignals();
  // A program that is killed cannot stop what it started; its end of the pipe closes all the same.
  if (EXIT_WITH_STDIN) process.stdin.on('close', () => void lifecycle.stop('standard input ended')).resume();

  try {
    const { says, ended } = await started;
    let failed = false;
    ended.catch((err: unknown) => {
      log.fatal({ err }, 'the log can no longer be used; start the service again');
      failed = true;
      void lifecycle.stop('log cannot be used');
    });
    health.started();
    log.info({ ...says, ops: ops.url }, 'ready');
    logHealthChanges(health, log);
    const clean = await lifecycle.untilStopped();
    return clean && !failed ? 0 : 1;
  } catch (error) {
    if (!(error instanceof StoppedWaiting)) throw error;
    return (await lifecycle.untilStopped()) ? 0 : 1;
  }
}

/** Parts are asked, and do not tell: grpc.health.v1 and the log hear of what changes from here. */
function logHealthChanges(health: Health, log: Log): void {
  let before = missing(health);
  setInterval(() => {
    const now = missing(health);
    if (now === before) return;
    before = now;
    health.changed();
    log[now === '' ? 'info' : 'warn'](
      { ready: health.ready, parts: health.report().filter(({ ready }) => !ready) },
      'readiness has changed',
    );
  }, LOOK_AT_HEALTH_EVERY_MS).unref();
}

const missing = (health: Health): string =>
  health
    .report()
    .filter(({ ready }) => !ready)
    .map(({ name }) => name)
    .join();

/** What a person has to fix is logged as a sentence, a defect with its stack. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const logger = [ConfigInvalid, Fault, InsecureListener, CannotListen].some((kind) => error instanceof kind);
  return logger ? error.message : (error.stack ?? error.message);
}
