/**
 * The three services on a real Kafka and a real Redis, and on the wire double of EventStoreDB, which is not EventStoreDB: its
 * processor time is measured apart. Everything is on this machine, the producers too.
 */
import { FullStack } from '../../support/services/full-stack';
import { figuresAt, sumOf } from '../../support/clients/metrics';
import { BATCH_TYPE } from '../../support/clients/usage';
import { pace } from '../../support/waiting';
import { bareStack } from './bare-stack';
import type { Run } from '../benchmark';
import { percentile, type Result, timed } from '../measure/figures';
import { freshness, PROBES } from './freshness';
import { oneProcess } from './one-process';
import { type RealServers, startServers } from './real-servers';
import { setUp } from '../standalone/service';
import { CREDIT_PRODUCT, customerOf, spread } from '../load/usage-bodies';
import { UsageFeed } from './usage-feed';
import { type Sustained, sustained } from './usage-through';
import { webhooks, type Webhooks } from '../standalone/webhooks';

const CUSTOMERS = 1_000;
const HOT_SHARE = 0.5;
/** The rate at which freshness is measured, if the machine holds twice that; and rates at which processors have time to spare. */
const STEADY_PER_SECOND = 10_000;
const CALM_PER_SECOND = [3_000, 1_000] as const;
const COMMANDS = 1_000;
const APPLIED_LOOK_EVERY_MS = 25;
/** Each load has ids of its own, so that nothing is a repeat. */
const IDS_OF_A_LOAD = 100_000_000;
const OURS = ['ingestion', 'ledger', 'webhooks'];
const NODE_ARGS = ['--max-semi-space-size=64'];

export async function* fullStack({ profiles }: Run): AsyncGenerator<Result> {
  const servers = await startServers();
  try {
    const bare = await bareStack(servers, CUSTOMERS);
    yield bare;
    const nodeArgs = profiles === undefined ? NODE_ARGS : [...NODE_ARGS, '--cpu-prof', '--cpu-prof-dir', profiles];
    const stack = await FullStack.start({ servers, nodeArgs });
    try {
      yield* onStack(stack, servers, bare);
    } finally {
      for (const service of Object.values(stack.services).flat()) await service.sigterm();
      await stack.stop();
    }
    yield* oneProcess({ servers, bare, customers: CUSTOMERS, nodeArgs, perSecond: CALM_PER_SECOND });
  } finally {
    await servers.stop();
  }
}

async function* onStack(stack: FullStack, servers: RealServers, bare: Result): AsyncGenerator<Result> {
  const { http, services, topics, kafka } = stack;
  const call: Webhooks['call'] = (method, path, body) => http.ask(method, path, body);
  await setUp({ call: (method, path, body) => http.ask(method, path, body) }, CUSTOMERS + PROBES);
  const service = (name: keyof typeof services) => services[name][0]!;
  const pids = {
    ingestion: service('ingestion').pid,
    ledger: service('ledger').pid,
    webhooks: service('webhooks').pid,
    ...servers.pids,
    'double of EventStoreDB': stack.doublePid,
  };
  const outcomes = async (status: string): Promise<number> =>
    sumOf(await figuresAt(service('ledger').addresses.ops!), 'drawdown_usage_events_total', { status });
  const feed = (load: number, hotShare = 0): UsageFeed =>
    new UsageFeed(kafka, topics.usage, spread(CUSTOMERS, hotShare), load * IDS_OF_A_LOAD);
  // On a machine that is short of time an append may go unanswered: what it applied is met again as a duplicate.
  const chain = { pids, done: async () => (await outcomes('applied')) + (await outcomes('duplicate')) };

  const through = (name: string, { perSecond, perWindow, cpuOf }: Sustained, note: string): Result => ({
    name,
    unit: 'usage events',
    perSecond,
    windows: perWindow,
    cpuMicros: ofOurs(cpuOf),
    cpuOf,
    ratio: perSecond / bare.perSecond!,
    cpuRatio: ofOurs(cpuOf) / bare.cpuMicros!,
    note,
  });

  const uniform = await sustained(chain, feed(1));
  yield through(`usage Kafka -> ingestion -> Kafka -> ledger -> log and Redis, ${CUSTOMERS} customers`, uniform, '');
  const hot = await sustained(chain, feed(2, HOT_SHARE));
  yield through('the same, half of it on one customer', hot, `${(hot.perSecond / uniform.perSecond).toFixed(2)}x of uniform`);
  const steady = Math.min(STEADY_PER_SECOND, Math.ceil(uniform.perSecond / 200) * 100);
  const fresh = async (load: number, perSecond: number): Promise<Result> => {
    const probed = await freshness(
      { kafka, topic: topics.usage, http, firstProbe: CUSTOMERS, feed: feed(load), firstProbeId: (load + 1) * IDS_OF_A_LOAD, pids },
      perSecond,
    );
    const cpuMicros = ofOurs(probed.cpuOf);
    return { ...probed, cpuMicros, cpuRatio: cpuMicros / bare.cpuMicros! };
  };
  yield await fresh(3, steady);
  yield await fresh(5, CALM_PER_SECOND[0]);
  yield await fresh(7, CALM_PER_SECOND[1]);
  yield await oneByOne(stack);
  const use: Webhooks['use'] = async (batch, events) => {
    const before = await outcomes('applied');
    await http.post('/v1/usage', batch, { contentType: BATCH_TYPE });
    while ((await outcomes('applied')) < before + events) await pace(APPLIED_LOOK_EVERY_MS);
  };
  yield await webhooks({
    name: 'full stack',
    call,
    use,
    ops: service('webhooks').addresses.ops!,
    pids,
    ours: OURS,
    firstId: 9 * IDS_OF_A_LOAD,
  });
  const rejected = await outcomes('rejected');
  if (rejected > 0) throw new Error(`${rejected} usage events were rejected${stack.said()}`);
}

const ofOurs = (cpuOf: Readonly<Record<string, number>>): number => OURS.reduce((sum, name) => sum + (cpuOf[name] ?? 0), 0);

/** Commands over HTTP to the ledger, one in flight, each durable in the store when it is answered. */
async function oneByOne({ http }: FullStack): Promise<Result> {
  const deduct = (i: number): Promise<unknown> =>
    http.post(`/v1/customers/${customerOf(i % CUSTOMERS)}/credit-balances/${CREDIT_PRODUCT.credit_product_id}/deductions`, {
      amount: '1',
      reason: 'bench',
    });
  for (let i = 0; i < COMMANDS; i++) await deduct(i); // not counted
  const ms: number[] = [];
  const all = await timed(async () => {
    for (let i = 0; i < COMMANDS; i++) ms.push((await timed(() => deduct(i))).ms);
  });
  return {
    name: 'a command over HTTP, store wire, one in flight',
    unit: 'commands',
    perSecond: (COMMANDS * 1_000) / all.ms,
    windows: [],
    p50Ms: percentile(ms, 0.5),
    p99Ms: percentile(ms, 0.99),
    note: `of ${COMMANDS}`,
  };
}
