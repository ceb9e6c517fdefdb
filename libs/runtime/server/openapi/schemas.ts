/** JSON Schemas of the contract's messages, as the HTTP transport reads and writes them. */
import type { FieldShape, MessageShape } from '@drawdown/api/contract';

export type Schema = { readonly [keyword: string]: unknown };

const DECIMAL = '^-?(0|[1-9][0-9]{0,17})(\\.[0-9]{1,9})?$';

/** Collects the messages that are referred to, for `components.schemas`. */
export class Schemas {
  private readonly found = new Map<string, Schema>();

  reference(shape: MessageShape): Schema {
    if (!this.found.has(shape.name)) {
      this.found.set(shape.name, {});
      this.found.set(shape.name, this.object(shape));
    }
    return { $ref: `#/components/schemas/${shape.name}` };
  }

  /** In order of name, so that the document changes only where the contract does. */
  all(): Readonly<Record<string, Schema>> {
    return Object.fromEntries([...this.found].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  object(shape: MessageShape, without: (field: FieldShape) => boolean = () => false): Schema {
    const fields = shape.fields.filter((field) => !without(field));
    return {
      type: 'object',
      ...described(shape.comment),
      properties: Object.fromEntries(fields.map((field) => [field.name, this.field(field, shape)])),
      additionalProperties: false,
    };
  }

  field(field: FieldShape, owner: MessageShape): Schema {
    const lines = [
      field.comment,
      ...[...field.words.values()].map((word) => `- \`${word}\`: ${field.wordComments.get(word) ?? ''}`),
      ...(field.oneof === undefined ? [] : [`Only one of ${membersOf(owner, field.oneof)} can be given.`]),
    ];
    const value = this.value(field);
    const description = described(lines.filter((line) => line !== '').join('\n'));
    if (field.list) return { type: 'array', items: value, ...description };
    if (field.map) return { type: 'object', additionalProperties: { type: 'string' }, ...description };
    return { ...value, ...description };
  }

  private value(field: FieldShape): Schema {
    switch (field.kind) {
      case 'text':
        return /decimal string/.test(field.comment) ? { type: 'string', pattern: DECIMAL } : { type: 'string' };
      case 'flag':
        return { type: 'boolean' };
      case 'integer':
        return { type: 'integer', format: 'int32' };
      case 'long':
        return { type: 'integer', format: 'int64' };
      case 'bytes':
        return { type: 'string', contentEncoding: 'base64' };
      case 'word':
        return { type: 'string', enum: [...field.words.values()] };
      case 'time':
        return { type: 'string', format: 'date-time' };
      case 'message':
        return field.message ? this.reference(field.message) : {};
    }
  }
}

const membersOf = (shape: MessageShape, oneof: string): string =>
  shape.fields
    .filter((field) => field.oneof === oneof)
    .map(({ name }) => name)
    .join(', ');

const described = (description: string): Schema => (description === '' ? {} : { description });
