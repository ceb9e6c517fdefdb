import type { Message } from '@drawdown/api/contract';
import type { Command } from 'commander';
import { wrongUsage } from '../exit-codes';
import type { Runner } from '../invocation';
import { collect, limitOf } from '../option-values';
import { balanceCard, grantsTable } from '../rendering/answers';
import { within } from '../rendering/fields';
import { granting, grantOf, type GrantOptions } from './options/grant-options';
import { voidingFromCredits } from './options/voiding';

interface CreateOptions {
  readonly name?: string;
  readonly startingBalance?: string;
  readonly limit?: readonly string[];
  /** False when --no-limits was given. */
  readonly limits: boolean;
}

const shown = (answer: Message): string => balanceCard(within(answer, 'balance'));

export function creditsCommands(program: Command, runner: Runner): void {
  const credits = program.command('credits').description('credit balances: units of a credit product, held by a customer');
  credits
    .command('create')
    .description('give a customer a balance of a credit product')
    .argument('<customer>')
    .argument('<product>')
    .option('--name <text>', "for people; default the product's name")
    .option('--starting-balance <amount>', 'free credits to begin with')
    .option('--limit <limit>', "warning line instead of the product's, such as low=50 or low=20%; repeatable", collect)
    .option('--no-limits', 'no warning lines, whatever the product has')
    .action(
      runner.run<CreateOptions>(async (call, [customer, product], { name, startingBalance, limit = [], limits }) => {
        if (!limits && limit.length > 0) throw wrongUsage('--limit and --no-limits exclude each other');
        const request = {
          customer_id: customer,
          credit_product_id: product,
          name,
          starting_balance: startingBalance,
          limits: limit.length > 0 ? limit.map(limitOf) : undefined,
          no_limits: limits ? undefined : true,
        };
        call.answer(await call.service.call('CreateCreditBalance', request), shown);
      }),
    );
  granting(
    credits
      .command('top-up')
      .description('add a grant')
      .argument('<customer>')
      .argument('<product>')
      .argument('<amount>', 'the number of credits, such as 100 or 12.50')
      .option('--cost <amount>', 'the price that was paid for it')
      .option('--cost-currency <code>', 'in which currency'),
  ).action(
    runner.run<GrantOptions & { cost?: string; costCurrency?: string }>(async (call, [customer, product, amount], options) => {
      const { cost, costCurrency } = options;
      if ((cost === undefined) !== (costCurrency === undefined)) throw wrongUsage('--cost and --cost-currency belong together');
      const request = {
        customer_id: customer,
        credit_product_id: product,
        amount,
        ...grantOf(options),
        cost_basis: cost === undefined ? undefined : { amount: cost, currency: costCurrency },
      };
      call.answer(await call.service.call('TopUpCreditBalance', request), shown);
    }),
  );
  credits
    .command('deduct')
    .description('take credits by hand; refused whole when there is too little')
    .argument('<customer>')
    .argument('<product>')
    .argument('<amount>')
    .requiredOption('--reason <text>', 'for the record')
    .option('--reference <text>', 'your own reference')
    .action(
      runner.run<{ reason: string; reference?: string }>(async (call, [customer, product, amount], { reason, reference }) =>
        call.answer(
          await call.service.call('DeductCredits', {
            customer_id: customer,
            credit_product_id: product,
            amount,
            reason,
            reference,
          }),
          shown,
        ),
      ),
    );
  voidingFromCredits(credits, runner);
  credits
    .command('get')
    .description('its figures and grants')
    .argument('<customer>')
    .argument('<product>')
    .action(
      runner.run(async (call, [customer, product]) =>
        call.answer(
          await call.service.call('GetBalance', { customer_id: customer, credit_product_id: product }),
          (answer) => `${shown(answer)}\n\n${grantsTable(within(answer, 'balance'))}`,
        ),
      ),
    );
}
