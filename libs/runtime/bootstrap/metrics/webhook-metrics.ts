import type { Metrics } from '@drawdown/runtime/server';
import type { DispatcherFigures } from '@drawdown/engine/webhooks';
import { METRICS } from './metric-list';

/** @param figures undefined where another instance has the active dispatcher */
export function webhookMetrics(metrics: Metrics, figures: () => DispatcherFigures | undefined): void {
  const one = (value: (now: DispatcherFigures) => number) => () => {
    const now = figures();
    return now ? [{ value: value(now) }] : [];
  };
  metrics.follow(METRICS.webhookActive, () => [{ value: figures() ? 1 : 0 }]);
  metrics.follow(METRICS.webhookAttempts, () => {
    const now = figures();
    return now ? (['delivered', 'retrying', 'exhausted'] as const).map((outcome) => ({ labels: { outcome }, value: now[outcome] })) : [];
  });
  metrics.follow(
    METRICS.webhookInFlight,
    one(({ inFlight }) => inFlight),
  );
  metrics.follow(
    METRICS.webhookOpen,
    one(({ open }) => open),
  );
  metrics.follow(
    METRICS.webhookQueued,
    one(({ queued }) => queued),
  );
  metrics.follow(
    METRICS.webhookLag,
    one(({ lagMs }) => lagMs / 1_000),
  );
  metrics.follow(METRICS.webhookEndpoints, () => {
    const now = figures();
    if (!now) return [];
    return [
      { labels: { state: 'at_work' }, value: now.endpoints - now.behind },
      { labels: { state: 'behind' }, value: now.behind },
    ];
  });
}
