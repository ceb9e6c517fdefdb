/** The contract's messages as TypeScript: the text of `generated/messages.ts`. */
import type { Contract } from './contract';
import type { FieldShape, MessageShape } from './message-shape';

const HEAD = `/**
 * Generated from the proto files by \`npm run generate\`. Do not edit.
 *
 * Messages by their proto names. Amounts are decimal strings, times RFC 3339 strings, 64-bit integers numbers. A text without a value
 * is empty. A field that may be absent is \`optional\` in the proto files.
 */
`;

const TYPES: Readonly<Record<FieldShape['kind'], string>> = {
  text: 'string',
  flag: 'boolean',
  integer: 'number',
  long: 'number',
  bytes: 'Uint8Array',
  word: 'string',
  time: 'string',
  message: 'object',
};

export function messageTypesText({ rpcs }: Contract): string {
  const messages = new Map<string, string>();
  const enums = new Map<string, string>();
  for (const { request, response } of rpcs.values()) for (const shape of [request, response]) collect(shape, messages, enums);
  const table = [...rpcs.values()].map(
    ({ name, service, streamed, request, response, comment }) =>
      `${doc(comment, '  ')}  readonly ${name}: RpcTypes<'${service}', ${streamed}, ${request.name}, ${response.name}>;\n`,
  );
  return [
    HEAD,
    `export interface RpcTypes<Service extends string, Streamed extends boolean, Request, Response> {\n  readonly service: Service;\n  readonly streamed: Streamed;\n  readonly request: Request;\n  readonly response: Response;\n}\n`,
    `/** Every rpc by its name. */\nexport interface Rpcs {\n${table.join('')}}\n`,
    ...sorted(enums),
    ...sorted(messages),
  ].join('\n');
}

const sorted = (texts: ReadonlyMap<string, string>): readonly string[] =>
  [...texts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);

function collect(shape: MessageShape, messages: Map<string, string>, enums: Map<string, string>): void {
  if (messages.has(shape.name)) return;
  messages.set(
    shape.name,
    `${doc(shape.comment, '')}export type ${shape.name} = {\n${shape.fields.map((field) => `${doc(field.comment, '  ')}${fieldText(field)}`).join('')}};\n`,
  );
  for (const { message, enumName, words } of shape.fields) {
    if (message) collect(message, messages, enums);
    if (enumName !== undefined)
      enums.set(enumName, `export type ${enumName} = ${[...words.values()].map((word) => `'${word}'`).join(' | ')};\n`);
  }
}

/** A oneof has one member, so the others need not be named. */
const fieldText = (field: FieldShape): string =>
  `  readonly ${field.name}${field.oneof === undefined ? '' : '?'}: ${typeText(field)}${field.optional ? ' | undefined' : ''};\n`;

function typeText({ kind, list, map, message, enumName }: FieldShape): string {
  if (map) return 'Readonly<Record<string, string>>';
  const type = message?.name ?? enumName ?? TYPES[kind];
  return list ? `readonly ${type}[]` : type;
}

function doc(comment: string, indent: string): string {
  const lines = comment.replaceAll('*/', '* /').split('\n');
  if (comment === '') return '';
  if (lines.length === 1) return `${indent}/** ${comment} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`).join('\n')}\n${indent} */\n`;
}
