import fc from 'fast-check';
import { structuredText } from './structured-text';
import { goodFields, reasonOf, receivedAt } from './usage-event.fixtures';
import { parseBinary, parseStructured } from './usage-message';

const { data: _, ...rest } = goodFields;
const attributes = Object.entries(rest).map(([name, value]): [string, string] => [name, value]);
const apart = (data: string) => parseBinary(attributes, undefined, data, receivedAt);
const together = (data: string) => parseStructured(structuredText(attributes, data), receivedAt);

describe('an event that is put together from attributes and data', () => {
  it.each([
    '{"n":1.50}',
    '',
    '{"n":',
    '{"n":1',
    '{"a":{"n":1}',
    '"x',
    '{}}',
    '{},"time":"2020-01-01T00:00:00Z"',
    '1}',
    '\uFEFF{}',
    '{"n":01}',
    '{"a":1,"a":2}',
    '{"a":"\\ud800"}',
    '{"a":"\\u0000"}',
    '{"a":"\u0001"}',
    '[1]',
    '7',
  ])('is what it was apart, or refused for the same reason: %j', (data) => expect(reasonOf(together(data))).toBe(reasonOf(apart(data))));

  it('is refused for a content type that is not of JSON, as it was apart', () => {
    const given = [...attributes.filter(([name]) => name !== 'datacontenttype'), ['datacontenttype', 'text/plain']] as const;
    expect(reasonOf(parseStructured(structuredText(given, 'not {json'), receivedAt))).toBe('unsupported_data_content_type');
  });

  it('never becomes usage that it was not', () =>
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('{', '}', '[', ']', ',', ':', '"a"', '"time"', '1', 'null', '"', ' x'), { maxLength: 12 }),
        (parts) => {
          const data = parts.join('');
          if (reasonOf(apart(data)) !== 'accepted') expect(reasonOf(together(data))).not.toBe('accepted');
          else expect(together(data)).toEqual(apart(data));
        },
      ),
      { seed: 20_260_301, numRuns: 2_000 },
    ));
});
