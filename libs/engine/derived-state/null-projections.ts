/** For a process that keeps no derived state: every stream is folded from its beginning. For streams that are short. */
import { NOTHING_FOUND, type Projections } from './projections';

const done = (): Promise<void> => Promise.resolve();

export const NullProjections: Projections = {
  attach: done,
  load: () => Promise.resolve(undefined),
  list: () => Promise.resolve([]),
  find: () => Promise.resolve(NOTHING_FOUND),
  save: done,
  checkpoint: () => Promise.resolve(-1n),
  due: () => Promise.resolve([]),
  forget: () => Promise.resolve(0),
  clear: done,
  close: done,
};
