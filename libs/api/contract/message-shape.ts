/** The shape of a proto message, worked out once from its descriptor: what readers and writers of both transports go by. */
import protobuf from 'protobufjs';

type FieldKind = 'text' | 'flag' | 'integer' | 'long' | 'bytes' | 'word' | 'time' | 'message';

export interface FieldShape {
  readonly name: string;
  readonly number: number;
  readonly kind: FieldKind;
  readonly list: boolean;
  /** A map from text to text. */
  readonly map: boolean;
  /** Whether absence can be told from the default: `optional`, a message, or a member of a oneof. */
  readonly presence: boolean;
  /** The other members of which only one may be given. */
  readonly oneof: string | undefined;
  /** Of an enum: the words by number, the unspecified one left out. */
  readonly words: ReadonlyMap<number, string>;
  readonly numbers: ReadonlyMap<string, number>;
  readonly message: MessageShape | undefined;
  readonly comment: string;
}

export interface MessageShape {
  readonly name: string;
  readonly comment: string;
  readonly fields: readonly FieldShape[];
  readonly byName: ReadonlyMap<string, FieldShape>;
  readonly byNumber: ReadonlyMap<number, FieldShape>;
  /** Comments of enum words, by field name and word, for the OpenAPI document. */
  readonly wordComments: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

const TIMESTAMP = '.google.protobuf.Timestamp';
const SCALARS: Readonly<Record<string, FieldKind>> = {
  string: 'text',
  bool: 'flag',
  int32: 'integer',
  int64: 'long',
  bytes: 'bytes',
};

export class MessageShapes {
  private readonly shapes = new Map<protobuf.Type, MessageShape>();

  of(type: protobuf.Type): MessageShape {
    const known = this.shapes.get(type);
    if (known) return known;
    const fields = type.fieldsArray.map((field) => this.field(field));
    const shape: MessageShape = {
      name: type.name,
      comment: type.comment ?? '',
      fields,
      byName: new Map(fields.map((field) => [field.name, field])),
      byNumber: new Map(fields.map((field) => [field.number, field])),
      wordComments: new Map(type.fieldsArray.map((field) => [field.name, wordComments(field.resolve().resolvedType)])),
    };
    this.shapes.set(type, shape);
    return shape;
  }

  private field(field: protobuf.Field): FieldShape {
    field.resolve();
    const { resolvedType } = field;
    const kind = kindOf(field);
    const map = field instanceof protobuf.MapField;
    const words: ReadonlyMap<number, string> = resolvedType instanceof protobuf.Enum ? wordsOf(resolvedType) : new Map();
    const oneof = field.partOf && !field.options?.['proto3_optional'] ? field.partOf.name : undefined;
    return {
      name: field.name,
      number: field.id,
      kind,
      list: field.repeated,
      map,
      presence: !field.repeated && !map && (kind === 'message' || kind === 'time' || field.partOf !== null),
      oneof,
      words,
      numbers: new Map([...words].map(([number, word]) => [word, number])),
      message: kind === 'message' && resolvedType instanceof protobuf.Type ? this.of(resolvedType) : undefined,
      comment: field.comment ?? '',
    };
  }
}

function kindOf(field: protobuf.Field): FieldKind {
  if (field.resolvedType instanceof protobuf.Enum) return 'word';
  if (field.resolvedType instanceof protobuf.Type) return field.resolvedType.fullName === TIMESTAMP ? 'time' : 'message';
  const kind = SCALARS[field.type];
  if (!kind) throw new TypeError(`${field.fullName} is of type ${field.type}, which no transport knows how to read`);
  return kind;
}

/** ORIGIN_PAID of enum Origin is "paid". */
function wordsOf(type: protobuf.Enum): ReadonlyMap<number, string> {
  const words = new Map<number, string>();
  for (const [name, number] of Object.entries(type.values)) if (number !== 0) words.set(number, wordOf(type, name));
  return words;
}

const wordOf = (type: protobuf.Enum, name: string): string =>
  name.slice(type.name.replace(/(?<=[a-z0-9])([A-Z])/g, '_$1').length + 1).toLowerCase();

function wordComments(type: protobuf.ReflectionObject | null): ReadonlyMap<string, string> {
  if (!(type instanceof protobuf.Enum)) return new Map();
  return new Map(Object.keys(type.values).map((name) => [wordOf(type, name), type.comments[name] ?? '']));
}
