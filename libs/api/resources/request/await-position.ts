/** Waits until this process has processed the log. Other processes may have appended events moments before. */
import { CatalogBehind } from '@drawdown/engine/usage-pipeline';
import type { ApiParts } from '../parts';

const POSITION_WAIT_MS_MAX = 2_000;

/** @throws CatalogBehind the log was not processed in time: nothing was done, and the same call may work later */
export async function awaitPosition({
  log,
  projector,
}: {
  readonly log: Pick<ApiParts['log'], 'head'>;
  readonly projector: Pick<ApiParts['projector'], 'position' | 'awaitPosition'>;
}): Promise<void> {
  const head = await log.head();
  if (!(await projector.awaitPosition(head, POSITION_WAIT_MS_MAX))) throw new CatalogBehind(head, projector.position);
}
