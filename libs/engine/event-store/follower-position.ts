/** Where a follower of the log goes on after a restart: a saving, not a truth. All before it has been handled. */
import type { Instant } from '@drawdown/domain/amounts';
import { accept, type Aggregate, type DomainEvent, shape, type Shape } from '@drawdown/domain/decider';

/** A position in the log, as a decimal text: it may outgrow what a JSON number holds. */
export const logPosition: Shape<bigint> = {
  write: (value) => `"${value}"`,
  read: (json) => {
    if (typeof json !== 'string' || !/^(-1|0|[1-9][0-9]*)$/.test(json)) throw new shape.ShapeError('', 'a log position');
    return BigInt(json);
  },
};

const CATEGORY = 'followerPosition';

/** Stored forever. Of all processes that follow under one name, the one that is furthest says how far they are. */
export const followerStream = (name: 'autoTopUps' | 'webhooks'): string => `${CATEGORY}-${name}`;

/** Followers do not count the events of saved positions: each saved position would lead to the next. */
export const isFollowerPosition = ({ stream }: { readonly stream: string }): boolean => stream.startsWith(`${CATEGORY}-`);

const fields = {
  /** All up to here has been handled, except for those in `behind`. */
  through: logPosition,
  /** Parts of the follower that have not come so far, sorted. They go on from their own records. */
  behind: shape.maybe(shape.list(shape.text)),
};
const state = shape.record(fields);
export type FollowerPosition = shape.TypeOf<typeof state>;

const advanced = shape.record({ at: shape.instant, ...fields });

interface FollowerPositionTypes {
  readonly command: { readonly type: 'Advance'; readonly at: Instant } & FollowerPosition;
  readonly state: FollowerPosition;
  readonly event: DomainEvent & { readonly type: 'FollowerAdvanced' } & shape.TypeOf<typeof advanced>;
  readonly refusal: never;
}

export const followerPosition: Aggregate<FollowerPositionTypes> = {
  category: CATEGORY,
  decider: {
    initial: { through: -1n },
    decide: ({ type: _, ...reached }, { through }) =>
      reached.through <= through ? accept() : accept({ type: 'FollowerAdvanced', ...reached }),
    evolve: (_, { through, behind }) => ({ through, ...(behind && { behind }) }),
  },
  events: { FollowerAdvanced: advanced },
  state,
  stateVersion: 1,
};
