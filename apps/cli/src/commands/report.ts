import type { Command } from 'commander';
import type { Runner } from '../invocation';
import { liabilityTable } from '../rendering/purchases';

export function reportCommands(program: Command, runner: Runner): void {
  program
    .command('report')
    .description("for the account's books")
    .command('liability')
    .description('the debt to customers, with all that was added and taken, per currency, paid and free apart')
    .option('--at <time>', 'as of a past moment; RFC 3339')
    .action(
      runner.run<{ at?: string }>(async (call, _, { at }) =>
        call.answer(await call.service.call('GetLiabilityReport', { at }), liabilityTable),
      ),
    );
}
