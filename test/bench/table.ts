/** Results as a table of plain text. Processor time comes first: rates move with everything else that a machine does. */
import type { Result } from './measure/figures';

const HEAD = ['what', 'CPU us each', 'x bare', 'x plain', 'per second', 'of bare', 'of plain', 'p50 ms', 'p99 ms', 'note'];
const LEFT: ReadonlySet<string> = new Set(['what', 'note']);

export const rounded = (value: number | undefined, digits = 0): string =>
  value === undefined ? '' : value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits });

const costs = (cpuOf: Readonly<Record<string, number>>): string =>
  `CPU us: ${Object.entries(cpuOf)
    .map(([name, micros]) => `${name} ${rounded(micros, 1)}`)
    .join(', ')}`;

const DETAILED_BELOW = 100;
const figure = ([name, value]: readonly [string, number]): string => `${rounded(value, value < DETAILED_BELOW ? 1 : 0)} ${name}`;

const cells = (result: Result): readonly string[] => [
  result.name,
  rounded(result.cpuMicros, 1),
  rounded(result.cpuRatio, 1),
  rounded(result.ofPlain?.cpu, 2),
  rounded(result.perSecond),
  rounded(result.ratio, 2),
  rounded(result.ofPlain?.rate, 2),
  rounded(result.p50Ms, 2),
  rounded(result.p99Ms, 2),
  [...Object.entries(result.figures ?? {}).map(figure), result.note, result.cpuOf && costs(result.cpuOf)].filter(Boolean).join('; '),
];

/** Columns that no result fills are left out. */
export function table(results: readonly Result[]): string {
  const rows = results.map(cells);
  const used = HEAD.map((_, i) => i).filter((i) => rows.some((row) => row[i] !== ''));
  const lines = [HEAD, ...rows];
  const widths = HEAD.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  return lines
    .map((line) =>
      used
        .map((i) => (LEFT.has(HEAD[i]!) ? line[i]!.padEnd(widths[i]!) : line[i]!.padStart(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
