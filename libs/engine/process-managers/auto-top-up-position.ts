/** Where following the log for auto top-ups goes on after a restart: a saving, not a truth. All before it has been carried out. Pure. */
import type { Instant } from '@drawdown/domain/amounts';
import { accept, type Aggregate, type DomainEvent, shape } from '@drawdown/domain/decider';

/** Stored for ever. Of all processes that follow together: the one that is furthest says how far they are. */
export const AUTO_TOP_UP_POSITION = 'autoTopUpPosition-account';

const fields = { /** A position in the log, in decimal. */ through: shape.text };
const autoTopUpPositionState = shape.record(fields);
type AutoTopUpPosition = shape.TypeOf<typeof autoTopUpPositionState>;

const advanced = shape.record({ at: shape.instant, ...fields });
type AutoTopUpPositionAdvanced = DomainEvent & { readonly type: 'AutoTopUpPositionAdvanced' } & shape.TypeOf<typeof advanced>;
type AdvanceAutoTopUpPosition = { readonly type: 'Advance'; readonly at: Instant } & AutoTopUpPosition;

interface AutoTopUpPositionTypes {
  readonly command: AdvanceAutoTopUpPosition;
  readonly state: AutoTopUpPosition;
  readonly event: AutoTopUpPositionAdvanced;
  readonly refusal: never;
}

export const autoTopUpPosition: Aggregate<AutoTopUpPositionTypes> = {
  category: 'autoTopUpPosition',
  decider: {
    initial: { through: '-1' },
    decide: ({ at, through }, state) =>
      BigInt(through) <= BigInt(state.through) ? accept() : accept({ type: 'AutoTopUpPositionAdvanced', at, through }),
    evolve: (_, { through }) => ({ through }),
  },
  events: { AutoTopUpPositionAdvanced: advanced },
  state: autoTopUpPositionState,
  stateVersion: 1,
};
