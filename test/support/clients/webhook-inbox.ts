/** A receiver of webhooks as an account would write one: on the standardwebhooks package, believing nothing it does not verify. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

export interface Notification {
  readonly id: string;
  readonly type: string;
  readonly timestamp: string;
  readonly data: { readonly customer_id?: string; readonly stream: string; readonly revision: number } & Readonly<Record<string, unknown>>;
}

export class WebhookInbox {
  /** Verified deliveries in the order they came, repeats included. */
  readonly deliveries: Notification[] = [];
  /** W3C trace context that came with a delivery, by its webhook-id. */
  readonly traceparents = new Map<string, string>();
  /** Why deliveries were not believed. */
  readonly distrusted: string[] = [];
  /** Requests that came, whatever they were answered with. */
  attempts = 0;
  /** What deliveries are answered with. */
  status = 204;
  private verifier: Webhook | undefined;
  private unanswered: (() => void) | undefined;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async open(): Promise<WebhookInbox> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
    const inbox = new WebhookInbox(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void inbox.receive(request, response));
    return inbox;
  }

  trust(secret: string): void {
    this.verifier = new Webhook(secret);
  }

  /** Notifications of a type, each once, whatever the number of its deliveries. */
  notifications(type: string): readonly Notification[] {
    return [
      ...new Map(
        this.deliveries.filter((notification) => notification.type === type).map((notification) => [notification.id, notification]),
      ).values(),
    ];
  }

  /** Places in the ledger of which the same type was delivered under two ids. */
  duplicates(): readonly string[] {
    const ids = new Map<string, Set<string>>();
    for (const { id, type, data } of this.deliveries) {
      const place = `${type} ${data.stream}@${data.revision}`;
      ids.set(place, (ids.get(place) ?? new Set()).add(id));
    }
    return [...ids].filter(([, deliveryIds]) => deliveryIds.size > 1).map(([place]) => place);
  }

  /** Resolves when a delivery has come and been kept. Its sender never hears of it. */
  leaveOneUnanswered(): Promise<void> {
    return new Promise((resolve) => (this.unanswered = resolve));
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await text(request);
      this.attempts += 1;
      if (this.status < 300) this.take(request, body);
      const { unanswered } = this;
      this.unanswered = undefined;
      if (unanswered) return unanswered();
      response.writeHead(this.status).end();
    } catch {
      // The sender was killed in the middle of its request.
      response.destroy();
    }
  }

  private take({ headers }: IncomingMessage, body: string): void {
    const signed = Object.fromEntries(
      ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [name, String(headers[name])]),
    );
    try {
      if (!this.verifier) throw new Error('it came before the secret was known');
      const notification = this.verifier.verify(body, signed) as Notification;
      if (notification.id !== signed['webhook-id']) throw new Error(`its header says ${signed['webhook-id']}, its body ${notification.id}`);
      if (typeof headers['traceparent'] === 'string') this.traceparents.set(notification.id, headers['traceparent']);
      this.deliveries.push(notification);
    } catch (error) {
      this.distrusted.push(String(error));
    }
  }
}
