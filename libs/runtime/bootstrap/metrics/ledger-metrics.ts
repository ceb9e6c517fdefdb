import type { IngestionFigures, UsageFigures } from '@drawdown/engine/usage-pipeline';
import type { Metrics, Sample } from '@drawdown/runtime/server';
import type { DerivedInUse, LogInUse } from '../stores/stores';
import { METRICS } from './metric-list';

const NO_REASON = '';
const rejected = (byReason: Readonly<Partial<Record<string, number>>>): readonly Sample[] =>
  Object.entries(byReason).map(([reason, value = 0]) => ({ labels: { status: 'rejected', reason }, value }));

/** Of whatever takes usage into the ledger. */
export function usageMetrics(metrics: Metrics, figures: () => UsageFigures): void {
  metrics.follow(METRICS.usageEvents, () => {
    const { outcomes, rejected: byReason } = figures();
    return [
      ...Object.entries(outcomes).map(([outcome, value]) => ({ labels: { status: outcome, reason: NO_REASON }, value })),
      ...rejected(byReason),
    ];
  });
  metrics.follow(METRICS.usageFaulted, () => [{ value: figures().faulted }]);
  metrics.follow(METRICS.usageWaiting, () => [{ value: figures().waiting }]);
  metrics.follow(METRICS.usageRounds, () => [{ value: figures().rounds }]);
  metrics.follow(METRICS.usageStages, () =>
    Object.entries(figures().stages).map(([stage, milliseconds = 0]) => ({ labels: { stage }, value: milliseconds / 1_000 })),
  );
}

/** Of ingestion: what it rejects has its outcome there; the rest has it in the ledger. */
export function ingestionMetrics(metrics: Metrics, figures: () => IngestionFigures): void {
  metrics.follow(METRICS.usageEvents, () => rejected(figures().rejected));
  metrics.follow(METRICS.ingested, () => {
    const { rated, unratable } = figures();
    return [
      { labels: { outcome: 'rated' }, value: rated },
      { labels: { outcome: 'unratable' }, value: unratable },
    ];
  });
  metrics.follow(METRICS.ingestedBare, () => [{ value: figures().bare }]);
}

export function storeMetrics(metrics: Metrics, log: LogInUse, derived?: DerivedInUse): void {
  metrics.follow(METRICS.resubscriptions, () => [{ value: log.resubscriptions() }]);
  if (derived) metrics.follow(METRICS.derivedStateLosses, () => [{ value: derived.losses() }]);
}
