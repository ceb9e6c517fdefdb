/** What the state of a balance adds to the cost of usage: its grants, and its limits. Ours only: the plain ledger has neither. */
import type { Run } from '../benchmark';
import type { Result } from '../measure/figures';
import type { Population } from '../standalone/population';
import { startService } from '../standalone/service';
import { compare, FreshIds, warmUp } from './turns';

const CUSTOMERS = 1_000;
const SHAPES: Readonly<Record<string, Population>> = {
  'one grant, no limits': { customers: CUSTOMERS },
  'twenty grants, no limits': { customers: CUSTOMERS, grants: 20 },
  'one grant, eight limits that are far': { customers: CUSTOMERS, limits: 'far' },
  'one grant, eight limits that are crossed': { customers: CUSTOMERS, limits: 'near' },
};

export async function* shapes({ effort, bare }: Run): AsyncGenerator<Result> {
  for (const [name, population] of Object.entries(SHAPES)) {
    const ours = await startService({ population });
    try {
      const ids = new FreshIds();
      await warmUp([ours], CUSTOMERS, ids);
      const load = { customers: CUSTOMERS, batchOf: 100, inFlight: 32 };
      yield* await compare(`batches of 100, balances with ${name}`, load, { ours, ids, effort, bare });
    } finally {
      await ours.stop();
    }
  }
}
