/** Plain columns for a terminal, a pipe or a log: no lines drawn, nothing wrapped. */

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  /** Figures stand to the right. */
  readonly figures?: true;
}

const GAP = '  ';

/** A head and one line per row; each cell as wide as its column needs. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], nothing: string): string {
  if (rows.length === 0) return nothing;
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ cell }) => printable(cell(row))))];
  const widths = columns.map((_, i) => Math.max(...cells.map((line) => width(line[i] ?? ''))));
  return cells
    .map((line) =>
      line
        .map((cell, i) => pad(cell, widths[i] ?? 0, columns[i]?.figures === true))
        .join(GAP)
        .trimEnd(),
    )
    .join('\n');
}

/** One thing: a label and a value per line. Empty values are left out. */
export function card(rows: readonly (readonly [label: string, value: string])[]): string {
  const shown = rows.filter(([, value]) => value !== '');
  const widest = Math.max(0, ...shown.map(([label]) => width(label)));
  return shown.map(([label, value]) => `${pad(label, widest, false)}${GAP}${printable(value)}`).join('\n');
}

/** Code points, not bytes: ids may be in any script. */
const width = (text: string): number => [...text].length;
const pad = (text: string, to: number, right: boolean): string =>
  right ? ' '.repeat(Math.max(0, to - width(text))) + text : text + ' '.repeat(Math.max(0, to - width(text)));

/** What others wrote must not move the cursor or color the screen. */
const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?'); // oxlint-disable-line no-control-regex -- looking for them is the point
