/**
 * `npm run bench`: every benchmark, one table, and the same as JSON. `npm run bench -- --help` lists them. Figures are of this machine
 * and this minute, and of what else it did (its load): compare processor time first, and ratios.
 */
import { writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import type { Benchmark } from './benchmark';
import { bareChain } from './measure/bare-chain';
import type { Result } from './measure/figures';
import { HELP, parseOptions } from './options';
import { fullStack } from './stack/full-stack';
import { grpcQuery } from './standalone/grpc-query';
import { history } from './standalone/long-history';
import { standaloneWebhooks } from './standalone/webhooks';
import { rounded, table } from './table';
import { appends } from './usage/appends';
import { memory } from './usage/memory';
import { shapes } from './usage/shapes';
import { stages } from './usage/stages';
import { growth, usage } from './usage/usage';

const BENCHMARKS: Readonly<Record<string, { readonly says: string; readonly run: Benchmark }>> = {
  usage: {
    says: 'usage over HTTP beside the plain PostgreSQL ledger: batches, few in flight, one busy customer, singles, repeats',
    run: usage,
  },
  growth: { says: 'the same batches on more and more customers, beside the plain PostgreSQL ledger', run: growth },
  shapes: { says: 'balances with one grant and twenty, with limits near and far', run: shapes },
  appends: { says: 'the cost of an event apart from the cost of an append to a balance', run: appends },
  stages: { says: 'the stages of the usage pipeline, where the service measures them', run: stages },
  memory: { says: 'garbage an event, heap a cached balance', run: memory },
  history: { says: 'logs with much usage: first command, rebuild, verify', run: history },
  query: { says: 'a balance over gRPC, beside a bare server that answers the same bytes', run: grpcQuery },
  webhooks: { says: 'webhooks with persisted attempts', run: standaloneWebhooks },
  stack: { says: 'the three services on a real Kafka and a real Redis, and all of it in one process', run: fullStack },
};

const machine = (): string =>
  `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, load ${loadavg()[0]!.toFixed(1)}`;

async function main(): Promise<void> {
  const { only, effort, out, profiles, help } = parseOptions(process.argv.slice(2));
  if (help) {
    const names = Object.entries(BENCHMARKS).map(([name, { says }]) => `  ${name.padEnd(23)}  ${says}`);
    return console.log([HELP, '', 'benchmarks:', ...names].join('\n'));
  }
  const chosen = Object.entries(BENCHMARKS).filter(([name]) => only.length === 0 || only.some((wanted) => name.startsWith(wanted)));
  if (chosen.length === 0)
    throw new Error(`no benchmark begins with ${only.join(' or ')}: there are ${Object.keys(BENCHMARKS).join(', ')}`);
  const on = machine();
  console.log(`${on}\n`);
  const bare = bareChain();
  const results: Result[] = [bare];
  for (const [name, { run }] of chosen) {
    process.stderr.write(`${name} ...\n`);
    try {
      for await (const result of run({ bare, effort, ...(profiles !== undefined && { profiles }) })) {
        results.push(result);
        const cost = result.cpuMicros === undefined ? '' : `, ${rounded(result.cpuMicros, 1)} us CPU each`;
        process.stderr.write(`  ${result.name}: ${rounded(result.perSecond)} ${result.unit}/s${cost}\n`);
      }
    } catch (fault) {
      console.error(fault);
      process.exitCode = 1;
    }
    process.stderr.write(`load ${loadavg()[0]!.toFixed(1)} at the end of ${name}\n`);
    writeFileSync(out, `${JSON.stringify({ machine: on, at: new Date().toISOString(), effort, results }, null, 2)}\n`);
  }
  console.log(table(results));
}

// Whoever ends the run ends its servers with it, and their folders go.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

main().catch((fault: unknown) => {
  console.error(fault instanceof Error ? fault.message : fault);
  process.exitCode = 1;
});
