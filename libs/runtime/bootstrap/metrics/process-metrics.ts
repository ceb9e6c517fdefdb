/** How the service is as a whole. */
import type { Health, Metrics } from '@drawdown/runtime/server';
import { METRICS } from './metric-list';

const flag = (yes: boolean): number => (yes ? 1 : 0);

export function processMetrics(
  metrics: Metrics,
  { service, version, health }: { readonly service: string; readonly version: string; readonly health: Health },
): void {
  metrics.follow(METRICS.info, () => [{ labels: { service, version }, value: 1 }]);
  metrics.follow(METRICS.ready, () => [{ value: flag(health.ready) }]);
  metrics.follow(METRICS.partReady, () => health.report().map(({ name, ready }) => ({ labels: { part: name }, value: flag(ready) })));
}
