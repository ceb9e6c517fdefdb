/** What both transports do around an operation: identify the call, read its key, know when the caller has gone. */
import type { Message } from '@drawdown/api/contract';
import { createHash, randomUUID } from 'node:crypto';
import type { Context } from '@drawdown/api/resources';
import type { Violation } from '@drawdown/api/errors';

const KEY_LENGTH_MAX = 128;
const CALL_ID_LENGTH_MAX = 128;

const PRINTABLE = /^[\x20-\x7e]+$/;
const TRACEPARENT = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The caller's id for the call where it can be used, otherwise one of ours. */
export const callIdOf = (given: string | undefined): string =>
  given !== undefined && given.length <= CALL_ID_LENGTH_MAX && PRINTABLE.test(given) ? given : randomUUID();

export const traceparentOf = (given: string | undefined): string | undefined =>
  given !== undefined && TRACEPARENT.test(given) ? given : undefined;

/** @param field where the transport keeps the key, for what is said about it */
export function keyViolation(key: string, field: string): Violation | undefined {
  if (key.length <= KEY_LENGTH_MAX && PRINTABLE.test(key)) return undefined;
  if (key === '')
    return { field, problem: 'is empty', remedy: `send 1 to ${KEY_LENGTH_MAX} printable ASCII characters such as a UUID, or leave it out` };
  return { field, problem: `is not 1 to ${KEY_LENGTH_MAX} printable ASCII characters`, remedy: 'send a UUID, for example' };
}

/** SHA-256 of the command without its key. Both transports hand over the same Message for the same command, so a retry may change transports. */
export const bodyHash = (rpc: string, { request_id: _, ...command }: Message): string =>
  createHash('sha256')
    .update(`${rpc}\n${canonical(command)}`)
    .digest('hex');

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString('base64'));
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`)
    .join(',')}}`;
}

/** Node's timers hold no more: 2^31 - 1. */
const TIMER_MS_MAX = 2_147_483_647;

/** A Context whose abort signal costs nothing until an operation asks for it. */
export class Call implements Context {
  private controller: AbortController | undefined;
  private timer: NodeJS.Timeout | undefined;
  private ended = false;
  wasReplayed = false;
  key: string | undefined;
  body: string | undefined;

  constructor(
    readonly transport: 'http' | 'grpc',
    readonly callId: string,
    readonly traceparent: string | undefined,
    readonly deadline: number | undefined,
  ) {}

  /** Takes the key out of a command, for the ledger. */
  identify(rpc: string, request: Message): void {
    const key = request['request_id'];
    if (typeof key !== 'string') return;
    this.key = key;
    this.body = bodyHash(rpc, request);
  }

  get signal(): AbortSignal {
    if (!this.controller) {
      this.controller = new AbortController();
      if (this.ended) this.controller.abort();
      // The transport reports a deadline only after the client has read everything, which may be never.
      else if (this.deadline !== undefined)
        this.timer = setTimeout(() => this.end(), Math.min(this.deadline - Date.now(), TIMER_MS_MAX)).unref();
    }
    return this.controller.signal;
  }

  /** The call is over: answered, given up by the caller, or ended with the service. */
  end(): void {
    this.ended = true;
    clearTimeout(this.timer);
    this.controller?.abort();
  }

  replayed(): void {
    this.wasReplayed = true;
  }
}
