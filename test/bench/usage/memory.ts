/** Memory of the usage path: garbage an event, and the heap that a cached balance takes. The service is asked from inside (probe.ts). */
import type { Run } from '../benchmark';
import { runLoad } from '../load/usage-load';
import type { Result } from '../measure/figures';
import { startService } from '../standalone/service';
import { FreshIds } from './turns';

const CUSTOMERS = 1_000;
const LONG_ENOUGH_MS = 600_000;

export async function* memory(run: Run): AsyncGenerator<Result> {
  yield await garbage(run);
  yield await cachedBalance(run.effort.cachedBalances);
}

async function garbage({ effort: { warmUpMs, windowMs } }: Run): Promise<Result> {
  const ours = await startService({ population: { customers: CUSTOMERS }, probe: true });
  try {
    const ids = new FreshIds();
    const load = { customers: CUSTOMERS, batchOf: 100, inFlight: 32, warmUpMs, windowMs };
    await runLoad(ours, { ...load, firstId: ids.next() }); // not counted: compiled code and caches
    await ours.ask('begin');
    const { events } = await runLoad(ours, { ...load, firstId: ids.next() });
    const { bytes, pauseMicros } = await ours.ask('end');
    const figures = { 'B of garbage an event': bytes / events, 'us of collections an event, main thread': pauseMicros / events };
    return { name: 'garbage, batches of 100, 32 in flight, 1,000 customers', unit: 'usage events', windows: [], figures };
  } finally {
    await ours.stop();
  }
}

/** One event for each customer loads its balance. A second event for each says what an event itself leaves in memory. */
async function cachedBalance(balances: number): Promise<Result> {
  const ours = await startService({ population: { customers: balances }, probe: true });
  try {
    const heap = async (): Promise<number> => (await ours.ask('heap')).bytes;
    const ids = new FreshIds();
    const all = {
      customers: balances,
      batchOf: 100,
      inFlight: 4,
      inTurn: true,
      eventsMax: balances,
      warmUpMs: 0,
      windowMs: LONG_ENOUGH_MS,
    };
    await runLoad(ours, { ...all, customers: 1, eventsMax: balances, firstId: ids.next() }); // not counted: compiled code, and one balance
    const empty = await heap();
    await runLoad(ours, { ...all, firstId: ids.next() });
    const loaded = await heap();
    await runLoad(ours, { ...all, firstId: ids.next() });
    const used = await heap();
    const figures = {
      'B of heap a balance': (loaded - empty - (used - loaded)) / balances,
      'B of heap an event': (used - loaded) / balances,
      'MB of heap before': empty / 1e6,
    };
    return { name: `${balances.toLocaleString('en')} cached balances`, unit: 'balances', windows: [], figures };
  } finally {
    await ours.stop();
  }
}
