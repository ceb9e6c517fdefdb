/** From a row to the text of a CloudEvent. Text all the way: no number is read, so none loses a digit. */
import { wrongUsage } from '../exit-codes';
import { pair } from '../option-values';
import { dataField, type DataField, dataText } from './data-object';
import { type Row, template, type Template } from './template';

export interface MappingOptions {
  readonly source?: string;
  readonly type?: string;
  readonly id?: string;
  readonly subject?: string;
  readonly time?: string;
  readonly data?: readonly string[];
  readonly dataText?: readonly string[];
}

interface Mapping {
  /** Columns that it needs, each with the option that names it. */
  readonly columns: ReadonlyMap<string, string>;
  readonly event: (row: Row) => string;
}

/** Without them an event is none; every mapping has to say what they are. */
const REQUIRED = ['source', 'type', 'id', 'subject'] as const;

export const isMapped = (options: MappingOptions): boolean =>
  [...REQUIRED, 'time' as const].some((name) => options[name] !== undefined) ||
  Boolean(options.data?.length) ||
  Boolean(options.dataText?.length);

/** @throws Failure naming the option that is missing or wrong. */
export function mapping(options: MappingOptions): Mapping {
  const missing = REQUIRED.filter((name) => !options[name]);
  if (missing.length > 0)
    throw wrongUsage(
      `a mapping needs ${missing.map((name) => `--${name}`).join(', ')}; rows without a mapping have to be CloudEvents in JSON lines`,
    );
  const attributes = [...REQUIRED, 'time' as const].flatMap((name): readonly (readonly [string, Template])[] => {
    const text = options[name];
    return text === undefined ? [] : [[name, template(`--${name}`, text)]];
  });
  const fields: DataField[] = [
    ...(options.data ?? []).map((value) => ({ ...split('--data', value), asText: false })),
    ...(options.dataText ?? []).map((value) => ({ ...split('--data-text', value), asText: true })),
  ];
  const columns = new Map([
    ...attributes.flatMap(([name, { columns }]) => columns.map((column) => [column, `--${name}`] as const)),
    ...fields.flatMap(({ path, value }) => value.columns.map((column) => [column, `--data ${path.join('.')}`] as const)),
  ]);
  const data = dataText(fields);
  return {
    columns,
    event: (row) =>
      `{"specversion":"1.0"${attributes.map(([name, value]) => attributeText(name, value, row)).join('')},"data":${data(row)}}`,
  };
}

function attributeText(name: string, value: Template, row: Row): string {
  const text = value.fill(row);
  // What is empty is left out: the service says which attribute is missing, and usage without a time happens when it arrives.
  if (text === undefined || text === '') return '';
  return `,"${name}":${JSON.stringify(name === 'time' ? timeOf(text) : text)}`;
}

const split = (option: string, value: string) => {
  const [path, text] = pair(option, value);
  return dataField(option, path, template(option, text));
};

const WITHOUT_ZONE = /^(\d{4}-\d\d-\d\d)[ Tt](\d\d:\d\d:\d\d(?:\.\d{1,9})?)( ?(?:[Zz]|[+-]\d\d:\d\d))?$/;

/** As RFC 3339 writes it; a time without zone is UTC. What is no time at all is sent as it is, and rejected by name. */
export function timeOf(text: string): string {
  const match = WITHOUT_ZONE.exec(text.trim());
  if (!match) return text;
  const [, day, time, zone] = match;
  return `${day}T${time}${zone?.trim() ?? 'Z'}`;
}
