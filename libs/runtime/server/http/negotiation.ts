/** Which content a caller sends and which it takes. */
import type { IncomingHttpHeaders } from 'node:http';
import { httpProblem, type Problem } from './problem';

interface MediaType {
  readonly name: string;
  readonly charset: string | undefined;
}

export function mediaTypeOf(header: string | undefined): MediaType {
  const [name = '', ...parameters] = (header ?? '').split(';');
  const charset = parameters.map((parameter) => /^\s*charset="?([^"]*)"?\s*$/i.exec(parameter)?.[1]).find((value) => value);
  return { name: name.trim().toLowerCase(), charset: charset?.trim().toLowerCase() };
}

/** @param taken the media types that this path takes */
export function contentProblem(headers: IncomingHttpHeaders, taken: readonly string[]): Problem | undefined {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity')
    return unsupported(`content-encoding ${encoding} is not taken; send the body as it is`, taken);
  const { name, charset } = mediaTypeOf(headers['content-type']);
  if (!taken.includes(name))
    return unsupported(`content-type ${name ? `"${name.slice(0, 100)}"` : '(none)'} is not taken here; send ${taken.join(' or ')}`, taken);
  return charset === undefined || charset === 'utf-8' || charset === 'utf8'
    ? undefined
    : unsupported(`charset ${charset.slice(0, 40)} is not taken; send UTF-8`, taken);
}

export const unsupported = (detail: string, taken: readonly string[]): Problem =>
  httpProblem(415, 'UNSUPPORTED_MEDIA_TYPE', 'The content is of a type that is not taken', detail, { accept: taken.join(', ') });

export function acceptProblem(accept: string | undefined, made: string): Problem | undefined {
  if (accept === undefined || accept.trim() === '') return undefined;
  const [kind] = made.split('/');
  const takes = accept.split(',').some((range) => {
    const { name } = mediaTypeOf(range);
    return (name === '*/*' || name === `${kind}/*` || name === made) && !/;\s*q=0(?:\.0*)?\s*(?:;|$)/.test(range);
  });
  return takes
    ? undefined
    : httpProblem(
        406,
        'NOT_ACCEPTABLE',
        'The answer is of a type that is not accepted',
        `this path answers with ${made}; send "accept: ${made}", or none`,
      );
}
