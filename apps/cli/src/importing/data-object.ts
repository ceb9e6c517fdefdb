/** The data of an event: fields with dots in their names make objects inside it. */
import { wrongUsage } from '../exit-codes';
import type { Row, Template } from './template';

export interface DataField {
  readonly path: readonly string[];
  readonly value: Template;
  /** True: a string, even where it looks like a number. */
  readonly asText: boolean;
}

export function dataField(option: string, path: string, value: Template): { readonly path: readonly string[]; readonly value: Template } {
  const names = path.split('.');
  if (names.includes('')) throw wrongUsage(`${option} ${path}: a name in it is empty`);
  return { path: names, value };
}

/** As JSON writes numbers, without exponent: no other text is a number here. */
const PLAIN_DECIMAL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

type Node = DataField | Map<string, Node>;

/** JSON text of the object, per row. @throws Failure when two fields want the same place. */
export function dataText(fields: readonly DataField[]): (row: Row) => string {
  const root = new Map<string, Node>();
  for (const field of fields) place(root, field);
  return (row) => objectText(root, row);
}

function place(root: Map<string, Node>, field: DataField): void {
  let at = root;
  for (const [i, name] of field.path.entries()) {
    const there = at.get(name);
    const isLast = i === field.path.length - 1;
    if (isLast ? there !== undefined : there !== undefined && !(there instanceof Map))
      throw wrongUsage(`--data ${field.path.join('.')}: ${field.path.slice(0, i + 1).join('.')} is given twice`);
    if (isLast) at.set(name, field);
    else at = there instanceof Map ? there : branch(at, name);
  }
}

function branch(at: Map<string, Node>, name: string): Map<string, Node> {
  const inner = new Map<string, Node>();
  at.set(name, inner);
  return inner;
}

function objectText(node: Map<string, Node>, row: Row): string {
  const fields: string[] = [];
  for (const [name, child] of node) {
    const text = child instanceof Map ? objectText(child, row) : valueText(child, row);
    if (text !== undefined) fields.push(`${JSON.stringify(name)}:${text}`);
  }
  return `{${fields.join(',')}}`;
}

/** An empty value is left out: a meter that needs it says that it is missing. */
function valueText({ value, asText }: DataField, row: Row): string | undefined {
  const text = value.fill(row);
  if (text === undefined || text === '') return undefined;
  return !asText && PLAIN_DECIMAL.test(text) ? text : JSON.stringify(text);
}
