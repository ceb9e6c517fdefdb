import type { Message } from '@drawdown/api/contract';
import { type Command, InvalidArgumentError } from 'commander';
import { wrongUsage } from '../exit-codes';
import type { Runner } from '../invocation';
import { text } from '../rendering/fields';

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

export function testClockCommands(program: Command, runner: Runner): void {
  const clock = program
    .command('test-clock')
    .description('the clock of a service that was started with TEST_CLOCK=true: it stands still until it is moved on');
  clock
    .command('show')
    .description('the time of the test clock')
    .action(runner.run(async (call) => call.answer(await call.service.call('GetTestClock'), now)));
  clock
    .command('advance')
    .description('move it on: all that becomes due on the way happens in order, each at its own moment')
    .option('--by <time>', 'such as 90s, 30m, 12h or 30d; at most 400d', seconds)
    .option('--to <time>', 'RFC 3339; not before the time of the clock')
    .action(
      runner.run<{ by?: number; to?: string }>(async (call, _, { by, to }) => {
        if ((by === undefined) === (to === undefined)) throw wrongUsage('test-clock advance: give either --by or --to');
        call.answer(await call.service.call('AdvanceTestClock', { by_seconds: by, to }), now);
      }),
    );
}

/** @throws InvalidArgumentError for what is no length of time */
function seconds(said: string): number {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(said) ?? [];
  if (count === undefined) throw new InvalidArgumentError('give a whole number with s, m, h or d, such as 30d');
  return Number(count) * SECONDS[unit as keyof typeof SECONDS];
}

const now = (answer: Message): string => text(answer, 'now');
