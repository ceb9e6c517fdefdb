import type { Command } from 'commander';
import { EXIT } from '../exit-codes';
import type { Runner } from '../invocation';
import { outcomeLine, rejectedCard, rejectedTable } from '../rendering/answers';
import { text, within } from '../rendering/fields';
import { paged, pageOf, type PageOptions } from './options/paging';

interface ListOptions extends PageOptions {
  readonly reason?: string;
  readonly customer?: string;
  readonly status?: string;
}

export function rejectedCommands(program: Command, runner: Runner): void {
  const rejected = program.command('rejected').description('usage that could not be applied, kept with its reason');
  paged(
    rejected
      .command('list')
      .description('rejected usage, newest first')
      .option('--reason <code>', 'only with this reason, such as unknown_customer')
      .option('--customer <customer>', 'only of this customer')
      .option('--status <status>', 'only those: open or replayed'),
  ).action(
    runner.run<ListOptions>(async (call, _, { reason, customer, status, ...page }) =>
      call.answer(await call.service.call('ListRejectedUsage', { reason, customer_id: customer, status, ...pageOf(page) }), rejectedTable),
    ),
  );
  rejected
    .command('show')
    .description('one, with its original bytes')
    .argument('<rejection>')
    .action(
      runner.run(async (call, [id]) =>
        call.answer(await call.service.call('GetRejectedUsage', { rejection_id: id }), (answer) =>
          rejectedCard(within(answer, 'rejected_usage')),
        ),
      ),
    );
  rejected
    .command('replay')
    .description('send it through intake again, after its cause has been fixed; exit code 1 when it is rejected again')
    .argument('<rejection>')
    .action(
      runner.run(async (call, [id]) => {
        const answer = await call.service.call('ReplayRejectedUsage', { rejection_id: id });
        call.answer(answer, () => outcomeLine(within(answer, 'outcome')));
        if (text(answer, 'outcome.status') === 'rejected') call.exitCode = EXIT.failed;
      }),
    );
}
