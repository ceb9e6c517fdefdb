/** A customer: a payer with an opaque id and the currency it is billed in. No personal data. Pure. */
import { type Instant, isCurrency } from '@drawdown/domain/amounts';
import { accept, type Aggregate, type Decision, refuse, shape } from '@drawdown/domain/decider';

const customerFigures = shape.record({
  id: shape.text,
  /** ISO 4217; forever, since a wallet's money is kept in it. */
  currency: shape.text,
  registeredAt: shape.instant,
});
export type Customer = shape.TypeOf<typeof customerFigures>;

/** `customer` is absent until it is registered. */
const customerState = shape.record({ customer: shape.maybe(customerFigures) });
type CustomerState = shape.TypeOf<typeof customerState>;

export interface RegisterCustomer {
  readonly type: 'RegisterCustomer';
  readonly at: Instant;
  /** Allowed by `customerIdProblem` of libs/usage; the transports ask it. */
  readonly id: string;
  readonly currency: string;
}

/** In order of precedence. */
export type CustomerRefusal =
  | { readonly code: 'customer_exists'; readonly customerId: string; readonly currency: string }
  | { readonly code: 'unknown_currency'; readonly currency: string };

/** Stored forever: add, never rename. */
const customerEvents = {
  CustomerRegistered: shape.record({ at: shape.instant, id: shape.text, currency: shape.text }),
} as const;
export type CustomerEvent = { readonly type: 'CustomerRegistered' } & shape.TypeOf<typeof customerEvents.CustomerRegistered>;

function decide(command: RegisterCustomer, { customer }: CustomerState): Decision<CustomerEvent, CustomerRefusal> {
  const { at, id, currency } = command;
  if (customer) return refuse({ code: 'customer_exists', customerId: customer.id, currency: customer.currency });
  if (!isCurrency(currency)) return refuse({ code: 'unknown_currency', currency });
  return accept({ type: 'CustomerRegistered', at, id, currency });
}

interface CustomerTypes {
  readonly command: RegisterCustomer;
  readonly state: CustomerState;
  readonly event: CustomerEvent;
  readonly refusal: CustomerRefusal;
}

export const customer: Aggregate<CustomerTypes> = {
  category: 'customer',
  decider: {
    initial: {},
    decide,
    evolve: (_, { id, currency, at }) => ({ customer: { id, currency, registeredAt: at } }),
  },
  events: customerEvents,
  state: customerState,
  stateVersion: 1,
};
