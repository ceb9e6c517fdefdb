/**
 * What an event costs, and what each append to a balance costs beside it. Usage of many customers needs an append for every few events,
 * usage of few customers packs many events into one. Two such loads give two equations with these two unknowns.
 */
import type { Run } from '../benchmark';
import { runLoad } from '../load/usage-load';
import { CREDIT_PRODUCT, customerOf } from '../load/usage-bodies';
import { median, type Result } from '../measure/figures';
import { type Service, startService } from '../standalone/service';
import { FreshIds, warmUp } from './turns';

const MANY = 1_000;
const FEW = 10;
/** Customers whose revisions stand for those of all. */
const SAMPLED = 50;

interface Cost {
  readonly cpuMicros: number;
  /** Appends to a balance for each event: at most 1. */
  readonly appendsPerEvent: number;
}

/** Solves cpu = event + append x appendsPerEvent for two loads. */
export function costs(one: Cost, other: Cost): { readonly event: number; readonly append: number } {
  const append = (one.cpuMicros - other.cpuMicros) / (one.appendsPerEvent - other.appendsPerEvent);
  return { event: one.cpuMicros - append * one.appendsPerEvent, append };
}

/** Events in the streams of so many balances: each append of usage adds one to its stream. */
async function revisions(service: Service, customers: number): Promise<number> {
  const sampled = Math.min(customers, SAMPLED);
  let sum = 0;
  for (let i = 0; i < sampled; i++) {
    const who = customerOf(Math.floor((i * customers) / sampled));
    const path = `/v1/customers/${who}/credit-balances/${CREDIT_PRODUCT.credit_product_id}/balance`;
    sum += ((await service.call('GET', path)) as { revision: number }).revision;
  }
  return (sum * customers) / sampled;
}

export async function* appends({ effort: { rounds, warmUpMs, windowMs } }: Run): AsyncGenerator<Result> {
  const ours = await startService({ population: { customers: MANY } });
  try {
    const ids = new FreshIds();
    await warmUp([ours], MANY, ids);
    const taken = { [MANY]: [] as Cost[], [FEW]: [] as Cost[] };
    for (let round = 0; round < rounds; round++)
      for (const customers of [MANY, FEW] as const) {
        const before = await revisions(ours, customers);
        const load = { customers, batchOf: 100, inFlight: 32, firstId: ids.next(), warmUpMs, windowMs };
        const { cpuMicros, events } = await runLoad(ours, load);
        taken[customers].push({ cpuMicros, appendsPerEvent: ((await revisions(ours, customers)) - before) / events });
      }
    const middle = (all: readonly Cost[]): Cost => ({
      cpuMicros: median(all.map((cost) => cost.cpuMicros)),
      appendsPerEvent: median(all.map((cost) => cost.appendsPerEvent)),
    });
    const [many, few] = [middle(taken[MANY]), middle(taken[FEW])];
    const { event, append } = costs(many, few);
    yield size('an event and an append to a balance, from two loads', {
      'CPU us an event': event,
      'CPU us a (balance, append)': append,
      [`lines an append of ${MANY} customers`]: 1 / many.appendsPerEvent,
      [`lines an append of ${FEW} customers`]: 1 / few.appendsPerEvent,
    });
  } finally {
    await ours.stop();
  }
}

const size = (name: string, figures: Readonly<Record<string, number>>): Result => ({ name, unit: 'usage events', windows: [], figures });
