/** A small HTTP client: sends text or an object, returns status, headers and the body as it came. It never tries again by itself. */
import { Agent, request } from 'undici';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Answer<Body> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
  readonly body: Body;
}

interface Sending {
  /** Idempotency-Key. */
  readonly key?: string;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** RFC 9457, as the service fills it. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly errors?: readonly { readonly field: string; readonly detail: string; readonly remedy: string }[];
  readonly facts?: Readonly<Record<string, string>>;
}

const TIMEOUT_MS = 60_000;
const CONNECTIONS_MAX = 32;

export class HttpClient {
  private readonly agent = new Agent({ connections: CONNECTIONS_MAX, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });

  constructor(readonly url: string) {}

  /** @param body an object is sent as JSON; text and bytes are sent as they are. */
  async send<Body>(
    method: Method,
    path: string,
    body?: object | string | Buffer,
    { key, contentType = 'application/json', headers = {} }: Sending = {},
  ): Promise<Answer<Body>> {
    const bytes = body === undefined || typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const answer = await request(this.url + path, {
      method,
      dispatcher: this.agent,
      headers: {
        ...(bytes !== undefined && { 'content-type': contentType }),
        ...(key !== undefined && { 'idempotency-key': key }),
        ...headers,
      },
      ...(bytes !== undefined && { body: bytes }),
    });
    const text = await answer.body.text();
    return { status: answer.statusCode, headers: answer.headers, text, body: parsed(text) as Body };
  }

  /** @throws Error with the whole answer when it is not a success. */
  async ask<Body>(method: Method, path: string, body?: object | string | Buffer, sending?: Sending): Promise<Body> {
    const answer = await this.send<Body>(method, path, body, sending);
    if (answer.status < 200 || answer.status > 299) throw new Error(`${method} ${path} was answered ${answer.status}: ${answer.text}`);
    return answer.body;
  }

  get<Body>(path: string): Promise<Body> {
    return this.ask('GET', path);
  }

  post<Body>(path: string, body?: object | string | Buffer, sending?: Sending): Promise<Body> {
    return this.ask('POST', path, body, sending);
  }

  close(): Promise<void> {
    return this.agent.destroy();
  }
}

/** Undefined for what is not JSON, such as an event stream. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
