/** Customers, who hold the wallets and credit balances. */
import type { Customer as CustomerMessage } from '@drawdown/api/contract';
import assert from 'node:assert/strict';
import { customer, type Customer, type RegisterCustomer } from '@drawdown/domain/customer';
import { formatInstant } from '@drawdown/domain/amounts';
import { streams } from '@drawdown/engine/event-store';
import { carryOut, readFresh } from '@drawdown/engine/commands';
import { Refused } from '@drawdown/api/errors';
import { readRequest } from '../request/fields';
import type { Handlers } from '../operation';
import { listDocuments, stateIn } from '../request/pages';
import type { ApiParts } from '../parts';
import { readAtLeast } from '../request/read-at-least';

export const customerOperations = (parts: ApiParts): Pick<Handlers, 'CreateCustomer' | 'GetCustomer' | 'ListCustomers'> => ({
  async CreateCustomer(request, context) {
    const asked = readRequest(request, (from) => ({ id: from.customerId(), currency: from.currency() }));
    const { state, revision } = await carryOut(parts, context, customer, streams.customer(asked.id), (at): RegisterCustomer => ({
      type: 'RegisterCustomer',
      at,
      ...asked,
    }));
    return { revision, customer: customerMessage(registered(state)) };
  },

  async GetCustomer(request, context) {
    const { customerId, wanted } = readRequest(request, (from) => ({
      customerId: from.customerId(),
      wanted: from.revision('min_revision'),
    }));
    await readAtLeast(parts.ledger, customer, streams.customer(customerId), wanted, context);
    const { found, revision } = await readFresh(parts.ledger, customer, streams.customer(customerId), ({ state, revision }) => {
      if (!state.customer) throw new Refused({ code: 'customer_not_found', customerId });
      return { found: state.customer, revision };
    });
    return { revision, as_of: formatInstant(parts.clock()), customer: customerMessage(found) };
  },

  async ListCustomers(request) {
    const page = readRequest(request, (from) => from.page());
    const { items, next } = await listDocuments(parts, page, {
      prefix: `${customer.category}-`,
      show: async (document) => {
        const { customer: found } = await stateIn(parts, customer, document);
        return found && customerMessage(found);
      },
    });
    return { customers: items, next_page_token: next, as_of: formatInstant(parts.clock()) };
  },
});

const registered = ({ customer: found }: { readonly customer?: Customer }): Customer => {
  assert(found, 'a customer that was registered is in the state after it');
  return found;
};

const customerMessage = ({ id, currency, registeredAt }: Customer): CustomerMessage => ({
  customer_id: id,
  currency,
  created_at: formatInstant(registeredAt),
});
