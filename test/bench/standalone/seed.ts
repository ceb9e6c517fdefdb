/**
 * Fills a data folder with customers before the service opens it: a process of its own, so that the service begins with nothing in
 * memory. Arguments: the folder, and a Population as JSON.
 */
import { amount, type Instant } from '@drawdown/domain/amounts';
import { creditBalance, type GrantRequest, type Limit } from '@drawdown/domain/balance';
import { customer } from '@drawdown/domain/customer';
import { streams } from '@drawdown/engine/event-store';
import { composeStandalone } from '../../../apps/standalone/src/compose';
import { CREDIT_PRODUCT, customerOf } from '../load/usage-bodies';
import { addProduct } from './product';
import { limitsOf, type Population } from './population';

const AT_ONCE = 512;
const BEGINNING = '1000000000';
const [dataDirectory = '', population = ''] = process.argv.slice(2);
const { customers, grants = 1, limits = 'none' } = JSON.parse(population) as Population;
const at = Date.now() as Instant;
const product = CREDIT_PRODUCT.credit_product_id;

const limitsOfEach: readonly Limit[] = limitsOf(limits, Number(BEGINNING)).map(({ id, absolute }) => ({
  id,
  kind: 'absolute',
  value: amount(absolute),
}));
const grant = (share: number): GrantRequest => ({ origin: 'free', priority: 100, amount: amount((Number(BEGINNING) / share).toString()) });

async function main(): Promise<void> {
  const service = await composeStandalone({ dataDirectory });
  const { ledger } = service.parts;
  await addProduct(service.parts);
  const add = async (n: number): Promise<void> => {
    const id = customerOf(n);
    const stream = streams.creditBalance(id, product);
    await ledger.execute(customer, streams.customer(id), { type: 'RegisterCustomer', at, id, currency: 'EUR' });
    await ledger.execute(creditBalance, stream, {
      type: 'Create',
      at,
      customerId: id,
      creditProductId: product,
      limits: limitsOfEach,
      startingGrant: grant(grants),
    });
    for (let more = 1; more < grants; more++) await ledger.execute(creditBalance, stream, { type: 'TopUp', at, grant: grant(grants) });
  };
  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let n = next++; n < customers; n = next++) await add(n);
    }),
  );
  await service.stop();
}

void main();
