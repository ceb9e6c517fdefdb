/** The Fastify instance under the HTTP transport: limits, bytes instead of parsed bodies, and errors of HTTP itself as problems. */
import { once } from 'node:events';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Log } from '../logging';
import { send } from './http-transport';
import {
  HTTP_BODY_BYTES_MAX,
  HTTP_DISCARD_BYTES_MAX,
  HTTP_DISCARD_TIMEOUT_MS,
  HTTP_HEADER_BYTES_MAX,
  HTTP_KEEP_ALIVE_MS,
  HTTP_REQUEST_TIMEOUT_MS,
} from './http-limits';
import { unsupported } from './negotiation';
import { httpProblem, type Problem, PROBLEM_TYPE } from './problem';

/** Longest path parameter, percent-encoded: longer than any id that is taken, so that the refusal names the field. */
const PATH_PARAMETER_LENGTH_MAX = 8 * 1024;
/** How often Node looks for requests that take too long. */
const TIMEOUT_CHECK_MS = 5_000;

export function openHttpServer(log: Log, draining: () => boolean): FastifyInstance {
  const instance = fastify({
    logger: false,
    bodyLimit: HTTP_BODY_BYTES_MAX,
    requestTimeout: HTTP_REQUEST_TIMEOUT_MS,
    keepAliveTimeout: HTTP_KEEP_ALIVE_MS,
    // While draining, requests on open connections are answered as always, and the answers close the connections.
    return503OnClosing: false,
    exposeHeadRoutes: false,
    http: { maxHeaderSize: HTTP_HEADER_BYTES_MAX, connectionsCheckingInterval: TIMEOUT_CHECK_MS },
    routerOptions: { maxParamLength: PATH_PARAMETER_LENGTH_MAX },
    frameworkErrors: (error, request, reply) => void answerError(log, error, request, reply),
    clientErrorHandler: answerBrokenRequest,
  });
  const patterns = rememberRoutes(instance);
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  instance.setErrorHandler((error, request, reply) => answerError(log, error, request, reply));
  instance.setNotFoundHandler((request, reply) => send(reply, notFound(patterns, request)));
  instance.addHook('onRequest', (_request, reply, done) => {
    if (draining()) reply.header('connection', 'close');
    done();
  });
  return instance;
}

/** Route patterns by method, to distinguish "no such path" from "not with this method". */
type Patterns = Map<string, RegExp[]>;

function rememberRoutes(instance: FastifyInstance): Patterns {
  const patterns: Patterns = new Map();
  instance.addHook('onRoute', ({ method, url }) => {
    const pattern = new RegExp(`^${url.replaceAll('.', '\\.').replace(/:\w+/g, '[^/]+')}$`);
    for (const one of [method].flat()) patterns.set(one, [...(patterns.get(one) ?? []), pattern]);
  });
  return patterns;
}

function notFound(patterns: Patterns, request: FastifyRequest): Problem {
  const path = request.url.split('?', 1)[0] ?? '';
  const allow = [...patterns]
    .filter(([, known]) => known.some((pattern) => pattern.test(path)))
    .map(([method]) => method)
    .join(', ');
  if (allow === '') return httpProblem(404, 'PATH_NOT_FOUND', 'No such path', `nothing is at ${path.slice(0, 200)}; see /openapi.json`);
  return httpProblem(405, 'METHOD_NOT_ALLOWED', 'The method is not allowed here', `this path takes ${allow}, not ${request.method}`, {
    allow,
  });
}

/** An error that comes from HTTP itself, before or beside any operation. */
async function answerError(log: Log, error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      await discardBody(request);
      return send(
        reply,
        httpProblem(
          413,
          'BODY_TOO_LARGE',
          'The body is too large',
          `a body may have at most ${HTTP_BODY_BYTES_MAX} bytes (HTTP_BODY_BYTES_MAX); send several smaller requests`,
        ),
      );
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return send(
        reply,
        httpProblem(400, 'INVALID_REQUEST', 'The request is not valid', 'the path is not a valid URL path; percent-encode each part of it'),
      );
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return send(reply, unsupported('content-type is not a media type', ['application/json']));
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return send(
        reply,
        httpProblem(400, 'BODY_INCOMPLETE', 'The body is incomplete', 'fewer or more bytes came than content-length says'),
      );
    case 'ECONNRESET':
      // The caller broke off in the middle of its body: nobody is left to answer.
      return send(reply, httpProblem(400, 'BODY_INCOMPLETE', 'The body is incomplete', 'the request was broken off'));
    default:
      log.error({ err: error, path: request.routeOptions.url }, 'a request met a defect of the HTTP server');
      return send(reply, httpProblem(500, 'INTERNAL', 'The service has a defect', 'this is a defect of the service; the log has it'));
  }
}

/** Reads the rest of a body and throws it away: closing earlier would reset the connection before the caller reads the answer. */
async function discardBody({ raw }: FastifyRequest): Promise<void> {
  let bytes = 0;
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), HTTP_DISCARD_TIMEOUT_MS);
  raw.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > HTTP_DISCARD_BYTES_MAX) stop.abort();
  });
  raw.resume();
  try {
    if (!raw.readableEnded && !raw.destroyed)
      await Promise.race([once(raw, 'end', { signal: stop.signal }), once(raw, 'close', { signal: stop.signal })]);
  } catch {
    // Too much or too slow: the answer is sent all the same, whether it arrives or not.
  } finally {
    clearTimeout(timer);
  }
}

/** What Node's HTTP parser refuses never becomes a request: answered on the bare socket, which is closed. */
function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, body } = brokenRequestProblem(error.code);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: ${PROBLEM_TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function brokenRequestProblem(code: string | undefined): Problem {
  if (code === 'HPE_HEADER_OVERFLOW')
    return httpProblem(
      431,
      'HEADERS_TOO_LARGE',
      'The headers are too large',
      `headers may have at most ${HTTP_HEADER_BYTES_MAX} bytes (HTTP_HEADER_BYTES_MAX)`,
    );
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return httpProblem(
      408,
      'REQUEST_TIMEOUT',
      'The request took too long',
      `a request must have come whole within ${HTTP_REQUEST_TIMEOUT_MS} ms (HTTP_REQUEST_TIMEOUT_MS)`,
    );
  return httpProblem(400, 'INVALID_HTTP', 'This is not HTTP', 'the request could not be read as HTTP/1.1');
}
