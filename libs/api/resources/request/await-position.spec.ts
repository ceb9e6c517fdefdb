import { Progress } from '@drawdown/engine/async';
import { CatalogBehind } from '@drawdown/engine/usage-pipeline';
import { awaitPosition } from './await-position';

/** A double of a log whose last event is at 7. */
const log = { head: () => Promise.resolve(7n) };

/** A double of a projector that has come to a position. */
function projectorAt(position: bigint) {
  const progress = new Progress(position);
  return { progress, position, awaitPosition: (awaited: bigint, withinMs: number) => progress.awaitPosition(awaited, { withinMs }) };
}

describe('waiting for what is in the log', () => {
  it('ends when all of it has been processed', async () => {
    const projector = projectorAt(5n);
    let ended = false;
    const waiting = awaitPosition({ log, projector }).then(() => (ended = true));
    await new Promise(setImmediate);
    projector.progress.advance(6n);
    await new Promise(setImmediate);
    expect(ended).toBe(false);
    projector.progress.advance(7n);
    await waiting;
  });

  it('ends at once when more has been processed', () =>
    expect(awaitPosition({ log, projector: projectorAt(8n) })).resolves.toBeUndefined());

  it('is bounded, and a fault that says what is missing', async () => {
    await expect(awaitPosition({ log, projector: projectorAt(6n) })).rejects.toThrow(CatalogBehind);
  });
});
