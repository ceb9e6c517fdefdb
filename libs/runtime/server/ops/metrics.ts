/**
 * Figures for Prometheus. Nothing is counted here: parts count for themselves, and are asked when somebody scrapes, so that a
 * metric costs the usage path nothing.
 */
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

export interface Metric {
  /** Prometheus's conventions: base units, `_total` for counters. */
  readonly name: string;
  readonly kind: 'counter' | 'gauge';
  readonly help: string;
  readonly labels: readonly string[];
}

export interface Sample {
  readonly value: number;
  /** Of a few values each: never an id of a customer. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** Must be quick and must not wait: a scrape is answered whatever is down. */
type ReadSamples = () => Iterable<Sample>;

export class Metrics {
  private readonly registry = new Registry();
  private readonly readers = new Map<string, ReadSamples[]>();

  /** @param failed is called when a reader threw; its samples are left out of that scrape */
  constructor(private readonly failed: (metric: string, error: unknown) => void = () => undefined) {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Shows a metric from now on. Several parts may have samples of one metric. */
  follow(metric: Metric, read: ReadSamples): void {
    const known = this.readers.get(metric.name);
    if (known) {
      known.push(read);
      return;
    }
    const readers = [read];
    this.readers.set(metric.name, readers);
    const { name, help, labels } = metric;
    const samples = (): readonly Sample[] => readers.flatMap((one) => this.samplesOf(name, one));
    const settings = { name, help, labelNames: [...labels], registers: [] };
    const copy =
      metric.kind === 'gauge'
        ? new Gauge({
            ...settings,
            collect() {
              this.reset();
              for (const { labels = {}, value } of samples()) this.set(labels, value);
            },
          })
        : new Counter({
            ...settings,
            collect() {
              // The part's own count is the total since its start: what is kept here is only its copy.
              this.reset();
              for (const { labels = {}, value } of samples()) this.inc(labels, value);
            },
          });
    this.registry.registerMetric(copy);
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  /** In the text format of Prometheus. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  private samplesOf(name: string, read: ReadSamples): readonly Sample[] {
    try {
      return [...read()];
    } catch (error) {
      this.failed(name, error);
      return [];
    }
  }
}
