/** The whole of Drawdown in one process. `--validate` says what the configuration means, and exits. */
import { answerUsage, handlers, type Parts } from '@drawdown/application';
import { Doors } from '@drawdown/platform';
import { DAY_MS, ProjectionLag, serve, VERSION, webhookMetrics } from '@drawdown/service';
import { composeStandalone } from './compose';
import { config, explain, SERVICE } from './config';

serve({
  name: SERVICE,
  config,
  explain,
  async start({ config, log, health, metrics, failed }) {
    const standalone = await composeStandalone({
      dataDirectory: config.data.DATA_DIR,
      dedupeWindowMs: config.ledger.DEDUPE_WINDOW_DAYS * DAY_MS,
      webhookAllowedNetworks: config.webhooks.WEBHOOK_ALLOWED_NETWORKS,
      webhookSchedule: config.webhooks.WEBHOOK_SCHEDULE,
      failed,
    });
    const { clock } = standalone.parts;
    const service = { version: VERSION, startedAt: clock(), draining: () => health.draining };
    const parts: Parts = { ...standalone.parts, service };
    const { projector } = parts;
    health.watch('log', standalone.log.health);
    health.watch('projection', () => ({
      ready: projector.failure === undefined,
      detail: projector.failure === undefined ? 'saved' : 'derived state cannot be saved; it is kept in memory',
    }));
    webhookMetrics(metrics, standalone.webhooks);
    const lag = new ProjectionLag(parts.log, () => projector.position).show(metrics).start();
    const { HTTP_HOST, HTTP_PORT, GRPC_HOST, GRPC_PORT, INSECURE: insecure, GRPC_REFLECTION: reflection } = config.doors;
    const doors = await Doors.open({
      handlers: handlers(parts),
      usage: answerUsage(parts),
      http: { host: HTTP_HOST, port: HTTP_PORT },
      grpc: { host: GRPC_HOST, port: GRPC_PORT },
      insecure,
      reflection,
      health,
      log,
    });
    return {
      says: { http: doors.httpUrl, grpc: doors.grpcAddress, data: config.data.DATA_DIR, ...standalone.log.says },
      ended: standalone.ended,
      steps: [
        { name: 'doors', stop: (signal) => doors.close(signal) },
        {
          name: 'ledger',
          stop: () => {
            lag.stop();
            return standalone.stop();
          },
        },
      ],
    };
  },
});
