import { type Command, Option } from 'commander';
import { EXIT } from '../exit-codes';
import type { Invocation, Runner } from '../invocation';
import { type App, APPS, ended, startApp } from '../app-process';

const CONFIGURED = '\nIt is configured by environment variables: see .env.example.';

export function serveCommands(program: Command, runner: Runner): void {
  program
    .command('serve')
    .description('run the service until Ctrl-C, as npm start does')
    .addHelpText('after', CONFIGURED)
    .action(runner.run((call) => run(call, 'standalone', [])));
  program
    .command('config')
    .description('the configuration of a service')
    .command('check')
    .description('read the configuration, show its values and its problems, and start nothing')
    .addOption(new Option('--app <service>', 'the service that is meant').choices(APPS).default('standalone'))
    .addHelpText('after', CONFIGURED)
    .action(runner.run<{ app: App }>((call, _, { app }) => run(call, app, ['--validate', ...(call.json ? ['--json'] : [])])));
}

/** Its output is ours; what stops us stops it, and it drains before it ends. */
async function run(call: Invocation, app: App, args: readonly string[]): Promise<void> {
  const child = startApp(app, { args });
  const { interrupted } = call.io;
  interrupted.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
  if ((await ended(child)) !== 0) call.exitCode = EXIT.failed;
}
