/** The command line as a whole. */
import { Command, CommanderError } from 'commander';
import { autoTopUpCommands } from './commands/auto-top-up';
import { balanceCommands } from './commands/balance';
import { creditsCommands } from './commands/credits';
import { customerCommands } from './commands/customer';
import { demoCommand } from './commands/demo';
import { holdCommands } from './commands/hold';
import { operationCommands } from './commands/operations';
import { productCommands } from './commands/product';
import { purchaseCommands } from './commands/purchase';
import { rejectedCommands } from './commands/rejected';
import { reportCommands } from './commands/report';
import { serveCommands } from './commands/serve';
import { settingsCommands } from './commands/settings';
import { testClockCommands } from './commands/test-clock';
import { usageCommands } from './commands/usage';
import { walletCommands } from './commands/wallet';
import { webhookCommands } from './commands/webhook';
import { EXIT, type ExitCode } from './exit-codes';
import { type Outcome, Runner, URL_DEFAULT } from './invocation';
import type { Io } from './io';
import { wholeNumber } from './option-values';

const TIMEOUT_S_MAX = 3_600;

const HELP = `
Exit codes:
  0  done
  1  refused, failed, or some usage was rejected
  2  the command line is wrong; nothing was sent
  3  the service could not be reached
  4  verify found something, or the log is damaged`;

export function program(io: Io, outcome: Outcome): Command {
  const root = new Command('drawdown')
    .description('A prepaid wallet and credit ledger: the command line.')
    .option('--url <url>', `where the service is; DRAWDOWN_URL by default ${URL_DEFAULT}`)
    .option('--json', 'answers as JSON, one object per line; errors as JSON on standard error')
    .option('--idempotency-key <key>', 'key of the command: the same key and command are carried out once')
    .option('--timeout <seconds>', 'how long to wait for an answer; default 30', wholeNumber(1, TIMEOUT_S_MAX))
    .option('--verbose', 'say on standard error what is sent')
    .addHelpText('after', HELP)
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) });
  const runner = new Runner(io, outcome);
  settingsCommands(root, runner);
  customerCommands(root, runner);
  productCommands(root, runner);
  creditsCommands(root, runner);
  walletCommands(root, runner);
  purchaseCommands(root, runner);
  autoTopUpCommands(root, runner);
  usageCommands(root, runner);
  balanceCommands(root, runner);
  holdCommands(root, runner);
  webhookCommands(root, runner);
  rejectedCommands(root, runner);
  reportCommands(root, runner);
  operationCommands(root, runner);
  testClockCommands(root, runner);
  serveCommands(root, runner);
  demoCommand(root, runner);
  return root;
}

/** @param args without node and script. Never throws but for defects of this program. */
export async function runProgram(args: readonly string[], io: Io): Promise<ExitCode> {
  const outcome: Outcome = { exitCode: EXIT.ok };
  try {
    await program(io, outcome).parseAsync([...args], { from: 'user' });
  } catch (fault) {
    if (!(fault instanceof CommanderError)) throw fault;
    // Asked-for help is no error; help because nothing was asked is.
    const asked = fault.code === 'commander.helpDisplayed' || fault.code === 'commander.version';
    return asked ? EXIT.ok : EXIT.usage;
  }
  return outcome.exitCode;
}
