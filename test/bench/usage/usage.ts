/** Usage over HTTP on the standalone service, beside the plain PostgreSQL ledger in one run. */
import type { Run } from '../benchmark';
import { runLoad, type UsageLoad } from '../load/usage-load';
import type { Result } from '../measure/figures';
import { plainPostgres } from '../plain-postgres/system';
import { startService } from '../standalone/service';
import { compare, type Compared, FreshIds, warmUp } from './turns';

const CUSTOMERS = 1_000;
const BATCHES: UsageLoad = { customers: CUSTOMERS, batchOf: 100, inFlight: 32 };
const FRESH: Readonly<Record<string, UsageLoad>> = {
  'batches of 100, 32 in flight, 1,000 customers': BATCHES,
  'the same, 4 in flight': { ...BATCHES, inFlight: 4 },
  'the same, half of it on one customer': { ...BATCHES, hotShare: 0.5 },
  'single events, 32 in flight, 1,000 customers': { ...BATCHES, batchOf: 1 },
};
const REPEATED = 50_000;
const LONG_ENOUGH_MS = 600_000;

/** Starts both systems with so many customers, and stops them whatever happens. */
async function* sideBySide(
  { bare, effort }: Run,
  customers: number,
  work: (compared: Compared) => AsyncIterable<Result>,
): AsyncGenerator<Result> {
  const ours = await startService({ population: { customers } });
  try {
    const plain = await plainPostgres(customers);
    try {
      const ids = new FreshIds();
      await warmUp([ours, plain], customers, ids);
      yield* work({ ours, plain, ids, effort, bare });
    } finally {
      await plain.stop();
    }
  } finally {
    await ours.stop();
  }
}

export const usage = (run: Run): AsyncIterable<Result> =>
  sideBySide(run, CUSTOMERS, async function* (compared) {
    for (const [name, load] of Object.entries(FRESH)) yield* await compare(name, load, compared);
    const firstId = compared.ids.next();
    const once = { ...BATCHES, firstId, eventsMax: REPEATED, warmUpMs: 0, windowMs: LONG_ENOUGH_MS };
    for (const system of [compared.ours, compared.plain]) if (system) await runLoad(system, once);
    yield* await compare('resent duplicates, batches of 100, 32 in flight', { ...BATCHES, repeatsOf: REPEATED }, compared, firstId);
  });

/** The same load on more and more customers, each time on new systems. */
export async function* growth(run: Run): AsyncGenerator<Result> {
  const smallest = new Map<number, Result>();
  for (const customers of run.effort.customers) {
    const name = `batches of 100, 32 in flight, ${customers.toLocaleString('en')} customers`;
    const results = sideBySide(run, customers, async function* (compared) {
      yield* await compare(name, { ...BATCHES, customers }, compared);
    });
    let system = 0;
    for await (const result of results) {
      const first = smallest.get(system) ?? result;
      smallest.set(system++, first);
      yield { ...result, ...(first !== result && { note: grown(result, first) }) };
    }
  }
}

const grown = (result: Result, first: Result): string =>
  `${(result.cpuMicros! / first.cpuMicros!).toFixed(2)}x the CPU and ${(result.perSecond! / first.perSecond!).toFixed(2)}x the rate of the fewest`;
