import { text as readText } from 'node:stream/consumers';
import type { Command } from 'commander';
import { EXIT, wrongUsage } from '../exit-codes';
import { firstEvents, importFile, type ImportOptions, ImportStopped } from '../importing/import-file';
import { summaryText } from '../importing/tally';
import type { Invocation, Runner } from '../invocation';
import { collect, wholeNumber } from '../option-values';
import { outcomeLine } from '../rendering/answers';
import { text, within } from '../rendering/fields';

const BATCH_DEFAULT = 500;
/** As many as the service takes in one request. */
const BATCH_MAX = 1_000;
const CONCURRENCY_DEFAULT = 4;
const CONCURRENCY_MAX = 64;
const RETRY_FOR_S_DEFAULT = 60;
const RETRY_FOR_S_MAX = 86_400;
const DRY_RUN_EVENTS = 5;

const IMPORT_HELP = `
A mapping makes a usage event of each row. Its texts hold {column} for the row's text in a column, {row} for the number of the
row from 0, and {row%N} for the rest of its division by N; {{ and }} stand for braces.

  drawdown usage import trace.csv \\
    --source gateway --type llm.request --id 'row-{row}' --subject '{customer}' --time '{TIMESTAMP}' \\
    --data input_tokens='{ContextTokens}' --data output_tokens='{GeneratedTokens}'

Times may be written with a space or a T; those without a zone are UTC. A --data value that is a plain decimal is sent as a
number with all its digits, anything else as text; --data-text sends text always. Empty values are left out.
JSON lines that are CloudEvents already need no mapping; with one, their top-level fields are the columns.

Importing again is safe: an event that was charged is a duplicate then. Exit code 1 when any was rejected.`;

export function usageCommands(program: Command, runner: Runner): void {
  const usage = program.command('usage').description('usage in: what customers have used');
  usage
    .command('import')
    .description('send a file of usage: CSV with a header, or JSON lines')
    .argument('<file>', '"-" for standard input')
    .option('--format <format>', "csv or jsonl; default by the file's name")
    .option('--separator <text>', 'the separator of the fields of a CSV file', ',')
    .option('--source <text>', 'who says so')
    .option('--type <text>', 'the kind of usage; meters select by it')
    .option('--id <text>', 'unique within the source: it is charged once')
    .option('--subject <text>', 'the customer')
    .option('--time <text>', 'when; without a zone it is UTC. Left out: when it arrives')
    .option('--data <path=text>', 'a field of the data; repeatable', collect)
    .option('--data-text <path=text>', 'the same, never sent as a number; repeatable', collect)
    .option('--batch <n>', 'events per request', wholeNumber(1, BATCH_MAX), BATCH_DEFAULT)
    .option('--concurrency <n>', 'requests in flight', wholeNumber(1, CONCURRENCY_MAX), CONCURRENCY_DEFAULT)
    .option(
      '--retry-for <seconds>',
      'how long a batch is tried while the service is down or busy',
      wholeNumber(0, RETRY_FOR_S_MAX),
      RETRY_FOR_S_DEFAULT,
    )
    .option('--dry-run', `show the first ${DRY_RUN_EVENTS} events and send nothing`)
    .option('--allow-rejected', 'exit code 0 even when some were rejected')
    .addHelpText('after', IMPORT_HELP)
    .action(
      runner.run<ImportOptions & { dryRun?: boolean; allowRejected?: boolean }>(async (call, [file = ''], options) => {
        if (options.dryRun) for (const event of await firstEvents(call, file, options, DRY_RUN_EVENTS)) call.print(event);
        else await runImport(call, file, options, options.allowRejected === true);
      }),
    );
  usage
    .command('send')
    .description('send one event, from options, or as a CloudEvent in JSON from standard input')
    .option('--source <text>', 'who says so')
    .option('--type <text>', 'the kind of usage')
    .option('--id <text>', 'unique within the source')
    .option('--subject <customer>', 'the customer')
    .option('--time <time>', 'when; RFC 3339. Left out: now')
    .option('--data <json>', 'its data, a JSON object', '{}')
    .addHelpText('after', '\nExit code 1 when it was rejected, or will be because it cannot be read.')
    .action(runner.run<SendOptions>(sendOne));
}

async function runImport(call: Invocation, file: string, options: ImportOptions, allowRejected: boolean): Promise<void> {
  try {
    const summary = await importFile(call, file, options);
    call.answer(summary, () => summaryText(summary));
    const rejected = summary.rejected + summary.queued_malformed;
    if (!summary.complete || (rejected > 0 && !allowRejected)) call.exitCode = EXIT.failed;
  } catch (fault) {
    if (fault instanceof ImportStopped && !call.json) call.print(summaryText(fault.summary));
    throw fault;
  }
}

interface SendOptions {
  readonly source?: string;
  readonly type?: string;
  readonly id?: string;
  readonly subject?: string;
  readonly time?: string;
  readonly data: string;
}

async function sendOne(call: Invocation, _: readonly string[], options: SendOptions): Promise<void> {
  const { source, type, id, subject, time, data } = options;
  const named = [source, type, id, subject].filter((value) => value !== undefined).length;
  if (named > 0 && named < 4)
    throw wrongUsage('usage send needs --source, --type, --id and --subject together, or a CloudEvent on standard input');
  // The data goes in as it was written: a number that is parsed on the way may lose digits.
  const body =
    named === 0
      ? await readText(call.io.stdin)
      : `{${JSON.stringify({ specversion: '1.0', source, type, id, subject, time }).slice(1, -1)},"data":${data}}`;
  const answer = await call.service.sendUsage(body, 'event');
  const outcome = within(answer, 'outcome');
  call.answer(answer, () => outcomeLine(outcome));
  if (text(outcome, 'reason') !== '') call.exitCode = EXIT.failed;
}
