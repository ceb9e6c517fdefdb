/** The whole of Drawdown in one process, on an embedded log. `--validate` checks the configuration and exits. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answerUsage, handlers, type Parts } from '@drawdown/application';
import { Fault } from '@drawdown/ledger';
import { ConfigInvalid, Doors, Health, Lifecycle, openLog, parseConfig } from '@drawdown/platform';
import { composeStandalone } from './compose';
import { StandaloneConfig } from './config';

const DAY_MS = 86_400_000;
const { version } = JSON.parse(readFileSync(join(__dirname, '../../../../package.json'), 'utf8')) as { readonly version: string };

async function main(): Promise<void> {
  const config = parseConfig(StandaloneConfig, process.env);
  if (process.argv.includes('--validate')) return void process.stdout.write('The configuration is valid.\n');

  const log = openLog(config.LOG_LEVEL);
  const health = new Health();
  const standalone = await composeStandalone({
    dataDirectory: config.DATA_DIR,
    dedupeWindowMs: config.DEDUPE_WINDOW_DAYS * DAY_MS,
    webhookAllowedNetworks: config.WEBHOOK_ALLOWED_NETWORKS,
    webhookSchedule: config.WEBHOOK_SCHEDULE,
    failed: (part, err) => log.error({ part, err }, 'failed in the background; it is tried again'),
  });
  const service = { version, startedAt: standalone.parts.clock(), draining: () => health.draining };
  const parts: Parts = { ...standalone.parts, service };
  health.watch('projection', () => ({
    ready: parts.projector.failure === undefined,
    detail: parts.projector.failure === undefined ? 'saved' : 'derived state cannot be saved; it is kept in memory',
  }));
  health.watch('log', () => ({
    ready: standalone.logFailure() === undefined,
    detail: standalone.logFailure() === undefined ? 'embedded' : 'a write or sync failed; the log takes nothing until the service is started again',
  }));
  const doors = await Doors.open({
    handlers: handlers(parts),
    usage: answerUsage(parts),
    http: { host: config.HTTP_HOST, port: config.HTTP_PORT },
    grpc: { host: config.GRPC_HOST, port: config.GRPC_PORT },
    insecure: config.INSECURE,
    reflection: config.GRPC_REFLECTION,
    health,
    log,
  });

  const lifecycle = new Lifecycle({ health, log, drainTimeoutMs: config.DRAIN_TIMEOUT_MS })
    .then('doors', (signal) => doors.close(signal))
    .then('ledger', () => standalone.stop());
  lifecycle.watchSignals();
  // A program that is killed cannot stop what it started; its end of the pipe closes all the same.
  if (config.EXIT_WITH_STDIN) process.stdin.on('close', () => void lifecycle.stop('standard input ended')).resume();
  standalone.ended.catch((err: unknown) => {
    log.fatal({ err }, 'the log can no longer be used; start the service again');
    process.exitCode = 1;
    void lifecycle.stop('log cannot be used');
  });
  health.started();
  const { recovered } = standalone;
  log.info({ http: doors.httpUrl, grpc: doors.grpcAddress, data: config.DATA_DIR, recovered }, 'ready');
  const clean = await lifecycle.untilStopped();
  process.exit(clean ? (process.exitCode ?? 0) : 1);
}

main().catch((error: unknown) => {
  // A wrong configuration or a folder that another process has is told in a sentence, not in a stack.
  const told = error instanceof ConfigInvalid || error instanceof Fault || (error instanceof Error && error.name === 'InsecureListener');
  process.stderr.write(`${told ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
