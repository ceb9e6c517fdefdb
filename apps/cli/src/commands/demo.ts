import type { Command } from 'commander';
import { demo, type DemoOptions } from '../demo/demo';
import type { Runner } from '../invocation';

export function demoCommand(program: Command, runner: Runner): void {
  program
    .command('demo')
    .description('start a service of its own with made-up customers, show its work, and leave it up until Ctrl-C')
    .option('--exit', 'end after the last step')
    .option('--keep', 'leave its data folder behind')
    .addHelpText('after', '\nExit code 1 if it finds a problem.')
    .action(runner.run<DemoOptions>((call, _, options) => demo(call, options)));
}
