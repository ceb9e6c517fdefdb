/**
 * The listener for those who run the service: figures, liveness, readiness. It is apart from the transports, and listens before any
 * server behind the service has answered, so that a service that waits can be asked what it waits for.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Health } from './health';
import { addressText, CannotListen, type ListenAddress } from '../listen-address';
import type { Log } from '../logging';
import type { Metrics } from './metrics';

interface OpsListenerOptions {
  readonly address: ListenAddress;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** A probe sends a short request and nothing else. */
const REQUEST_TIMEOUT_MS = 5_000;
const JSON_TYPE = 'application/json; charset=utf-8';

export class OpsListener {
  private constructor(
    private readonly server: Server,
    private readonly options: OpsListenerOptions,
  ) {}

  /** @throws CannotListen */
  static async open(options: OpsListenerOptions): Promise<OpsListener> {
    const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS });
    const listener = new OpsListener(server, options);
    server.on('request', (request, response) => void listener.answer(request, response));
    const { address } = options;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(new CannotListen('OPS_HOST and OPS_PORT', address, error)));
      server.listen(address.port, address.host, resolve);
    });
    return listener;
  }

  get url(): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://${addressText({ host: this.options.address.host, port })}`;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { health, metrics, log } = this.options;
    const send = (status: number, type: string, body: string): void =>
      void response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(request.method === 'HEAD' ? '' : body);
    const path = (request.url ?? '').replace(/\?.*$/s, '');
    try {
      if (request.method !== 'GET' && request.method !== 'HEAD') send(405, JSON_TYPE, '{"detail":"only GET and HEAD are answered here"}');
      else if (path === '/livez') send(200, JSON_TYPE, '{"live":true}');
      else if (path === '/readyz') send(health.ready ? 200 : 503, JSON_TYPE, JSON.stringify(health.answer()));
      else if (path === '/metrics') send(200, metrics.contentType, await metrics.text());
      else send(404, JSON_TYPE, '{"detail":"there are /livez, /readyz and /metrics here"}');
    } catch (err) {
      log.error({ err, path }, 'a question about the service met a defect');
      send(500, JSON_TYPE, '{"detail":"a defect; see the log"}');
    }
  }
}
