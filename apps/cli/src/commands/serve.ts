import type { Command } from 'commander';
import { EXIT } from '../exit-codes';
import type { Invocation, Runner } from '../invocation';
import { ended, startStandalone } from '../standalone-process';

const CONFIGURED = '\nIt is configured by environment variables: see .env.example.';

export function serveCommands(program: Command, runner: Runner): void {
  program
    .command('serve')
    .description('run the service until Ctrl-C, as npm start does')
    .addHelpText('after', CONFIGURED)
    .action(runner.run((call) => standalone(call, [])));
  program
    .command('config')
    .description('the configuration of the service')
    .command('check')
    .description('read the configuration, say what is wrong with it, and start nothing')
    .addHelpText('after', CONFIGURED)
    .action(runner.run((call) => standalone(call, ['--validate'])));
}

/** Its output is ours; what stops us stops it, and it drains before it ends. */
async function standalone(call: Invocation, args: readonly string[]): Promise<void> {
  const child = startStandalone({ args });
  const { interrupted } = call.io;
  interrupted.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
  if ((await ended(child)) !== 0) call.exitCode = EXIT.failed;
}
