import type { Message } from '@drawdown/api/contract';
import type { Command } from 'commander';
import { wrongUsage } from '../exit-codes';
import type { Runner } from '../invocation';
import { collect, limitOf } from '../option-values';
import { balanceCard, grantsTable } from '../rendering/answers';
import { text, within } from '../rendering/fields';
import { granting, grantOf, type GrantOptions } from './options/grant-options';
import { voidingFromWallet } from './options/voiding';
import { invoiceCommands } from './wallet-invoices';

const shown = (answer: Message): string => balanceCard(within(answer, 'balance'));

export function walletCommands(program: Command, runner: Runner): void {
  const wallet = program.command('wallet').description("a customer's money, in the customer's currency");
  wallet
    .command('create')
    .description('open the wallet; a credit price for the currency has to exist')
    .argument('<customer>')
    .option('--limit <limit>', 'warning line instead of the default ones, such as low=10 or low=20%; repeatable', collect)
    .option('--no-limits', 'no warning lines, whatever the settings have')
    .action(
      runner.run<{ limit?: readonly string[]; limits: boolean }>(async (call, [customer], { limit = [], limits }) => {
        if (!limits && limit.length > 0) throw wrongUsage('--limit and --no-limits exclude each other');
        const request = {
          customer_id: customer,
          limits: limit.length > 0 ? limit.map(limitOf) : undefined,
          no_limits: limits ? undefined : true,
        };
        call.answer(await call.service.call('CreateWallet', request), shown);
      }),
    );
  wallet
    .command('get')
    .description('its figures and grants')
    .argument('<customer>')
    .action(
      runner.run(async (call, [customer]) =>
        call.answer(
          await call.service.call('GetBalance', { customer_id: customer }),
          (answer) => `${shown(answer)}\n\n${grantsTable(within(answer, 'balance'))}`,
        ),
      ),
    );
  granting(
    wallet
      .command('add-credits')
      .description('add credits, converted to money at the credit price in force')
      .argument('<customer>')
      .argument('<credits>', 'the number of credits, such as 100 or 12.50'),
  ).action(
    runner.run<GrantOptions>(async (call, [customer, credits], options) =>
      call.answer(
        await call.service.call('AddCredits', { customer_id: customer, credits, ...grantOf(options) }),
        (answer) => `Added ${text(answer, 'grant.amount')} at ${text(answer, 'credit_price')} per credit.\n\n${shown(answer)}`,
      ),
    ),
  );
  voidingFromWallet(wallet, runner);
  invoiceCommands(wallet, runner);
  const stops = [
    ['pause', 'PauseWallet', 'stop debits and new holds; usage goes uncovered'],
    ['resume', 'ResumeWallet', 'allow debits again'],
  ] as const;
  for (const [verb, rpc, description] of stops)
    wallet
      .command(verb)
      .description(description)
      .argument('<customer>')
      .option('--reason <text>', 'for the record')
      .action(
        runner.run<{ reason?: string }>(async (call, [customer], { reason }) =>
          call.answer(await call.service.call(rpc, { customer_id: customer, reason }), shown),
        ),
      );
  wallet
    .command('close')
    .description('end it for good and post the rest out')
    .argument('<customer>')
    .requiredOption('--reason <text>', 'for the record')
    .action(
      runner.run<{ reason: string }>(async (call, [customer], { reason }) =>
        call.answer(
          await call.service.call('CloseWallet', { customer_id: customer, reason }),
          (answer) => `Closed. Posted away: ${text(answer, 'residual') || '0'}\n\n${shown(answer)}`,
        ),
      ),
    );
}
