/** The command line of `npm run bench`. */
import { parseArgs } from 'node:util';
import { type Effort, FULL, QUICK } from './benchmark';

interface Options {
  /** Benchmarks whose name begins with one of these; empty is all. */
  readonly only: readonly string[];
  readonly effort: Effort;
  readonly out: string;
  readonly profiles?: string;
  readonly help: boolean;
}

export const HELP = `npm run bench -- [options]
  --only NAME[,NAME]       benchmarks whose name begins so
  --quick                  one short round of each: to see that it works
  --rounds N               rounds of each load on a service (5)
  --customers N[,N]        numbers of customers that growth is measured at (1000,10000,100000)
  --out FILE               where the results go as JSON (bench-results.json)
  --profiles FOLDER        the services of the full stack write processor profiles there`;

/** @throws Error naming the option that is wrong. */
export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      only: { type: 'string' },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      customers: { type: 'string' },
      out: { type: 'string', default: 'bench-results.json' },
      profiles: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const effort = values.quick ? QUICK : FULL;
  return {
    only: [...listed(values.only), ...positionals],
    effort: {
      ...effort,
      ...(values.rounds !== undefined && { rounds: count('--rounds', values.rounds) }),
      ...(values.customers !== undefined && {
        customers: listed(values.customers)
          .map((text) => count('--customers', text))
          .sort((a, b) => a - b),
      }),
    },
    out: values.out,
    ...(values.profiles !== undefined && { profiles: values.profiles }),
    help: values.help,
  };
}

const listed = (text = ''): readonly string[] => text.split(',').filter((name) => name !== '');

function count(option: string, text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`${option} takes whole numbers from 1, not "${text}"`);
  return Number(text);
}
