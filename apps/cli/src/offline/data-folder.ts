/** A data folder without a service on it. Whoever opens it holds its lock, so no service can start meanwhile. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Instant } from '@drawdown/domain/amounts';
import { streamDefinitions } from '@drawdown/api/resources';
import type { Projections } from '@drawdown/engine/derived-state';
import { EmbeddedLog, EmbeddedProjections } from '@drawdown/adapters/embedded';
import { AppliedKeys, type EventLog, readToEnd, StreamStates } from '@drawdown/engine/event-store';
import { DEDUPE_WINDOW_MS_DEFAULT } from '@drawdown/engine/usage-pipeline';
import { Projector } from '@drawdown/engine/read-models';
import { wrongUsage } from '../exit-codes';

interface DataFolder {
  readonly log: EventLog;
  readonly projections: Projections;
  close(): Promise<void>;
}

/** @throws Failure when it is none. @throws Fault when somebody else has it (and who), or when its log is damaged (and where). */
export async function openDataFolder(directory: string): Promise<DataFolder> {
  if (!statSync(join(directory, 'log'), { throwIfNoEntry: false })?.isDirectory())
    throw wrongUsage(`--data-dir ${directory}: that is no data folder of a service: there is no folder "log" in it`);
  const log = await EmbeddedLog.open({ directory, clock: () => Date.now() as Instant });
  const projections = await EmbeddedProjections.open({ directory }).catch(async (fault: unknown) => {
    await log.close();
    throw fault;
  });
  return {
    log,
    projections,
    close: async () => {
      await log.close();
      await projections.close();
    },
  };
}

/**
 * The dedupe window that the service on this folder has: it decides for how long keys of usage are kept. Read from the same
 * variable, so a service with another window is checked by that one.
 */
export function windowMsIn(env: Readonly<Record<string, string | undefined>>): number {
  const days = env['DEDUPE_WINDOW_DAYS'];
  if (!days) return DEDUPE_WINDOW_MS_DEFAULT;
  if (!/^[1-9]\d{0,3}$/.test(days)) throw wrongUsage(`DEDUPE_WINDOW_DAYS is "${days}": it must be a number of days, as the service has it`);
  return Number(days) * DAY_MS;
}

const DAY_MS = 86_400_000;

/** Throws derived state away and folds it anew from the streams. @throws Fault when the log is damaged, and where; nothing was thrown away. */
export async function rebuild(
  { log, projections }: DataFolder,
  windowMs: number,
): Promise<{ readonly events: number; readonly documents: number }> {
  await readToEnd(log);
  const keys = new AppliedKeys(projections, windowMs);
  const projector = new Projector(log, projections, new StreamStates(log, projections, keys, streamDefinitions));
  const events = await projector.rebuild();
  await projector.stop();
  return { events, documents: await countDocuments(projections) };
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
