/** The HTTP transport: every operation of the table as routes of a Fastify instance, errors as problem+json. */
import { errorAnswer } from '@drawdown/api/errors';
import { type AnswerPaymentNotification, type AnswerUsage, type Operation, USAGE_CONTENT_TYPES } from '@drawdown/api/resources';
import { InvalidRequest, type Violation } from '@drawdown/api/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Call, callIdOf, traceparentOf } from '../call';
import { type Contract, type Rpc, writeJson, type Message } from '@drawdown/api/contract';
import type { Health } from '../ops/health';
import type { Log } from '../logging';
import { EVENT_STREAM_TYPE, writeEventStream } from './event-stream';
import { HttpRequestReader } from './http-request';
import { registerPaymentNotifications } from './payment-notifications';
import { acceptProblem, contentProblem, mediaTypeOf } from './negotiation';
import { problem, type Problem, PROBLEM_TYPE } from './problem';

const JSON_TYPE = 'application/json';

interface HttpTransportOptions {
  readonly contract: Contract;
  readonly operations: readonly Operation[];
  readonly usage: AnswerUsage;
  readonly paymentNotices: AnswerPaymentNotification;
  readonly health: Health;
  readonly log: Log;
  /** JSON text of the OpenAPI document. */
  readonly openApi: string;
}

export class HttpTransport {
  /** Calls that are being answered, so that a drain can end streams and, at its bound, everything. */
  private readonly open = new Set<Call>();
  private readonly streams = new Set<Call>();

  constructor(private readonly options: HttpTransportOptions) {}

  register(instance: FastifyInstance): void {
    for (const operation of this.options.operations) if (!operation.raw) this.registerOperation(instance, operation);
    this.registerUsage(instance);
    registerPaymentNotifications(instance, this.options, (request, reply, work) => this.answer(request, reply, JSON_TYPE, work));
    this.registerProbes(instance);
  }

  /** Ends streams: a watcher is expected to come back to another instance. */
  endStreams(): void {
    for (const call of this.streams) call.end();
  }

  endAll(): void {
    for (const call of this.open) call.end();
  }

  private registerOperation(instance: FastifyInstance, operation: Operation): void {
    const rpc = this.rpcOf(operation.name);
    for (const route of operation.http) {
      const reader = new HttpRequestReader(rpc, operation, route);
      instance.route({
        method: route.method,
        url: route.path.replace(/\{(\w+)\}/g, ':$1'),
        handler: (request, reply) =>
          this.answer(request, reply, rpc.streamed ? EVENT_STREAM_TYPE : JSON_TYPE, async (call) => {
            const violations: Violation[] = [];
            const body = Buffer.isBuffer(request.body) ? request.body : undefined;
            const refused = reader.takesBody && body && body.length > 0 ? contentProblem(request.headers, [JSON_TYPE]) : undefined;
            if (refused) {
              send(reply, refused);
              return;
            }
            const message = reader.read(request, body, violations);
            if (violations.length > 0) throw new InvalidRequest(violations);
            await this.respond(operation, rpc, message, call, request, reply);
          }),
      });
    }
  }

  private async respond(
    operation: Operation,
    rpc: Rpc,
    message: Message,
    call: Call,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    if (operation.kind === 'command') call.identify(operation.name, message);
    const result = operation.handle(message, call);
    if (Symbol.asyncIterator in result) {
      await this.stream(result, operation, rpc, call, reply);
      return;
    }
    const answer = await result;
    if (call.wasReplayed) reply.header('idempotent-replayed', 'true');
    if (operation.etag !== undefined) {
      const tag = `"${String(answer[operation.etag] ?? 0)}"`;
      reply.header('etag', tag);
      if (operation.kind === 'query' && request.headers['if-none-match'] === tag) {
        reply.code(304).send();
        return;
      }
    }
    reply
      .code(operation.success ?? 200)
      .type(JSON_TYPE)
      .send(writeJson(rpc.response, answer));
  }

  private async stream(source: AsyncIterable<Message>, operation: Operation, rpc: Rpc, call: Call, reply: FastifyReply): Promise<void> {
    this.streams.add(call);
    try {
      await writeEventStream(reply.raw, source, {
        headers: { 'x-request-id': call.callId },
        signal: call.signal,
        write: (message) => ({
          id: operation.resumeFrom === undefined ? undefined : String(message['revision'] ?? 0),
          data: writeJson(rpc.response, message),
        }),
        problemOf: (error) => this.problemOf(error, call),
      });
      reply.hijack();
    } finally {
      this.streams.delete(call);
    }
  }

  /** Bytes and headers go to intake as they are: nothing between the socket and its own parser. */
  private registerUsage(instance: FastifyInstance): void {
    const batch = this.rpcOf('SendUsageBatch').response;
    const single = this.rpcOf('SendUsage').response;
    instance.route({
      method: 'POST',
      url: '/v1/usage',
      handler: (request, reply) =>
        this.answer(request, reply, JSON_TYPE, async (call) => {
          const refused = contentProblem(request.headers, USAGE_CONTENT_TYPES);
          if (refused) {
            send(reply, refused);
            return;
          }
          const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
          const contentType = mediaTypeOf(request.headers['content-type']).name;
          const answer = await this.options.usage({ body, contentType, headers: request.headers }, call);
          // One event is answered with its outcome, a batch with a count and one outcome each.
          reply.type(JSON_TYPE).send(writeJson('outcome' in answer ? single : batch, answer));
        }),
    });
  }

  private registerProbes(instance: FastifyInstance): void {
    const { health, openApi } = this.options;
    instance.get('/healthz', (_, reply) => reply.type(JSON_TYPE).send('{"live":true}'));
    instance.get('/readyz', (_, reply) =>
      reply
        .code(health.ready ? 200 : 503)
        .type(JSON_TYPE)
        .send(JSON.stringify(health.answer())),
    );
    instance.get('/openapi.json', (_, reply) => reply.type(JSON_TYPE).send(openApi));
  }

  private async answer(
    request: FastifyRequest,
    reply: FastifyReply,
    made: string,
    respond: (call: Call) => Promise<void>,
  ): Promise<FastifyReply> {
    const { headers } = request;
    const call = new Call('http', callIdOf(single(headers['x-request-id'])), traceparentOf(single(headers['traceparent'])), undefined);
    reply.header('x-request-id', call.callId);
    this.open.add(call);
    reply.raw.once('close', () => {
      this.open.delete(call);
      call.end();
    });
    try {
      const refused = acceptProblem(headers.accept, made);
      if (refused) send(reply, refused);
      else await respond(call);
    } catch (error) {
      send(reply, this.problemOf(error, call));
    }
    return reply;
  }

  private problemOf(error: unknown, call: Call): Problem {
    const answer = errorAnswer(error);
    if (answer.bug) this.options.log.error({ err: error, callId: call.callId }, 'a call met a defect');
    return problem(answer);
  }

  private rpcOf(name: string): Rpc {
    const rpc = this.options.contract.rpcs.get(name);
    if (!rpc) throw new Error(`operation ${name} has no rpc in the contract`);
    return rpc;
  }
}

const single = (header: string | string[] | undefined): string | undefined => (typeof header === 'string' ? header : undefined);

export const send = (reply: FastifyReply, { status, headers, body }: Problem): FastifyReply =>
  reply.code(status).headers(headers).type(PROBLEM_TYPE).send(body);
