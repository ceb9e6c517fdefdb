/**
 * The JSON Schema (2020-12) of a structured usage event, as users see it. usage-event.schema.json is this object written
 * down; a test compares them, and another holds the parser against the schema over a table of events.
 *
 * What JSON Schema cannot say and the parser refuses nevertheless: lengths in bytes (here: characters), duplicate keys, NUL and
 * half surrogate pairs inside data, numbers written as 1.0 where an integer is wanted, the size of the whole, nesting, white
 * space other than the plain space at the ends of a customer id.
 */
import {
  DATASCHEMA_BYTES_MAX,
  EXTENSION_NAME_CHARACTERS_MAX,
  ID_BYTES_MAX,
  SOURCE_BYTES_MAX,
  SUBJECT_BYTES_MAX,
  TYPE_BYTES_MAX,
} from './usage-event';

const PRINTABLE = '^[^\\u0000-\\u001F\\u007F-\\u009F\\uD800-\\uDFFF]*$';

const text = (description: string, maxLength: number) => ({
  description,
  type: 'string',
  minLength: 1,
  maxLength,
  pattern: PRINTABLE,
});
const optional = <T extends { readonly type: string }>(schema: T) => ({ ...schema, type: [schema.type, 'null'] });

export const usageEventSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:drawdown:usage-event:1',
  title: 'Usage event',
  description: 'A CloudEvents 1.0 event in structured mode: this customer used this much, then. At most 64 KiB.',
  type: 'object',
  required: ['specversion', 'id', 'source', 'type', 'subject'],
  properties: {
    specversion: { const: '1.0' },
    id: text('Unique within its source. The same source and id are charged once.', ID_BYTES_MAX),
    source: text('Who made the event.', SOURCE_BYTES_MAX),
    type: text('What was used; meters select by it.', TYPE_BYTES_MAX),
    subject: {
      ...text('The customer id.', SUBJECT_BYTES_MAX),
      allOf: [{ pattern: '^[^\\s\\uFEFF]' }, { pattern: '[^\\s\\uFEFF]$' }, { pattern: '^\\P{Cf}*$' }, { pattern: '^(?!\\.\\.?$)' }],
    },
    time: {
      description: 'When it was used (RFC 3339). Without it, the time at which the event arrives.',
      type: ['string', 'null'],
      format: 'date-time',
      pattern: '^(?!00)[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-5][0-9](\\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})$',
    },
    datacontenttype: {
      description: 'JSON, if it is given.',
      type: ['string', 'null'],
      pattern:
        '^([Aa][Pp][Pp][Ll][Ii][Cc][Aa][Tt][Ii][Oo][Nn]|[Tt][Ee][Xx][Tt])/([Jj][Ss][Oo][Nn]|[^\\s;/]+\\+[Jj][Ss][Oo][Nn])\\s*(;.*)?$',
    },
    dataschema: optional(text('A reference to the schema of data. Not looked at.', DATASCHEMA_BYTES_MAX)),
    data: {
      description:
        'What meters read. Quantities are numbers or decimal strings; all digits count. An event that is only counted needs none.',
      type: ['object', 'null'],
    },
    data_base64: false,
  },
  propertyNames: { pattern: '^[a-z0-9]+$', maxLength: EXTENSION_NAME_CHARACTERS_MAX },
  additionalProperties: {
    description: 'An extension attribute of CloudEvents, such as traceparent.',
    type: ['string', 'boolean', 'integer', 'null'],
    minimum: -2_147_483_648,
    maximum: 2_147_483_647,
    pattern: PRINTABLE,
  },
} as const;
