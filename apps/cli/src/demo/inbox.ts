/** A receiver of webhooks as a customer would write one: it believes nothing that the standardwebhooks package does not verify. */
import type { Message } from '@drawdown/api/contract';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface Landed {
  readonly webhookId: string;
  readonly payload: Message;
  /** Undefined: the signature is right. */
  readonly wrong: string | undefined;
}

const BODY_BYTES_MAX = 1024 * 1024;

export class Inbox {
  readonly landed: Landed[] = [];
  private readonly seen = new Set<string>();
  private secret = '';
  private readonly waiting = new Set<() => void>();
  private readonly server: Server;

  /** @param onLanded is called for each webhook, repeats under the same id left out. */
  constructor(private readonly onLanded: (landed: Landed) => void) {
    this.server = createServer((request, response) => void this.receive(request, response));
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve, reject) => this.server.once('error', reject).listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/webhooks`;
  }

  /** The secret as the service gave it, `whsec_` and all. */
  trust(secret: string): void {
    this.secret = secret;
  }

  /** Resolves with false when the condition did not come true in time. */
  async until(condition: () => boolean, withinMs: number): Promise<boolean> {
    const deadline = performance.now() + withinMs;
    while (!condition()) {
      const left = deadline - performance.now();
      if (left <= 0) return false;
      await new Promise<void>((resolve) => {
        const go = (): void => {
          clearTimeout(timer);
          this.waiting.delete(go);
          resolve();
        };
        const timer = setTimeout(go, left);
        this.waiting.add(go);
      });
    }
    return true;
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    if (body === undefined) return void response.writeHead(413).end();
    const landed = this.verified(request.headers, body);
    response.writeHead(landed.wrong === undefined ? 204 : 400).end();
    // Webhooks are delivered at least once: a repeat has the same id.
    if (this.seen.has(landed.webhookId)) return;
    this.seen.add(landed.webhookId);
    this.landed.push(landed);
    this.onLanded(landed);
    for (const go of this.waiting) go();
  }

  private verified(headers: IncomingMessage['headers'], body: string): Landed {
    const [webhookId = '', timestamp = '', signature = ''] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
      String(headers[name] ?? ''),
    );
    try {
      const payload = new Webhook(this.secret).verify(body, {
        'webhook-id': webhookId,
        'webhook-timestamp': timestamp,
        'webhook-signature': signature,
      });
      return { webhookId, payload: payload as Message, wrong: undefined };
    } catch (fault) {
      return { webhookId, payload: {}, wrong: fault instanceof Error ? fault.message : String(fault) };
    }
  }
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
