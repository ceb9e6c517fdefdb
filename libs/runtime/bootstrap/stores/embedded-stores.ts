/** Log and derived state in files of this process. */
import { mkdirSync } from 'node:fs';
import { DirectoryLock, EmbeddedLog, EmbeddedProjections } from '@drawdown/adapters/embedded';
import type { Clock } from '@drawdown/engine/usage-pipeline';
import type { DerivedInUse, LogInUse } from './stores';

/**
 * @throws DirectoryLocked another process has the folder
 * @throws LogCorrupt stored bytes are damaged; nothing was changed
 */
export async function embeddedLog(directory: string, clock: Clock): Promise<LogInUse> {
  const log = await EmbeddedLog.open({ directory, clock });
  return {
    name: 'log',
    log,
    broken: log.broken,
    condition: () =>
      log.failure === undefined
        ? { ready: true, detail: 'embedded' }
        : { ready: false, detail: 'a write or sync failed; the log takes nothing until the service is started again' },
    says: { recovered: log.recovered },
    resubscriptions: () => 0,
    close: () => log.close(),
  };
}

/**
 * @param locked whether the embedded log, which is opened first, has the folder for this process already
 * @throws DirectoryLocked another process has the folder
 */
export async function embeddedProjections(directory: string, locked: boolean): Promise<DerivedInUse> {
  mkdirSync(directory, { recursive: true });
  const lock = locked ? undefined : DirectoryLock.acquire(directory);
  const projections = await EmbeddedProjections.open({ directory });
  return {
    projections,
    losses: () => 0,
    close: async () => {
      await projections.close();
      lock?.release();
    },
  };
}
