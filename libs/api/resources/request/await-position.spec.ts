import { CatalogBehind } from '@drawdown/engine/usage-pipeline';
import { awaitPosition } from './await-position';

/** A double of a log whose last event is at 7. */
const log = { head: () => Promise.resolve(7n) };

describe('waiting for what is in the log', () => {
  it('ends when all of it has been met', async () => {
    let looked = 0;
    const projector = {
      get position(): bigint {
        return looked++ < 3 ? 6n : 7n;
      },
    };
    await awaitPosition({ log, projector });
    expect(looked).toBe(4);
  });

  it('ends at once when more has been met', () => expect(awaitPosition({ log, projector: { position: 8n } })).resolves.toBeUndefined());

  it('is bounded, and a fault that says what is missing', async () => {
    await expect(awaitPosition({ log, projector: { position: 6n } })).rejects.toThrow(CatalogBehind);
  });
});
