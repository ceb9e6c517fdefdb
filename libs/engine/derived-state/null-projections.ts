/** For a process that keeps no derived state: every stream is folded from its beginning. For streams that are short. */
import type { Projections } from './projections';

const done = (): Promise<void> => Promise.resolve();

export const NullProjections: Projections = {
  attach: done,
  load: () => Promise.resolve(undefined),
  list: () => Promise.resolve([]),
  find: (fingerprints) => Promise.resolve(fingerprints.map(() => [])),
  save: done,
  checkpoint: () => Promise.resolve(-1n),
  due: () => Promise.resolve([]),
  forget: () => Promise.resolve(0),
  clear: done,
  close: done,
};
