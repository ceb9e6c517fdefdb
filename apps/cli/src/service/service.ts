/** The service over HTTP. One method per way of asking; what is asked is named by its rpc. */
import { randomUUID } from 'node:crypto';
import { routes, type RpcName, type StreamName, type Message } from '@drawdown/api/contract';
import { Agent, type Dispatcher, request as undiciRequest } from 'undici';
import { wrongUsage } from '../exit-codes';
import { eventsOf } from './event-stream';
import { ServiceProblem, Unreachable } from './problems';
import { type HttpRequest, httpRequestOf } from './route';

const TIMEOUT_MS_DEFAULT = 30_000;
/** Rebuilding reads the whole log before it answers, and a test clock lives through all that becomes due. */
const LONG: ReadonlySet<RpcName> = new Set(['RebuildProjections', 'AdvanceTestClock']);
const LONG_TIMEOUT_MS = 3_600_000;
const CONNECT_TIMEOUT_MS = 5_000;
const ANSWER_BYTES_MAX = 64 * 1024 * 1024;

interface ServiceOptions {
  /** Idempotency key of the commands of this call. Absent: one is made for each. */
  readonly key?: string;
  readonly timeoutMs?: number;
  /** Called with each request, for `--verbose`. */
  readonly logRequest?: (line: string) => void;
  /** Called when the answer is that of an earlier command with the same key. */
  readonly replayed?: (key: string) => void;
  readonly signal?: AbortSignal;
}

export class Service {
  private readonly agent: Agent;

  constructor(
    readonly url: string,
    private readonly options: ServiceOptions = {},
  ) {
    if (!/^https?:\/\/[^/]+/.test(url)) throw wrongUsage(`--url: "${url}" is no URL such as http://127.0.0.1:8080`);
    this.agent = new Agent({ connect: { timeout: CONNECT_TIMEOUT_MS }, maxResponseSize: ANSWER_BYTES_MAX });
  }

  /** @throws ServiceProblem, Unreachable */
  async call(name: Exclude<RpcName, StreamName>, request: Message = {}): Promise<Message> {
    const key = routes[name].kind === 'command' ? (this.options.key ?? `cli-${randomUUID()}`) : '';
    const timeoutMs = this.options.timeoutMs ?? (LONG.has(name) ? LONG_TIMEOUT_MS : TIMEOUT_MS_DEFAULT);
    return this.ask({ ...httpRequestOf(name, request), key, timeoutMs, accept: 'application/json' });
  }

  /** Usage as JSON text: one event, or a list of them. */
  sendUsage(body: string, form: 'event' | 'batch'): Promise<Message> {
    return this.ask({
      method: 'POST',
      path: '/v1/usage',
      body,
      key: '',
      contentType: form === 'batch' ? 'application/cloudevents-batch+json' : 'application/cloudevents+json',
      accept: 'application/json',
      timeoutMs: this.options.timeoutMs ?? TIMEOUT_MS_DEFAULT,
    });
  }

  /** Messages until the service ends the stream. Leaving the loop ends the call. */
  async *stream(name: StreamName, request: Message = {}): AsyncGenerator<Message> {
    const response = await this.send({
      ...httpRequestOf(name, request),
      key: '',
      accept: 'text/event-stream',
      timeoutMs: TIMEOUT_MS_DEFAULT,
      endless: true,
    });
    try {
      if (response.statusCode !== 200) throw await problemOf(response);
      for await (const { type, data } of eventsOf(response.body)) {
        if (type === 'error') throw new ServiceProblem(500, JSON.parse(data) as Message, undefined);
        yield JSON.parse(data) as Message;
      }
    } catch (fault) {
      if (this.options.signal?.aborted) return;
      throw fault instanceof ServiceProblem ? fault : new Unreachable(this.url, fault, '');
    } finally {
      response.body.on('error', () => undefined).destroy();
    }
  }

  close(): Promise<void> {
    return this.agent.destroy();
  }

  private async ask(request: Outgoing): Promise<Message> {
    const response = await this.send(request);
    const { statusCode, headers, body } = response;
    if (statusCode < 200 || statusCode > 299) throw await problemOf(response);
    if (headers['idempotent-replayed'] === 'true') this.options.replayed?.(request.key);
    try {
      return (await body.json()) as Message;
    } catch (fault) {
      throw new Unreachable(this.url, fault, request.key);
    }
  }

  private async send({ method, path, body, key, accept, contentType, timeoutMs, endless }: Outgoing): Promise<Dispatcher.ResponseData> {
    this.options.logRequest?.(`${method} ${this.url}${path}${key ? ` (Idempotency-Key: ${key})` : ''}`);
    try {
      return await undiciRequest(this.url.replace(/\/$/, '') + path, {
        method,
        dispatcher: this.agent,
        headers: {
          accept,
          ...(body !== undefined && { 'content-type': contentType ?? 'application/json' }),
          ...(key && { 'idempotency-key': key }),
        },
        ...(body !== undefined && { body }),
        ...(this.options.signal && { signal: this.options.signal }),
        headersTimeout: timeoutMs,
        bodyTimeout: endless ? 0 : timeoutMs,
      });
    } catch (fault) {
      throw new Unreachable(this.url, fault, key);
    }
  }
}

interface Outgoing extends HttpRequest {
  readonly key: string;
  readonly accept: string;
  readonly contentType?: string;
  readonly timeoutMs: number;
  /** True: the answer may pause for as long as it likes. */
  readonly endless?: boolean;
}

/** Whatever answered: our service says a problem, a proxy in between may say anything. */
async function problemOf({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<ServiceProblem> {
  const text = await body.text();
  const seconds = Number(headers['retry-after']);
  const retryAfterMs = Number.isFinite(seconds) && headers['retry-after'] !== undefined ? seconds * 1_000 : undefined;
  return new ServiceProblem(
    statusCode,
    parsed(text) ?? { title: `the service answered ${statusCode}`, detail: text.slice(0, 200) },
    retryAfterMs,
  );
}

function parsed(text: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Message) : undefined;
  } catch {
    return undefined;
  }
}
