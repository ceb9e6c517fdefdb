/** For what has to count with everything that other processes have done: this one follows the log, and may be moments behind. */
import { CatalogBehind } from '@drawdown/engine/usage-pipeline';
import type { ApiParts } from '../parts';

/** How long is waited for the log to be met to where it was, and how often is looked, in milliseconds. */
const POSITION_WAIT_MS_MAX = 2_000;
const LOOK_EVERY_MS = 5;

/** @throws CatalogBehind it was not met in time: nothing was done, and the same call may work later */
export async function awaitPosition({
  log,
  projector,
}: {
  readonly log: Pick<ApiParts['log'], 'head'>;
  readonly projector: Pick<ApiParts['projector'], 'position'>;
}): Promise<void> {
  const head = await log.head();
  const deadline = performance.now() + POSITION_WAIT_MS_MAX;
  while (projector.position < head) {
    if (performance.now() >= deadline) throw new CatalogBehind(head, projector.position);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
