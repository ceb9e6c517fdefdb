import type { Command } from 'commander';
import type { Runner } from '../invocation';
import { customerCard, customersTable } from '../rendering/answers';
import { within } from '../rendering/fields';
import { paged, pageOf, type PageOptions } from './options/paging';

export function customerCommands(program: Command, runner: Runner): void {
  const customer = program.command('customer').description('those who pay');
  customer
    .command('create')
    .description('register a customer; usage of an unknown one is rejected')
    .argument('<customer>', 'its id, as usage events name it in their subject')
    .requiredOption('--currency <code>', 'ISO 4217, such as EUR; cannot be changed later')
    .action(
      runner.run<{ currency: string }>(async (call, [id], { currency }) =>
        call.answer(await call.service.call('CreateCustomer', { customer_id: id, currency }), (answer) =>
          customerCard(within(answer, 'customer')),
        ),
      ),
    );
  customer
    .command('get')
    .description('one customer')
    .argument('<customer>')
    .action(
      runner.run(async (call, [id]) =>
        call.answer(await call.service.call('GetCustomer', { customer_id: id }), (answer) => customerCard(within(answer, 'customer'))),
      ),
    );
  paged(customer.command('list').description('all customers, in order of id')).action(
    runner.run<PageOptions>(async (call, _, options) =>
      call.answer(await call.service.call('ListCustomers', pageOf(options)), customersTable),
    ),
  );
}
