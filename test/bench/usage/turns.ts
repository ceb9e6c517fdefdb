/** Several systems under the same load in one run. They take turns, so that what else the machine does falls on all of them. */
import type { Effort } from '../benchmark';
import { runLoad, type Round, type UsageLoad, type UsageSystem } from '../load/usage-load';
import { median, type Result } from '../measure/figures';
import { usedBy } from '../measure/processes';

/** More than a system takes in one round: no round sends an id of another. */
const IDS_OF_A_ROUND = 5_000_000;

/** Ids that were never sent. One counter serves all systems of a benchmark, so that all get the same events. */
export class FreshIds {
  private rounds = 0;
  next(): number {
    return this.rounds++ * IDS_OF_A_ROUND;
  }
}

/** The order of a round: each system is first as often as any other. */
export const inTurn = <T>(systems: readonly T[], round: number): readonly T[] =>
  systems.map((_, i) => systems[(i + round) % systems.length]!);

const WARM_UP: Omit<UsageLoad, 'customers'> & { readonly windowMs: number } = {
  batchOf: 100,
  inFlight: 32,
  eventsMax: 30_000,
  windowMs: 5_000,
};

/** Not counted: a new process compiles what it runs often, which costs more than the first events themselves. */
export async function warmUp(systems: readonly UsageSystem[], customers: number, ids: FreshIds): Promise<void> {
  const firstId = ids.next();
  for (const system of systems) await runLoad(system, { ...WARM_UP, customers, firstId, warmUpMs: 0 });
}

interface Taken {
  readonly rounds: Round[];
  readonly writtenBytes: number;
  readonly keptBytes: number;
}

const footprint = async (system: UsageSystem): Promise<{ readonly writtenBytes: number; readonly keptBytes: number }> => {
  await system.settle();
  return { writtenBytes: usedBy(system.roots).writtenBytes, keptBytes: await system.keptBytes() };
};

/** @param firstId where the load repeats what was sent from there */
async function takeTurns(
  systems: readonly UsageSystem[],
  load: UsageLoad,
  { rounds, warmUpMs, windowMs }: Effort,
  ids: FreshIds,
  firstId?: number,
): Promise<ReadonlyMap<UsageSystem, Taken>> {
  const before = new Map<UsageSystem, Awaited<ReturnType<typeof footprint>>>();
  for (const system of systems) before.set(system, await footprint(system));
  const taken = new Map(systems.map((system) => [system, [] as Round[]]));
  for (let round = 0; round < rounds; round++) {
    const first = firstId ?? ids.next();
    for (const system of inTurn(systems, round))
      taken.get(system)!.push(await runLoad(system, { ...load, firstId: first, warmUpMs, windowMs }));
  }
  const result = new Map<UsageSystem, Taken>();
  for (const system of systems) {
    const [from, to, all] = [before.get(system)!, await footprint(system), taken.get(system)!];
    const events = all.reduce((sum, round) => sum + round.events, 0);
    result.set(system, {
      rounds: all,
      writtenBytes: (to.writtenBytes - from.writtenBytes) / events,
      keptBytes: (to.keptBytes - from.keptBytes) / events,
    });
  }
  return result;
}

export interface Compared {
  readonly ours: UsageSystem;
  /** Absent where the load says something about our ways only. */
  readonly plain?: UsageSystem;
  readonly ids: FreshIds;
  readonly effort: Effort;
  readonly bare: Result;
}

/** One result of each system, ours first. */
export async function compare(name: string, load: UsageLoad, compared: Compared, firstId?: number): Promise<readonly Result[]> {
  const { ours, plain, ids, effort, bare } = compared;
  const systems = plain ? [ours, plain] : [ours];
  const taken = await takeTurns(systems, load, effort, ids, firstId);
  const [result, ...others] = systems.map((system) => resultOf(`${name}: ${system.name}`, taken.get(system)!, bare, firstId === undefined));
  const [other] = others;
  if (!result || !other) return result ? [result] : [];
  return [{ ...result, ofPlain: { rate: result.perSecond! / other.perSecond!, cpu: result.cpuMicros! / other.cpuMicros! } }, other];
}

function resultOf(name: string, { rounds, writtenBytes, keptBytes }: Taken, bare: Result, fresh: boolean): Result {
  const middle = (figure: (round: Round) => number): number => median(rounds.map(figure));
  const perSecond = middle((round) => round.perSecond);
  const cpuMicros = middle((round) => round.cpuMicros);
  return {
    name,
    unit: 'usage events',
    perSecond,
    windows: rounds.map((round) => round.perSecond),
    p50Ms: middle((round) => round.p50Ms),
    p99Ms: middle((round) => round.p99Ms),
    cpuMicros,
    ratio: perSecond / bare.perSecond!,
    cpuRatio: cpuMicros / bare.cpuMicros!,
    figures: {
      ...(fresh && { 'B written an event': writtenBytes, 'B kept an event': keptBytes }),
      'us of the client an event': middle((round) => round.clientCpuMicros),
    },
  };
}
