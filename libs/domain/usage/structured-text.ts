/**
 * A usage event whose attributes came apart from its data, as one text in structured mode, so that what is kept of it is whole and can be
 * replayed. Read again it is the same usage, or is refused for the same reason.
 */
import { parseJson } from './strict-json';
import { isJsonContentType } from './usage-event';

/** An attribute that came twice is to be given twice. @param data as it came; empty for none */
export function structuredText(attributes: readonly (readonly [name: string, value: string])[], data: string): string {
  const fields = attributes.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  if (data === '') return `{${fields.join(',')}}`;
  return `{${[...fields, `"data":${dataText(attributes, data)}`].join(',')}}`;
}

function dataText(attributes: readonly (readonly [name: string, value: string])[], data: string): string {
  const [, contentType] = attributes.find(([name]) => name === 'datacontenttype') ?? [];
  // Refused for its content type, whatever it is.
  if (contentType !== undefined && !isJsonContentType(contentType)) return JSON.stringify(data);
  return parseJson(data).problem?.code === 'trailing_text' ? `${NOT_JSON}${data}` : data;
}

/**
 * Data that is broken breaks the event where it breaks itself; the one brace behind it cannot remedy both. Only where more follows a whole
 * value could that be read as attributes, and no value begins like this.
 */
const NOT_JSON = '!';
