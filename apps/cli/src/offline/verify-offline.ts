/** The service's own check on a data folder, with the service's own messages. */
import type { Message } from '@drawdown/api/contract';
import type { Instant } from '@drawdown/domain/amounts';
import { streamDefinitions, reportMessage } from '@drawdown/api/resources';
import { verify } from '@drawdown/engine/audit';
import { openDataFolder } from './data-folder';

export async function* verifyOffline(directory: string, windowMs: number, headsAt?: bigint): AsyncGenerator<Message> {
  const folder = await openDataFolder(directory);
  const began = performance.now();
  try {
    const { log, projections } = folder;
    for await (const step of verify({
      log,
      projections,
      streamDefinitions,
      clock: () => Date.now() as Instant,
      windowMs,
      ...(headsAt !== undefined && { headsAt }),
    }))
      yield reportMessage(step, () => Math.round(performance.now() - began));
  } finally {
    await folder.close();
  }
}
