/** Sends a webhook as Standard Webhooks 1.0 says, to a receiver that may be slow, broken or hostile. */
import type { Failure, WebhookRequest, WebhookResponse, WebhookSender } from '@drawdown/engine/webhooks';
import { Webhook } from 'standardwebhooks';
import { Agent, buildConnector, type Dispatcher } from 'undici';
import { DestinationGuard, DestinationRefused, type Resolve } from './destination-guard';
import { retryAfterMs } from './retry-after';

/** From the first byte sent to the last byte read, connecting included. */
const ATTEMPT_TIMEOUT_MS = 15_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** Read of an answer at most; what comes after it is not waited for. */
const RESPONSE_BYTES_MAX = 16 * 1024;
/** Bytes of an answer that are kept. */
export const RESPONSE_KEPT_BYTES = 256;
const RESPONSE_HEADERS_BYTES_MAX = 16 * 1024;
const KEEP_ALIVE_MS = 30_000;
const USER_AGENT = 'Drawdown-Webhooks/1';

interface HttpWebhookSenderOptions {
  /** Networks that may be sent to although they are not public, as CIDR: `127.0.0.0/8` for a receiver on the same machine. */
  readonly allowedNetworks?: readonly string[];
  readonly timeoutMs?: number;
  /** How names become addresses. Default: the system's resolver. */
  readonly resolve?: Resolve;
}

export class HttpWebhookSender implements WebhookSender {
  private readonly agent: Agent;
  private readonly timeoutMs: number;

  /** @throws RangeError naming an allowed network that is none. */
  constructor({ allowedNetworks, timeoutMs = ATTEMPT_TIMEOUT_MS, resolve }: HttpWebhookSenderOptions = {}) {
    this.timeoutMs = timeoutMs;
    this.agent = new Agent({
      connect: guarded(new DestinationGuard(allowedNetworks, resolve)),
      keepAliveTimeout: KEEP_ALIVE_MS,
      // A receiver must not see a second webhook before it has answered the first on a connection that may break.
      pipelining: 1,
      maxHeaderSize: RESPONSE_HEADERS_BYTES_MAX,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
    });
  }

  async send(request: WebhookRequest): Promise<WebhookResponse> {
    const deadline = new AbortController();
    // Timers of one duration share one list in Node: setting one costs next to nothing.
    const timer = setTimeout(() => deadline.abort(), this.timeoutMs);
    try {
      return await this.exchange(request, deadline.signal);
    } catch (error) {
      return { failure: deadline.signal.aborted ? 'timeout' : failureOf(error) };
    } finally {
      clearTimeout(timer);
    }
  }

  /** Breaks off what is in flight. */
  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private async exchange(request: WebhookRequest, signal: AbortSignal): Promise<WebhookResponse> {
    const { origin, pathname, search } = new URL(request.url);
    // undici follows no redirect unless asked, and it is not: the answer could lead past the guard.
    const { statusCode, headers, body } = await this.agent.request({
      origin,
      path: pathname + search,
      method: 'POST',
      headers: headersOf(request),
      body: request.payload,
      signal,
    });
    const response = await firstBytes(body);
    const failure = failureOfStatus(statusCode);
    const wait = statusCode === 429 || statusCode === 503 ? retryAfterMs(oneOf(headers['retry-after']), request.at) : undefined;
    return {
      httpStatus: statusCode,
      ...(failure && { failure }),
      ...(response && { response }),
      ...(wait !== undefined && { retryAfterMs: wait }),
    };
  }
}

function headersOf({ webhookId, payload, at, secrets, traceparent }: WebhookRequest): Record<string, string> {
  const sentAt = new Date(at);
  return {
    'content-type': 'application/json',
    'user-agent': USER_AGENT,
    'webhook-id': webhookId,
    'webhook-timestamp': String(Math.floor(at / 1_000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(webhookId, sentAt, payload)).join(' '),
    ...(traceparent !== undefined && { traceparent }),
  };
}

/** Every connection passes here: a host that is an address, one that is a name, and what the socket really reached. */
function guarded(guard: DestinationGuard): buildConnector.connector {
  const connect = buildConnector({ lookup: guard.lookup, timeout: CONNECT_TIMEOUT_MS });
  return (options, done) => {
    try {
      guard.check(options.hostname);
    } catch (refused) {
      return done(refused as DestinationRefused, null);
    }
    connect(options, (...result) => {
      const [error, socket] = result;
      if (error) return done(error, null);
      if (socket?.remoteAddress !== undefined && guard.permits(socket.remoteAddress)) return done(null, socket);
      socket?.destroy();
      return done(new DestinationRefused(socket?.remoteAddress ?? options.hostname), null);
    });
  };
}

/** A status has been given, and it decides: an answer that breaks off or never ends changes nothing about it. */
async function firstBytes(body: Dispatcher.ResponseData['body']): Promise<string> {
  const kept: Buffer[] = [];
  let read = 0;
  try {
    for await (const chunk of body) {
      const bytes = chunk as Buffer;
      if (read < RESPONSE_KEPT_BYTES) kept.push(bytes.subarray(0, RESPONSE_KEPT_BYTES - read));
      read += bytes.length;
      // Leaving the loop destroys the stream, and the connection with it.
      if (read > RESPONSE_BYTES_MAX) break;
    }
  } catch {
    // What came before the break is kept.
  }
  return printable(Buffer.concat(kept).toString('utf8'));
}

/** Foreign text that ends in an event and on a screen: no control characters. */
const printable = (text: string): string => text.replace(/\p{C}+/gu, ' ').trim();

function failureOfStatus(status: number): Failure | undefined {
  if (status >= 200 && status < 300) return undefined;
  if (status === 410) return 'gone';
  return status >= 300 && status < 400 ? 'redirected' : 'refused_status';
}

function failureOf(error: unknown): Failure {
  if (error instanceof DestinationRefused) return 'destination_refused';
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_CONNECT_TIMEOUT' ? 'timeout' : 'connection_failed';
}

const oneOf = (field: string | string[] | undefined): string | undefined => (Array.isArray(field) ? field[0] : field);
