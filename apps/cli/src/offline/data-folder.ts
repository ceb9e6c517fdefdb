/** A data folder without a service on it. Whoever opens it holds its lock, so no service can start meanwhile. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Instant } from '@drawdown/amounts';
import { foldings } from '@drawdown/application';
import type { Projections } from '@drawdown/balances';
import { EmbeddedLog, EmbeddedProjections } from '@drawdown/embedded';
import { AppliedKeys, DEDUPE_WINDOW_MS_DEFAULT, type EventLog, Fault, Projector, StreamStates } from '@drawdown/ledger';
import { Failure, wrongUsage } from '../exit-codes';

export interface DataFolder {
  readonly log: EventLog;
  readonly projections: Projections;
  close(): Promise<void>;
}

/** @throws Failure when it is none, when somebody else has it (and who), or when its log is damaged. */
export async function openDataFolder(directory: string): Promise<DataFolder> {
  if (!statSync(join(directory, 'log'), { throwIfNoEntry: false })?.isDirectory())
    throw wrongUsage(`--data-dir ${directory}: that is no data folder of a service: there is no folder "log" in it`);
  try {
    const log = await EmbeddedLog.open({ directory, clock: () => Date.now() as Instant });
    const projections = await EmbeddedProjections.open({ directory });
    return {
      log,
      projections,
      close: async () => {
        await log.close();
        await projections.close();
      },
    };
  } catch (fault) {
    if (fault instanceof Fault)
      throw new Failure(fault.message, 1, { code: fault.code.toUpperCase(), detail: fault.message });
    throw fault;
  }
}

/** Throws derived state away and folds it anew from the streams. Returns how many documents there are then. */
export async function rebuild({ log, projections }: DataFolder): Promise<number> {
  const keys = new AppliedKeys(projections, DEDUPE_WINDOW_MS_DEFAULT);
  const projector = new Projector(log, projections, new StreamStates(log, projections, keys, foldings));
  await projector.rebuild();
  await projector.stop();
  return countDocuments(projections);
}

const PAGE = 1_000;

async function countDocuments(projections: Projections): Promise<number> {
  let count = 0;
  for (let after: string | undefined; ;) {
    const page = await projections.list({ prefix: '', limit: PAGE, ...(after !== undefined && { after }) });
    count += page.length;
    after = page.at(-1)?.stream;
    if (page.length < PAGE) return count;
  }
}
