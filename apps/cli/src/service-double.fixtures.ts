/** A double of the service: a real HTTP server on this machine that gives the answers that a test chooses and records the requests. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { runProgram } from './program';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly key: string | undefined;
  readonly contentType: string | undefined;
  readonly body: string;
}
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Messages of a stream instead of a body. */
  readonly events?: readonly string[];
}

export class ServiceDouble {
  readonly asked: Asked[] = [];
  answer: (asked: Asked) => Answer | Promise<Answer> = () => ({});
  url = '';
  private readonly server = createServer((request, response) => void this.serve(request, response));

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const asked = {
      method,
      path: url,
      key: headers['idempotency-key'] as string | undefined,
      contentType: headers['content-type'],
      body: await text(request),
    };
    this.asked.push(asked);
    const { status = 200, headers: extra, body = {}, events } = await this.answer(asked);
    response.writeHead(status, { 'content-type': events ? 'text/event-stream' : 'application/json', ...extra });
    response.end(events ? events.join('') : typeof body === 'string' ? body : JSON.stringify(body));
  }
}

interface Ran {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

export interface Surroundings {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** True: output goes to a terminal. */
  readonly terminal?: boolean;
  readonly interrupted?: AbortSignal;
}

/** Runs a command line in this process. */
export async function ran(
  args: readonly string[],
  { stdin = '', env = {}, terminal = false, interrupted }: Surroundings = {},
): Promise<Ran> {
  const stdout = Object.assign(new PassThrough(), { isTTY: terminal });
  const stderr = Object.assign(new PassThrough(), { isTTY: terminal });
  const exitCode = await runProgram(args, {
    stdin: Readable.from([Buffer.from(stdin)]),
    stdout,
    stderr,
    env,
    interrupted: interrupted ?? new AbortController().signal,
  });
  return { exitCode, out: await text(stdout.end()), err: await text(stderr.end()) };
}
