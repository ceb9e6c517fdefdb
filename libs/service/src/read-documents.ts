/** Derived state for a process that reads it to start faster and saves nothing. What it cannot read is folded from the log instead. */
import type { Projections } from '@drawdown/balances';
import { DerivedStateLost, nothingProjected } from '@drawdown/ledger';

/**
 * What is not attached yet, or was emptied meanwhile, is attached to then: nothing that this process remembers rests on it.
 * @returns all methods but those that save; `list` and `checkpoint` throw what cannot be read, `load` answers that there is nothing
 */
export function readDocuments(projections: Projections): Projections {
  const attached = async <T>(read: () => Promise<T>): Promise<T> => {
    try {
      return await read();
    } catch (fault) {
      if (!(fault instanceof DerivedStateLost)) throw fault;
      await projections.attach();
      return read();
    }
  };
  return {
    ...nothingProjected,
    attach: () => projections.attach(),
    load: (stream) => attached(() => projections.load(stream)).catch(() => undefined),
    list: (options) => attached(() => projections.list(options)),
    checkpoint: () => attached(() => projections.checkpoint()),
  };
}
