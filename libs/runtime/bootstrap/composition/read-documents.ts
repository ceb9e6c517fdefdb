/** Derived state for a process that reads it to start faster and saves nothing. What it cannot read is folded from the log instead. */
import { NullProjections, type Projections } from '@drawdown/engine/derived-state';
import { DerivedStateLost } from '@drawdown/engine/event-store';

/**
 * What is not attached yet is attached to with the first question. What was emptied meanwhile is attached to anew, and the question is
 * answered DerivedStateLost all the same: who reads several pages has read some of what is gone, and begins again.
 * @returns all methods but those that save; `list` and `checkpoint` throw what cannot be read, `load` answers that there is nothing
 */
export function readDocuments(projections: Projections): Projections {
  let isAttached = false;
  const attached = async <T>(read: () => Promise<T>): Promise<T> => {
    const first = !isAttached;
    if (first) await projections.attach();
    isAttached = true;
    try {
      return await read();
    } catch (fault) {
      if (fault instanceof DerivedStateLost) await projections.attach();
      throw fault;
    }
  };
  return {
    ...NullProjections,
    attach: () => projections.attach(),
    load: (stream) => attached(() => projections.load(stream)).catch(() => undefined),
    list: (options) => attached(() => projections.list(options)),
    checkpoint: () => attached(() => projections.checkpoint()),
  };
}
