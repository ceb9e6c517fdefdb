/**
 * Texts made from a row: `row-{row}`, `cus_{row%100}`, `{TIMESTAMP}`. Braces hold the name of a column, `row` for the number of
 * the row from 0, or `row%N` for the rest of its division by N. `{{` and `}}` stand for the braces themselves.
 */
import { wrongUsage } from '../exit-codes';

export interface Row {
  /** From 0; rows without content are not counted. */
  readonly number: number;
  /** Text of a column. Undefined where this row has none. */
  readonly column: (name: string) => string | undefined;
}

export interface Template {
  /** Columns that it needs. */
  readonly columns: readonly string[];
  /** Undefined where the row has none of a column that the template names. */
  readonly fill: (row: Row) => string | undefined;
}

type Part = (row: Row) => string | undefined;

const TOKEN = /\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/g;
const REMAINDER = /^row%([1-9]\d{0,14})$/;

/** @param option is named when the template is wrong. */
export function template(option: string, text: string): Template {
  const columns: string[] = [];
  const parts = [...text.matchAll(TOKEN)].map(([token, name]): Part => {
    if (token === '{{' || token === '}}') return () => token[0];
    if (token === '{' || token === '}')
      throw wrongUsage(`${option} ${text}: a "${token}" stands alone; write {column}, or "${token}${token}" for the character itself`);
    if (name === undefined) return () => token;
    if (name === '') throw wrongUsage(`${option} ${text}: {} names no column`);
    if (name === 'row') return (row) => String(row.number);
    const divisor = REMAINDER.exec(name)?.[1];
    if (divisor !== undefined) return (row) => String(row.number % Number(divisor));
    if (name.startsWith('row%')) throw wrongUsage(`${option} ${text}: {${name}} must be {row%N} with a whole number N above zero`);
    columns.push(name);
    return (row) => row.column(name);
  });
  return { columns, fill: (row) => joined(parts, row) };
}

function joined(parts: readonly Part[], row: Row): string | undefined {
  let text = '';
  for (const part of parts) {
    const piece = part(row);
    if (piece === undefined) return undefined;
    text += piece;
  }
  return text;
}
