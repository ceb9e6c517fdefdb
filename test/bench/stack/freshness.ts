/**
 * How old an answer is: from the moment a usage event is handed to a Kafka producer until the balance that its customer reads over
 * HTTP has it, beside a steady stream of other usage. Each probe has a customer of its own, and asks for the revision after the last:
 * the read waits for it, so that asking costs the ledger one request a probe.
 */
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import type { HttpClient } from '../../support/clients/http-client';
import { pace } from '../../support/waiting';
import { cpuMeter, percentile, type Result } from '../measure/figures';
import { CREDIT_PRODUCT, customerOf, usageEvent } from '../load/usage-bodies';
import type { UsageFeed } from './usage-feed';

export const PROBES = 16;
const PROBE_EVERY_MS = 25;
const SEND_EVERY_MS = 5;
const WARM_UP_MS = 4_000;
const MEASURE_MS = 20_000;

interface Watched {
  readonly kafka: string;
  readonly topic: string;
  readonly http: HttpClient;
  /** The first of PROBES customers that nothing else is sent for. */
  readonly firstProbe: number;
  readonly feed: UsageFeed;
  readonly firstProbeId: number;
  /** Processes whose processor time is reported, by name. */
  readonly pids: Readonly<Record<string, number>>;
}

export async function freshness(
  { kafka, topic, http, firstProbe, feed, firstProbeId, pids }: Watched,
  perSecond: number,
): Promise<Result & { readonly cpuOf: Readonly<Record<string, number>> }> {
  const producer = new Kafka({ clientId: 'probes', brokers: kafka.split(','), logLevel: logLevel.NOTHING }).producer({
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const path = (customer: string): string => `/v1/customers/${customer}/credit-balances/${CREDIT_PRODUCT.credit_product_id}/balance`;
  const revisions = new Map<string, number>();
  const ages: { readonly at: number; readonly ms: number }[] = [];
  const began = performance.now();
  const elapsed = (): number => performance.now() - began;
  let nextId = firstProbeId;
  const probe = async (customer: string): Promise<void> => {
    const before = revisions.get(customer) ?? (await http.get<{ revision: number }>(path(customer))).revision;
    const sent = performance.now();
    const value = usageEvent((nextId += 1), customer, new Date().toISOString());
    void producer.send({ topic, acks: -1, messages: [{ value, headers: { 'content-type': 'application/cloudevents+json' } }] });
    // A read gives up waiting after some seconds, and is asked again.
    for (;;) {
      const { status, body } = await http.send<{ revision: number }>('GET', `${path(customer)}?min_revision=${before + 1}`);
      if (status !== 200) continue;
      ages.push({ at: sent - began, ms: performance.now() - sent });
      return void revisions.set(customer, body.revision);
    }
  };
  let used: Readonly<Record<string, number>> = {};
  const stream = (async () => {
    let meter: ReturnType<typeof cpuMeter> | undefined;
    for (let sent = 0; elapsed() < WARM_UP_MS + MEASURE_MS; await pace(SEND_EVERY_MS)) {
      const owed = Math.floor((elapsed() * perSecond) / 1_000) - sent;
      feed.send(owed);
      sent += owed;
      if (elapsed() >= WARM_UP_MS) meter ??= cpuMeter(pids);
    }
    used = meter?.() ?? {};
  })();
  const idle = Array.from({ length: PROBES }, (_, i) => customerOf(firstProbe + i));
  const running = new Set<Promise<void>>();
  for (; elapsed() < WARM_UP_MS + MEASURE_MS; await pace(PROBE_EVERY_MS)) {
    const customer = idle.shift();
    if (customer === undefined) continue;
    const probing: Promise<void> = probe(customer).then(() => {
      idle.push(customer);
      running.delete(probing);
    });
    running.add(probing);
  }
  await Promise.all([stream, ...running]);
  await Promise.all([feed.end(), producer.disconnect()]);
  const events = (perSecond * MEASURE_MS) / 1_000 + ages.filter(({ at }) => at >= WARM_UP_MS).length;
  const counted = ages.flatMap(({ at, ms }) => (at < WARM_UP_MS ? [] : [ms]));
  return {
    name: `freshness at ${perSecond.toLocaleString('en')}/s: produce to a balance over HTTP`,
    unit: 'probes',
    perSecond: (counted.length * 1_000) / MEASURE_MS,
    windows: [],
    cpuOf: Object.fromEntries(Object.entries(used).map(([name, micros]) => [name, micros / events])),
    p50Ms: percentile(counted, 0.5),
    p99Ms: percentile(counted, 0.99),
    note: `${counted.length} probes`,
  };
}
