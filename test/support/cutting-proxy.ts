/** A TCP proxy that can cut every connection at the worst moment: when a request has gone through and its answer has not. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** What a client sends in one piece that is smaller than this is housekeeping of HTTP/2, not an append. */
const REQUEST_BYTES_MIN = 300;

export class CuttingProxy {
  /** Cuts that were made with a request under way. */
  cuts = 0;
  private readonly sockets = new Set<Socket>();
  private armed: { readonly landed: () => void } | undefined;

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async open(target: number): Promise<CuttingProxy> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
    const proxy = new CuttingProxy(server, (server.address() as AddressInfo).port);
    server.on('connection', (client) => proxy.pass(client, target));
    return proxy;
  }

  /** Resolves when the next request has been passed on and all connections have been cut before its answer. */
  cutNextRequest(): Promise<void> {
    return new Promise((landed) => (this.armed = { landed }));
  }

  close(): Promise<void> {
    this.cutAll();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private pass(client: Socket, target: number): void {
    const server = connect({ host: '127.0.0.1', port: target });
    for (const [socket, other] of [[client, server], [server, client]] as const) {
      this.sockets.add(socket.setNoDelay(true));
      socket.on('error', () => other.destroy());
      socket.once('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
    server.on('data', (bytes) => client.write(bytes));
    client.on('data', (bytes) => {
      const { armed } = this;
      if (!armed || bytes.length < REQUEST_BYTES_MIN) return void server.write(bytes);
      this.armed = undefined;
      // The server reads it all; nobody will hear the answer.
      server.write(bytes, () => server.end());
      this.cutAll(server);
      this.cuts += 1;
      armed.landed();
    });
  }

  private cutAll(but?: Socket): void {
    for (const socket of this.sockets) if (socket !== but) socket.destroy();
  }
}
