/** The command line as a process of its own, as an operator runs it. */
import type { ImportSummary } from '../../../apps/cli/src/importing/tally';
import type { VerifySummary } from '../clients/answers';
import { assertBuilt, CLI_MAIN } from './build';
import { Child } from './child';

interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export function startCli(url: string, args: readonly string[]): Child {
  assertBuilt();
  return new Child(`drawdown ${args.slice(0, 2).join(' ')}`, {
    program: process.execPath,
    args: [CLI_MAIN, '--url', url, '--json', ...args],
  });
}

export async function cli(url: string, args: readonly string[], withinMs = 240_000): Promise<CliResult> {
  const child = startCli(url, args);
  const { code } = await child.end(withinMs);
  return { code, stdout: child.stdout, stderr: child.stderr };
}

/** The last line of what a command printed: its summary. */
export function summaryOf(stdout: string): object {
  const line = stdout.trimEnd().split('\n').at(-1) ?? '';
  if (!line.startsWith('{')) throw new Error(`this is no summary: ${line || '(nothing)'}`);
  return JSON.parse(line) as object;
}

/** `drawdown verify` has nothing to say against the ledger. @throws Error with what it found. */
export async function verified(url: string): Promise<VerifySummary> {
  const { code, stdout, stderr } = await cli(url, ['verify']);
  if (code !== 0) throw new Error(`verify ended with ${code}:\n${stdout}\n${stderr}`);
  return (summaryOf(stdout) as { readonly summary: VerifySummary }).summary;
}

/** Imports a file of usage as a user would. @throws Error when the command did not succeed, or not with all of the file. */
export async function imported(url: string, file: string, mapping: readonly string[]): Promise<ImportSummary> {
  const { code, stdout, stderr } = await cli(url, ['usage', 'import', file, ...mapping]);
  const summary = code === 0 ? (summaryOf(stdout) as ImportSummary) : undefined;
  if (!summary?.complete || stderr !== '') throw new Error(`the import ended with ${code}: ${stdout}${stderr}`);
  return summary;
}
