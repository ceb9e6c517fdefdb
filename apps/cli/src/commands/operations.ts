import type { Message } from '@drawdown/api/contract';
import { type Command, InvalidArgumentError } from 'commander';
import { EXIT, Failure } from '../exit-codes';
import type { Invocation, Runner } from '../invocation';
import { openDataFolder, rebuild, windowMsIn } from '../offline/data-folder';
import { verifyOffline } from '../offline/verify-offline';
import { figure, flag, number, text, within } from '../rendering/fields';
import { LiveLine } from '../rendering/live-line';

interface WhereOptions {
  readonly dataDir?: string;
}

interface VerifyOptions extends WhereOptions {
  readonly headsAt?: bigint;
}

function position(said: string): bigint {
  if (!/^(-1|\d{1,19})$/.test(said)) throw new InvalidArgumentError('give the position that an earlier check printed');
  return BigInt(said);
}

const DATA_DIR = ['--data-dir <folder>', 'work on a data folder directly, while no service runs on it'] as const;

export function operationCommands(program: Command, runner: Runner): void {
  program
    .command('verify')
    .description('check the whole ledger: hash chains, sums, and derived state against the streams')
    .option(...DATA_DIR)
    .option('--heads-at <position>', 'digest the heads of an earlier check, by its position', position)
    .addHelpText(
      'after',
      '\nKeep the digest of heads elsewhere: with the same position it has to come out the same later.\nExit code 4 when something was found. With --json: one line per finding, the summary last.',
    )
    .action(
      runner.run<VerifyOptions>((call, _, { dataDir, headsAt }) =>
        dataDir === undefined
          ? verify(call, call.service.stream('VerifyLedger', headsAt === undefined ? {} : { heads_at: String(headsAt) }))
          : verify(call, verifyOffline(dataDir, windowMsIn(call.io.env), headsAt)),
      ),
    );
  program
    .command('projection')
    .description('derived state: balances as readers see them, and the keys already applied')
    .command('rebuild')
    .description('throw derived state away and make it anew from the streams')
    .option(...DATA_DIR)
    .action(
      runner.run<WhereOptions>(async (call, _, { dataDir }) =>
        call.answer(
          dataDir === undefined ? await call.service.call('RebuildProjections') : await rebuildOffline(call, dataDir),
          (answer) => `Read ${figure(answer, 'events')} events and made ${figure(answer, 'documents')} documents in ${seconds(answer)} s.`,
        ),
      ),
    );
  program
    .command('status')
    .description('the running service and its position in the log')
    .action(runner.run(async (call) => call.answer(await call.service.call('GetStatus'), statusText)));
}

const seconds = (message: Message): string => (number(message, 'duration_ms') / 1_000).toFixed(1);

async function rebuildOffline({ io }: Invocation, directory: string): Promise<Message> {
  const folder = await openDataFolder(directory);
  const began = performance.now();
  try {
    return { ...(await rebuild(folder, windowMsIn(io.env))), duration_ms: Math.round(performance.now() - began) };
  } finally {
    await folder.close();
  }
}

/** Shows what a check finds as it goes. A check that ends without its summary has not checked everything. */
async function verify(call: Invocation, reports: AsyncIterable<Message>): Promise<void> {
  const live = new LiveLine(call.io);
  let summary: Message | undefined;
  for await (const report of reports) {
    if (report['progress']) live.show(`checking: ${figure(within(report, 'progress'), 'events')} events`);
    if (report['finding']) {
      live.clear();
      call.answer(report, () => findingLine(within(report, 'finding')));
    }
    if (report['summary']) summary = within(report, 'summary');
  }
  live.clear();
  if (!summary)
    throw new Failure('the check ended before it was complete', EXIT.unreachable, {
      code: 'INCOMPLETE',
      detail: 'the check ended before it was complete',
    });
  call.answer({ summary }, () => summaryLine(summary));
  if (!flag(summary, 'valid')) call.exitCode = EXIT.findings;
}

/** What is not of one stream, such as a damaged file, has no stream. */
function findingLine(finding: Message): string {
  const stream = text(finding, 'stream');
  const place = stream && `${stream} at revision ${text(finding, 'revision') || '0'}: `;
  return `${text(finding, 'invariant')}  ${place}${text(finding, 'detail')}`;
}

function summaryLine(summary: Message): string {
  const checked = `${figure(summary, 'events')} events in ${figure(summary, 'streams')} streams, ${figure(summary, 'balances')} balances, ${seconds(summary)} s`;
  const said = flag(summary, 'valid')
    ? `Sound: ${checked}, nothing found.`
    : `NOT SOUND: ${figure(summary, 'findings')} findings (${checked}).`;
  const heads = text(summary, 'heads');
  return heads ? `${said}\nHeads at position ${text(summary, 'position')}: ${heads}` : said;
}

function statusText(status: Message): string {
  const parts = Array.isArray(status['parts']) ? (status['parts'] as Message[]) : [];
  const version = text(status, 'version');
  const since = text(status, 'started_at');
  const head = `${flag(status, 'ready') ? 'Ready' : 'NOT READY'}${flag(status, 'draining') ? ', draining' : ''}${version && `, version ${version}`}${since && `, since ${since}`}`;
  return [
    head,
    `log at ${text(status, 'log_position')}, derived state at ${text(status, 'projected_position')}`,
    ...parts.map(
      (part) =>
        `  ${text(part, 'name')}: ${flag(part, 'ready') ? 'ready' : 'NOT READY'}${text(part, 'detail') ? `, ${text(part, 'detail')}` : ''}`,
    ),
  ].join('\n');
}
