/** Taking back what is left of a grant, from a wallet or a credit balance. */
import type { Message } from '@drawdown/api/contract';
import type { Command } from 'commander';
import type { Runner } from '../../invocation';
import { balanceCard } from '../../rendering/answers';
import { text, within } from '../../rendering/fields';

const REASON = ['--reason <text>', 'for the record'] as const;
const shown = (answer: Message): string => `Taken back: ${text(answer, 'voided')}\n\n${balanceCard(within(answer, 'balance'))}`;

export const voidingFromWallet = (wallet: Command, runner: Runner): Command =>
  wallet
    .command('void')
    .description('take back the rest of a grant; refused while any of it is held')
    .argument('<customer>')
    .argument('<grant>', 'such as g1')
    .requiredOption(...REASON)
    .action(
      runner.run<{ reason: string }>(async (call, [customer, grant], { reason }) =>
        call.answer(await call.service.call('VoidTopUp', { customer_id: customer, grant_id: grant, reason }), shown),
      ),
    );

export const voidingFromCredits = (credits: Command, runner: Runner): Command =>
  credits
    .command('void')
    .description('take back the rest of a grant; refused while any of it is held')
    .argument('<customer>')
    .argument('<product>')
    .argument('<grant>', 'such as g1')
    .requiredOption(...REASON)
    .action(
      runner.run<{ reason: string }>(async (call, [customer, product, grant], { reason }) => {
        const request = { customer_id: customer, credit_product_id: product, grant_id: grant, reason };
        call.answer(await call.service.call('VoidTopUp', request), shown);
      }),
    );
