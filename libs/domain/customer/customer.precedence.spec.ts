import { instant } from '@drawdown/domain/amounts';
import { precedenceProofs, unpaired } from '@drawdown/domain/decider';
import { customer, type CustomerRefusal } from './customer';

const ORDER = Object.keys({ customer_exists: 0, unknown_currency: 0 } satisfies Record<
  CustomerRefusal['code'],
  0
>) as CustomerRefusal['code'][];
const at = instant('2024-03-01T12:00:00Z');

const PROOFS = precedenceProofs(ORDER, {
  name: 'RegisterCustomer',
  situation: { state: customer.decider.initial, currency: 'EUR' },
  refusalOf: ({ state, currency }) => {
    const decision = customer.decider.decide({ type: 'RegisterCustomer', at, id: 'cus_1', currency }, state);
    return decision.accepted ? undefined : decision.refusal.code;
  },
  objections: [
    ['customer_exists', (situation) => ({ ...situation, state: { customer: { id: 'cus_1', currency: 'EUR', registeredAt: at } } })],
    ['unknown_currency', (situation) => ({ ...situation, currency: 'XXX' })],
  ],
});

describe('of two refusals of a customer that apply at once, the earlier is given', () => {
  it.each(PROOFS.map((proof) => [proof.name, proof] as const))('%s', (_, { prove }) => prove());

  it('and every refusal is in such a pair', () => expect(unpaired(ORDER, PROOFS)).toEqual([]));
});
