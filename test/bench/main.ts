/**
 * `npm run bench`: every benchmark, one table, and the same as JSON in bench-results.json (or the file named by --out).
 * `npm run bench -- intake` runs those whose name begins so; with `--profiles FOLDER` the services of the full stack write processor
 * profiles there. Figures are of this machine and this minute, and of what else it did (its load): compare the ratios.
 */
import { writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { bareChain } from './bare-chain';
import type { Result } from './figures';
import { fullStack, standaloneWebhooks } from './full-stack';
import { grpcQuery } from './grpc-query';
import { intake } from './intake';
import { longHistory } from './long-history';

/** Yields each result as soon as it is there: what was measured stands, whatever fails after it. */
type Benchmark = (bare: Result, options: { readonly profiles?: string }) => AsyncIterable<Result> | Promise<readonly Result[]>;
const benchmarks: Readonly<Record<string, Benchmark>> = {
  intake,
  history: longHistory,
  query: grpcQuery,
  webhooks: standaloneWebhooks,
  stack: (_, { profiles }) => fullStack(profiles),
};

const round = (value: number | undefined, digits = 0): string =>
  value === undefined ? '' : value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });

/** What each process used. */
const costs = (cpuOf: Readonly<Record<string, number>>): string =>
  `CPU us: ${Object.entries(cpuOf)
    .map(([name, micros]) => `${name} ${round(micros, 1)}`)
    .join(', ')}`;

function table(results: readonly Result[]): string {
  const head = ['what', 'per second', 'of bare', 'CPU us each', 'p50 ms', 'p99 ms', 'note'];
  const rows = results.map((of) => [
    of.name,
    round(of.perSecond),
    round(of.ratio, 2),
    round(of.cpuMicros, 1),
    round(of.p50Ms, 2),
    round(of.p99Ms, 2),
    [of.note, of.cpuOf && costs(of.cpuOf)].filter(Boolean).join('; '),
  ]);
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i]!.length)));
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, i) => (i === 0 || i === 6 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const option = (name: string): string | undefined => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
  const out = option('--out') ?? 'bench-results.json';
  const profiles = option('--profiles');
  const wanted = args.filter((arg, i) => !arg.startsWith('--') && !args[i - 1]?.startsWith('--'));
  const chosen = Object.entries(benchmarks).filter(([name]) => wanted.length === 0 || wanted.some((want) => name.startsWith(want)));
  const machine = `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, load ${loadavg()[0]!.toFixed(1)}`;
  console.log(`${machine}\n`);
  const bare = bareChain();
  const results: Result[] = [bare];
  for (const [name, benchmark] of chosen) {
    process.stderr.write(`${name} ...\n`);
    try {
      for await (const result of await benchmark(bare, profiles === undefined ? {} : { profiles })) {
        results.push(result);
        process.stderr.write(`  ${result.name}: ${round(result.perSecond)} ${result.unit}/s\n`);
      }
    } catch (fault) {
      console.error(fault);
      process.exitCode = 1;
    }
    process.stderr.write(`load ${loadavg()[0]!.toFixed(1)} at the end of ${name}\n`);
  }
  console.log(table(results));
  writeFileSync(out, `${JSON.stringify({ machine, at: new Date().toISOString(), results }, null, 2)}\n`);
}

main().catch((fault: unknown) => {
  console.error(fault);
  process.exitCode = 1;
});
