import type { Command } from 'commander';
import { wrongUsage } from '../exit-codes';
import type { Runner } from '../invocation';
import { wholeNumber } from '../option-values';
import { autoTopUpCard, decisionsTable } from '../rendering/auto-top-ups';
import { within } from '../rendering/fields';
import { paged, pageOf, type PageOptions } from './options/paging';

interface SetOptions {
  readonly threshold?: string;
  readonly everyDays?: number;
  readonly startingAt?: string;
  readonly dayOfMonth?: number;
  readonly amount?: string;
  readonly target?: string;
  readonly minimum?: string;
  readonly figure?: string;
  readonly cooldown?: number;
  readonly period?: string;
  readonly maxMoney: string;
  readonly maxCount: number;
}

const DAYS_MAX = 366;
const DAY_OF_MONTH_MAX = 31;
const COUNT_MAX = 100;
const COOLDOWN_S_MAX = 2_678_400;

const given = (...values: readonly unknown[]): number => values.filter((value) => value !== undefined).length;

export function autoTopUpCommands(program: Command, runner: Runner): void {
  const root = program.command('auto-top-up').description('a wallet that asks for money by itself');
  root
    .command('set')
    .description('set the policy and turn it on')
    .argument('<customer>')
    .option('--threshold <money>', 'when this much or less is left; or')
    .option('--every-days <n>', `every so many days, 1 to ${DAYS_MAX}; or`, wholeNumber(1, DAYS_MAX))
    .option('--day-of-month <n>', `on this day of every month, 1 to ${DAY_OF_MONTH_MAX}`, wholeNumber(1, DAY_OF_MONTH_MAX))
    .option('--starting-at <time>', 'with --every-days: the first time; RFC 3339')
    .option('--amount <money>', 'always this much; or')
    .option('--target <money>', 'as much as is missing up to this')
    .option('--minimum <money>', 'with --target: at least this much')
    .option('--figure <figure>', 'which figure triggers it: available or projected; default available')
    .option('--cooldown <seconds>', 'from one request to the next at least', wholeNumber(0, COOLDOWN_S_MAX))
    .option('--period <period>', 'period of the maximum: day, week or month; default month')
    .requiredOption('--max-money <money>', 'asked for in one period at most')
    .requiredOption('--max-count <n>', `requests in one period at most, 1 to ${COUNT_MAX}`, wholeNumber(1, COUNT_MAX))
    .action(
      runner.run<SetOptions>(async (call, [customer], options) => {
        const { everyDays, startingAt, dayOfMonth, cooldown, period, maxMoney, maxCount, ...rest } = options;
        if (given(rest.threshold, everyDays, dayOfMonth) !== 1)
          throw wrongUsage('auto-top-up set: give one of --threshold, --every-days and --day-of-month');
        if (given(rest.amount, rest.target) !== 1) throw wrongUsage('auto-top-up set: give either --amount or --target');
        const policy = {
          ...rest,
          every_days: everyDays,
          starting_at: startingAt,
          day_of_month: dayOfMonth,
          cooldown_seconds: cooldown,
          maximum_period: period,
          maximum_money: maxMoney,
          maximum_count: maxCount,
        };
        call.answer(await call.service.call('SetAutoTopUp', { customer_id: customer, policy }), (answer) =>
          autoTopUpCard(within(answer, 'auto_top_up')),
        );
      }),
    );
  paged(root.command('get').description('how it stands, and what it decided').argument('<customer>')).action(
    runner.run<PageOptions>(async (call, [customer], options) =>
      call.answer(
        await call.service.call('GetAutoTopUp', { customer_id: customer, ...pageOf(options) }),
        (answer) => `${autoTopUpCard(within(answer, 'auto_top_up'))}\n\n${decisionsTable(answer)}`,
      ),
    ),
  );
  for (const [name, rpc, about] of [
    ['disable', 'DisableAutoTopUp', 'turn it off; a purchase in flight goes on'],
    ['resume', 'ResumeAutoTopUp', 'try again after a suspension or in a back-off'],
  ] as const)
    root
      .command(name)
      .description(about)
      .argument('<customer>')
      .option('--reason <text>', 'why')
      .action(
        runner.run<{ reason?: string }>(async (call, [customer], { reason }) =>
          call.answer(await call.service.call(rpc, { customer_id: customer, reason }), (answer) =>
            autoTopUpCard(within(answer, 'auto_top_up')),
          ),
        ),
      );
}
