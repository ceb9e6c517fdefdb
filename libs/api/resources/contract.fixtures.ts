/** Holds the answers of operations against the proto files: no unknown field, nothing of another type, no word that is no enum's. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseInstant } from '@drawdown/domain/amounts';
import protobuf from 'protobufjs';
import type { Message, RpcName } from '@drawdown/api/contract';

const directory = join(__dirname, '../../../proto');
const root = new protobuf.Root();
root.resolvePath = (_, target) => (target.startsWith('google/') ? target : join(directory, target));
root.loadSync(
  readdirSync(join(directory, 'drawdown/v1')).map((file) => `drawdown/v1/${file}`),
  { keepCase: true },
);
root.resolveAll();
const methods = new Map(
  (root.lookup('drawdown.v1') as protobuf.Namespace).nestedArray.flatMap((nested) =>
    nested instanceof protobuf.Service ? nested.methodsArray.map((method): [string, protobuf.Method] => [method.name, method]) : [],
  ),
);

/** Everything in a message that its type in the contract does not allow, as sentences. */
export function misfits(name: RpcName, side: 'request' | 'response', message: Message): string[] {
  const method = methods.get(name);
  const type = side === 'request' ? method?.resolvedRequestType : method?.resolvedResponseType;
  return type ? misfitsOf(type, message, '') : [`${name} is not in the contract`];
}

function misfitsOf(type: protobuf.Type, message: Message, path: string): string[] {
  return Object.entries(message).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const field = type.fields[name];
    if (!field) return [`${path}${name} is not a field of ${type.name}`];
    if (field instanceof protobuf.MapField)
      return Object.values(value as object).every((item) => typeof item === 'string') ? [] : [`${path}${name} is no map`];
    if (!field.repeated) return misfit(field, value, `${path}${name}`);
    if (!Array.isArray(value)) return [`${path}${name} is no list`];
    return value.flatMap((item, i) => misfit(field, item, `${path}${name}[${i}]`));
  });
}

function misfit(field: protobuf.Field, value: unknown, path: string): string[] {
  const { resolvedType } = field;
  if (resolvedType instanceof protobuf.Type) {
    if (resolvedType.fullName === '.google.protobuf.Timestamp')
      return typeof value === 'string' && parseInstant(value) !== undefined ? [] : [`${path} is no time`];
    return typeof value === 'object' && value !== null ? misfitsOf(resolvedType, value as Message, `${path}.`) : [`${path} is no message`];
  }
  if (resolvedType instanceof protobuf.Enum) {
    const prefix = `${resolvedType.name.replace(/(?<=[a-z0-9])([A-Z])/g, '_$1')}_`.toUpperCase();
    return typeof value === 'string' && `${prefix}${value.toUpperCase()}` in resolvedType.values
      ? []
      : [`${path} is no ${resolvedType.name}: ${String(value)}`];
  }
  const fits: Readonly<Record<string, boolean>> = {
    string: typeof value === 'string',
    bool: typeof value === 'boolean',
    int32: Number.isSafeInteger(value),
    int64: Number.isSafeInteger(value),
    bytes: value instanceof Uint8Array,
  };
  return fits[field.type] ? [] : [`${path} is no ${field.type}: ${String(value)}`];
}
