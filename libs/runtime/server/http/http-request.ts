/** Makes the Message of an operation out of an HTTP request: path, query string, headers and body. */
import { isUtf8 } from 'node:buffer';
import {
  type Elsewhere,
  type HttpRoute,
  messageFromJson,
  pathParameters,
  type QueryValues,
  readQuery,
  type Route,
  type Rpc,
  type Message,
} from '@drawdown/api/contract';
import type { Violation } from '@drawdown/api/errors';
import { parseJson } from '@drawdown/domain/usage';
import type { FastifyRequest } from 'fastify';
import { keyViolation } from '../call';

const KEY_HEADER = 'idempotency-key';

const KEY_TWICE: Violation = { field: 'Idempotency-Key', problem: 'came more than once', remedy: 'send one key for one command' };

/** Reads requests of one route. What every request shares is computed here, once. */
export class HttpRequestReader {
  private readonly outsideBody: Elsewhere;
  private readonly outsideQuery: Elsewhere;

  constructor(
    private readonly rpc: Rpc,
    private readonly operation: Route,
    private readonly route: HttpRoute,
  ) {
    const elsewhere = new Map<string, string>([['request_id', 'send it as the Idempotency-Key header']]);
    for (const name of pathParameters(route.path)) elsewhere.set(name, 'it is in the path');
    if (operation.ifMatch !== undefined) elsewhere.set(operation.ifMatch, 'send it as the If-Match header');
    // The wallet has a path of its own: there the credit product is the empty one.
    if (/\/wallet(\/|$)/.test(route.path)) elsewhere.set('credit_product_id', 'this is the path of the wallet');
    this.outsideBody = elsewhere;
    this.outsideQuery = this.takesBody
      ? new Map([...rpc.request.fields.map(({ name }) => [name, 'send it in the body'] as const), ...elsewhere])
      : elsewhere;
  }

  get takesBody(): boolean {
    return this.route.method !== 'GET' && this.route.method !== 'DELETE';
  }

  read(request: FastifyRequest, body: Buffer | undefined, violations: Violation[]): Message {
    const { rpc, operation } = this;
    const message: Record<string, unknown> = {};
    if (this.takesBody && body && body.length > 0) Object.assign(message, this.fromBody(body, violations));
    readQuery(rpc.request, request.query as QueryValues, message, violations, this.outsideQuery);
    readQuery(rpc.request, request.params as QueryValues, message, violations);
    if (operation.kind === 'command') this.readKey(request, message, violations);
    if (operation.ifMatch !== undefined) readNumber(request.headers['if-match'], 'If-Match', operation.ifMatch, message, violations);
    if (operation.resumeFrom !== undefined)
      readNumber(request.headers['last-event-id'], 'Last-Event-ID', operation.resumeFrom, message, violations);
    return message;
  }

  private fromBody(body: Buffer, violations: Violation[]): Message {
    if (!isUtf8(body)) {
      violations.push({ field: '', problem: 'the body is not valid UTF-8', remedy: 'send well-formed Unicode' });
      return {};
    }
    const { node, problem } = parseJson(body.toString('utf8'));
    if (problem) {
      violations.push({
        field: '',
        problem: `the body is not the JSON that is taken here: ${problem.detail}`,
        remedy: 'fix the JSON text',
      });
      return {};
    }
    return messageFromJson(this.rpc.request, node, violations, '', this.outsideBody);
  }

  private readKey(request: FastifyRequest, message: Record<string, unknown>, violations: Violation[]): void {
    // Node would join two of them with a comma into a third key.
    const keys = request.raw.headersDistinct[KEY_HEADER] ?? [];
    const [key] = keys;
    if (key === undefined) return;
    // Ignoring an empty one would carry out a retry a second time.
    const violation = keys.length > 1 ? KEY_TWICE : keyViolation(key, 'Idempotency-Key');
    if (violation) violations.push(violation);
    else message['request_id'] = key;
  }
}

/** A revision or version in a header, quoted as an entity tag or bare. */
function readNumber(
  header: string | string[] | undefined,
  name: string,
  field: string,
  message: Record<string, unknown>,
  violations: Violation[],
): void {
  if (header === undefined || header === '*' || header === '') return;
  const digits = /^"?(-?\d{1,15})"?$/.exec(String(header))?.[1];
  if (digits === undefined)
    violations.push({ field: name, problem: 'is not one of ours', remedy: 'send what an answer has named, such as "7"' });
  else message[field] = Number(digits);
}
