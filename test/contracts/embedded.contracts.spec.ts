import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Instant } from '@drawdown/domain/amounts';
import { EmbeddedLog, EmbeddedProjections } from '@drawdown/adapters/embedded';
import { eventLogContract } from './event-log.contract';
import { projectionsContract } from './projections.contract';

const clock = () => Date.UTC(2026, 0, 1) as Instant;

async function openLog(options: { segmentBytes?: number; tailCacheBytes?: number; headsCached?: number }) {
  const directory = mkdtempSync(join(tmpdir(), 'drawdown-log-'));
  const open = () => EmbeddedLog.open({ directory, clock, ...options });
  let log = await open();
  return {
    log,
    reopen: async () => {
      await log.close();
      log = await open();
      return log;
    },
    dispose: async () => {
      await log.close();
      rmSync(directory, { recursive: true });
    },
  };
}

eventLogContract('the embedded log', () => openLog({}));
// Everything from disk, a segment for every few appends, and hardly a head in memory: the paths that a small test would miss.
eventLogContract('the embedded log without memory', () => openLog({ segmentBytes: 2_000, tailCacheBytes: 0, headsCached: 2 }));

projectionsContract('embedded projections', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'drawdown-projections-'));
  let projections = await EmbeddedProjections.open({ directory });
  return {
    projections,
    atomicSaves: true,
    keptLongerMs: 4 * 86_400_000,
    reopen: async () => {
      await projections.close();
      projections = await EmbeddedProjections.open({ directory });
      return projections;
    },
    dispose: async () => {
      await projections.close();
      rmSync(directory, { recursive: true });
    },
  };
});
