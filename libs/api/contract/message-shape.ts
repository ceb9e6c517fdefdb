/** The shape of a proto message, made once from its descriptor. Readers and writers of both transports use it. */
import { commentsOf, type EnumDescriptor, type FieldDescriptor, type FileDescriptor, type MessageDescriptor, PATH } from './descriptor-set';

type FieldKind = 'text' | 'flag' | 'integer' | 'long' | 'bytes' | 'word' | 'time' | 'message';

export interface FieldShape {
  readonly name: string;
  readonly number: number;
  readonly kind: FieldKind;
  readonly list: boolean;
  /** A map from text to text. */
  readonly map: boolean;
  /** True if absence differs from the default: for `optional`, a message, or a member of a oneof. */
  readonly presence: boolean;
  /** Declared `optional`, or a member of a oneof: an answer may be without it. */
  readonly optional: boolean;
  /** The other members of which only one may be given. */
  readonly oneof: string | undefined;
  /** Of an enum: the words by number, the unspecified one left out. */
  readonly words: ReadonlyMap<number, string>;
  readonly numbers: ReadonlyMap<string, number>;
  /** The meanings of the words of an enum. */
  readonly wordComments: ReadonlyMap<string, string>;
  readonly enumName: string | undefined;
  readonly message: MessageShape | undefined;
  readonly comment: string;
}

export interface MessageShape {
  readonly name: string;
  readonly comment: string;
  readonly fields: readonly FieldShape[];
  readonly byName: ReadonlyMap<string, FieldShape>;
  readonly byNumber: ReadonlyMap<number, FieldShape>;
}

const TIMESTAMP = '.google.protobuf.Timestamp';
const LABEL_REPEATED = 3;
const TYPE_MESSAGE = 11;
/** By the numbers of FieldDescriptorProto.Type. */
const KINDS: Readonly<Record<number, FieldKind>> = {
  3: 'long',
  5: 'integer',
  8: 'flag',
  9: 'text',
  [TYPE_MESSAGE]: 'message',
  12: 'bytes',
  14: 'word',
};

type CommentAt = (...path: readonly number[]) => string;
type EnumShape = Pick<FieldShape, 'words' | 'numbers' | 'wordComments' | 'enumName'>;
const NO_ENUM: EnumShape = { words: new Map(), numbers: new Map(), wordComments: new Map(), enumName: undefined };

export class MessageShapes {
  private readonly shapes = new Map<string, MessageShape>();
  private readonly messages = new Map<string, { readonly type: MessageDescriptor; readonly comment: CommentAt }>();
  private readonly enums = new Map<string, EnumShape>();

  constructor(files: readonly FileDescriptor[]) {
    for (const file of files) {
      const comment = commentsOf(file);
      for (const [i, type] of file.messageType.entries())
        this.messages.set(`.${file.package}.${type.name}`, { type, comment: (...path) => comment(PATH.message, i, ...path) });
      for (const [i, type] of file.enumType.entries())
        this.enums.set(
          `.${file.package}.${type.name}`,
          enumShape(type, (...path) => comment(PATH.enum, i, ...path)),
        );
    }
  }

  /** @param name in full, with the leading dot of descriptors */
  named(name: string): MessageShape {
    const known = this.shapes.get(name);
    if (known) return known;
    const found = this.messages.get(name);
    if (!found) throw new Error(`no message ${name} in the contract`);
    const { type, comment } = found;
    const fields = type.field.map((field, i) => this.field(type, field, comment(PATH.field, i)));
    const shape: MessageShape = {
      name: type.name,
      comment: comment(),
      fields,
      byName: new Map(fields.map((field) => [field.name, field])),
      byNumber: new Map(fields.map((field) => [field.number, field])),
    };
    this.shapes.set(name, shape);
    return shape;
  }

  private field(owner: MessageDescriptor, field: FieldDescriptor, comment: string): FieldShape {
    const { name, number, typeName = '' } = field;
    const map = isMap(owner, typeName);
    const kind = map ? 'text' : kindOf(field);
    const repeated = field.label === LABEL_REPEATED;
    const member = field.oneofIndex !== undefined;
    return {
      name,
      number,
      kind,
      list: repeated && !map,
      map,
      presence: !repeated && (kind === 'message' || kind === 'time' || member),
      optional: member,
      oneof: member && field.proto3Optional !== true ? owner.oneofDecl[field.oneofIndex]?.name : undefined,
      ...(this.enums.get(typeName) ?? NO_ENUM),
      message: kind === 'message' ? this.named(typeName) : undefined,
      comment,
    };
  }
}

const isMap = ({ nestedType }: MessageDescriptor, typeName: string): boolean =>
  nestedType.some(({ name, options }) => options?.mapEntry === true && typeName.endsWith(`.${name}`));

function kindOf({ name, type, typeName }: FieldDescriptor): FieldKind {
  if (typeName === TIMESTAMP) return 'time';
  const kind = KINDS[type];
  if (!kind) throw new TypeError(`field ${name} is of type ${type}, which no transport knows how to read`);
  return kind;
}

function enumShape(type: EnumDescriptor, comment: CommentAt): EnumShape {
  const words = new Map<number, string>();
  const wordComments = new Map<string, string>();
  for (const [i, { name, number }] of type.value.entries()) {
    const word = wordOf(type, name);
    wordComments.set(word, comment(PATH.value, i));
    if (number !== 0) words.set(number, word);
  }
  return { words, numbers: new Map([...words].map(([number, word]) => [word, number])), wordComments, enumName: type.name };
}

/** ORIGIN_PAID of enum Origin is "paid". */
const wordOf = (type: EnumDescriptor, name: string): string =>
  name.slice(type.name.replace(/(?<=[a-z0-9])([A-Z])/g, '_$1').length + 1).toLowerCase();
