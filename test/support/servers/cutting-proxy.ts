/**
 * A TCP proxy that can cut every connection at the worst moment: when a request has been passed on and nobody has heard an answer.
 * A test kills a caller between the two, or only cuts.
 */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

interface Awaited {
  readonly text: string;
  readonly passed: () => void;
}

export class CuttingProxy {
  private readonly sockets = new Set<Socket>();
  private awaited: Awaited | undefined;
  private holding = false;

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  /** @param port by default a free one */
  static async open(target: number, port = 0): Promise<CuttingProxy> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
    const proxy = new CuttingProxy(server, (server.address() as AddressInfo).port);
    server.on('connection', (client) => proxy.pass(client, target));
    return proxy;
  }

  /** Resolves when a request that holds the text has been passed on. From then on no answer passes, to anybody, until `cut`. */
  holdAnswerTo(text: string): Promise<void> {
    return new Promise((passed) => (this.awaited = { text, passed }));
  }

  /** Cuts every connection. What has come was passed on whole; answers that were held are lost. */
  cut(): void {
    this.holding = false;
    for (const socket of this.sockets) socket.destroy();
  }

  close(): Promise<void> {
    this.cut();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private pass(client: Socket, target: number): void {
    const server = connect({ host: '127.0.0.1', port: target });
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(socket.setNoDelay(true));
      socket.on('error', () => other.destroy());
      socket.once('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
    server.on('data', (bytes) => {
      if (!this.holding) client.write(bytes);
    });
    client.on('data', (bytes: Buffer) => {
      const { awaited } = this;
      if (!awaited || !bytes.includes(awaited.text)) return void server.write(bytes);
      this.awaited = undefined;
      this.holding = true;
      // Written out: the server will read it, whatever becomes of the connection.
      server.write(bytes, () => awaited.passed());
    });
  }
}
