/**
 * An hour of real usage: requests to a code-completion service (Azure Public Dataset, AzureLLMInferenceTrace_code.csv, CC-BY 4.0;
 * Patel et al., "Splitwise", ISCA 2024), read from beside the repository. Where it is not there, generated rows of the same form
 * take its place, with the same books kept.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../services/build';
import { chanceOf } from '../chance';
import { decimal, units } from '../decimal';

const TRACE_FILE = join(ROOT, '../shared/data/azure-llm-inference-2023-code.csv');
const GENERATED_ROWS = 8_819;
const GENERATED_SEED = 20_231_116;

export const CUSTOMERS = 100;
export const PRODUCT = 'ai-tokens';
export const GRANTED = '200';
export const LOW_AT = '50';
/** Nano-credits a token. */
const INPUT_WEIGHT = units('0.001');
const OUTPUT_WEIGHT = units('0.004');

export const customerOf = (row: number): string => `cus_${row % CUSTOMERS}`;

export interface Expected {
  readonly rows: number;
  readonly consumed: string;
  readonly uncovered: string;
  readonly booked: string;
  readonly lowBalance: number;
  readonly runOut: number;
  readonly customers: ReadonlyMap<string, { readonly consumed: string; readonly uncovered: string; readonly booked: string }>;
}

/** What the real trace comes to, worked out apart from this program. */
export const REAL_FIGURES = {
  rows: 8_819,
  consumed: '18684.225',
  uncovered: '359.333',
  booked: '1315.775',
  lowBalance: 100,
  runOut: 34,
} as const;
export const REAL_CUSTOMERS = {
  cus_0: { booked: '0', uncovered: '15.569' },
  cus_1: { booked: '38.21' },
  cus_42: { booked: '23.635' },
  cus_99: { booked: '2.144' },
} as const;

export interface Trace {
  /** CSV with a header: TIMESTAMP, ContextTokens, GeneratedTokens. */
  readonly file: string;
  readonly real: boolean;
  readonly expected: Expected;
}

/** The real trace or, where that is not there, the generated one. */
export function openTrace(): Trace {
  const real = existsSync(TRACE_FILE);
  const file = real ? TRACE_FILE : writeGenerated();
  return { file, real, expected: booksOf(readFileSync(file, 'utf8')) };
}

/** Appears whole, so that two tests may want it at once. */
function writeGenerated(): string {
  const file = join(tmpdir(), `drawdown-generated-trace-${GENERATED_SEED}.csv`);
  writeFileSync(`${file}.${process.pid}`, generated());
  renameSync(`${file}.${process.pid}`, file);
  return file;
}

/** How the command line makes usage events of the rows. */
export const IMPORT_MAPPING: readonly string[] = [
  '--source',
  'azure-llm-code',
  '--type',
  'llm.request',
  '--id',
  'row-{row}',
  '--subject',
  `cus_{row%${CUSTOMERS}}`,
  '--time',
  '{TIMESTAMP}',
  '--data',
  'input_tokens={ContextTokens}',
  '--data',
  'output_tokens={GeneratedTokens}',
];

/** Credits of one usage event, in nano-credits. */
export const ratedOf = ({
  input_tokens: input,
  output_tokens: output,
}: {
  readonly input_tokens: number | string;
  readonly output_tokens: number | string;
}): bigint => BigInt(input) * INPUT_WEIGHT + BigInt(output) * OUTPUT_WEIGHT;

/** Order does not matter to these sums: each customer has one grant, and usage takes what is left of it. */
function booksOf(csv: string): Expected {
  const rows = csv
    .split('\n')
    .slice(1)
    .filter((line) => line.trim() !== '');
  const rated = new Map<string, bigint>();
  for (const [row, line] of rows.entries()) {
    const [, input_tokens = '', output_tokens = ''] = line.trim().split(',');
    const credits = ratedOf({ input_tokens, output_tokens });
    rated.set(customerOf(row), (rated.get(customerOf(row)) ?? 0n) + credits);
  }
  const granted = units(GRANTED);
  const split = [...rated].map(([customer, credits]) => {
    const consumed = credits < granted ? credits : granted;
    return { customer, consumed, uncovered: credits - consumed, booked: granted - consumed };
  });
  const sum = (figure: 'consumed' | 'uncovered' | 'booked'): string => decimal(split.reduce((all, figures) => all + figures[figure], 0n));
  return {
    rows: rows.length,
    consumed: sum('consumed'),
    uncovered: sum('uncovered'),
    booked: sum('booked'),
    lowBalance: split.filter(({ booked }) => booked <= units(LOW_AT)).length,
    runOut: split.filter(({ booked }) => booked === 0n).length,
    customers: new Map(
      split.map(({ customer, consumed, uncovered, booked }) => [
        customer,
        { consumed: decimal(consumed), uncovered: decimal(uncovered), booked: decimal(booked) },
      ]),
    ),
  };
}

function generated(): string {
  const pick = chanceOf(GENERATED_SEED);
  const begin = Date.parse('2023-11-16T18:17:03Z');
  const rows = Array.from({ length: GENERATED_ROWS }, (_, row) => {
    const time = new Date(begin + row * 400).toISOString().replace('T', ' ').replace('Z', '0000');
    return `${time},${pick(50, 4_100)},${pick(1, 60)}`;
  });
  return ['TIMESTAMP,ContextTokens,GeneratedTokens', ...rows].join('\n');
}
