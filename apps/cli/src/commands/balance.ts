import type { Message } from '@drawdown/api/contract';
import type { Command } from 'commander';
import type { Invocation, Runner } from '../invocation';
import { collect, wholeNumber } from '../option-values';
import { balanceCard, balancesTable, movementsTable } from '../rendering/answers';
import { figure, items, text, within } from '../rendering/fields';
import { paged, pageOf, type PageOptions } from './options/paging';
import { balanceOf, PRODUCT_ARGUMENT } from './options/which-balance';

const revision = wholeNumber(0, Number.MAX_SAFE_INTEGER);

export function balanceCommands(program: Command, runner: Runner): void {
  const balance = program.command('balance').description('what a customer has');
  balance
    .command('get')
    .description('figures of one balance; without product and --wallet, all of the customer')
    .argument('<customer>')
    .argument('[product]', 'credit product')
    .option('--wallet', 'the wallet')
    .option('--min-revision <n>', 'wait for this revision a short while', revision)
    .option('--at <time>', 'as the ledger knew it then; RFC 3339')
    .action(
      runner.run<{ wallet?: boolean; minRevision?: number; at?: string }>(
        async (call, [customer = '', product = ''], { wallet, minRevision, at }) => {
          if (!product && !wallet)
            return call.answer(await call.service.call('ListBalances', { customer_id: customer }), (answer) =>
              balancesTable(items(answer, 'balances')),
            );
          const request = { ...balanceOf(customer, product), min_revision: minRevision, at };
          call.answer(await call.service.call('GetBalance', request), (answer) => balanceCard(within(answer, 'balance')));
        },
      ),
    );
  balance
    .command('watch')
    .description('a line at once and after every change, until Ctrl-C')
    .argument('<customer>')
    .argument(...PRODUCT_ARGUMENT)
    .option('--after-revision <n>', 'leave out states up to this revision', revision)
    .option('--count <n>', 'end after so many lines', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .action(
      runner.run<{ afterRevision?: number; count?: number }>((call, [customer = '', product = ''], { afterRevision, count = Infinity }) =>
        watch(call, { ...balanceOf(customer, product), after_revision: afterRevision }, count),
      ),
    );
  paged(
    program
      .command('movements')
      .description('the movements of a balance')
      .argument('<customer>')
      .argument(...PRODUCT_ARGUMENT)
      .option('--type <type>', 'only these, such as credited, consumed, low_balance; repeatable', collect)
      .option('--newest-first', 'the newest first'),
  ).action(
    runner.run<PageOptions & { type?: readonly string[]; newestFirst?: boolean }>(async (call, [customer = '', product = ''], options) => {
      const request = {
        ...balanceOf(customer, product),
        ...pageOf(options),
        types: options.type,
        newest_first: options.newestFirst,
      };
      call.answer(await call.service.call('ListMovements', request), movementsTable);
    }),
  );
}

async function watch(call: Invocation, request: Message, count: number): Promise<void> {
  let shown = 0;
  for await (const message of call.service.stream('WatchBalance', request)) {
    call.answer(message, changeLine);
    if (++shown >= count) return;
  }
}

/** One line, so that the lines below each other read as a history. */
function changeLine(message: Message): string {
  const balance = within(message, 'balance');
  const figures = ['available', 'held', 'consumed', 'uncovered'].map((name) => `${name} ${figure(balance, name)}`);
  return `${text(message, 'as_of')}  revision ${text(message, 'revision') || '0'}  ${text(balance, 'status')}  ${figures.join('  ')}`;
}
