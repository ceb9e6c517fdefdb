/**
 * A relay in front of the service's HTTP transport that counts the requests it passes on: a test that kills the service can tell
 * whether work was under way. It keeps its own address while the service comes and goes.
 */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export class Relay {
  /** Requests of usage that have begun to pass. */
  requests = 0;
  /** Connections on which a request waits for its answer. */
  waiting = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async open(target: string): Promise<Relay> {
    const { hostname, port } = new URL(target);
    const server = createServer();
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
    const relay = new Relay(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('connection', (client) => relay.pass(client, hostname, Number(port)));
    return relay;
  }

  close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private pass(client: Socket, host: string, port: number): void {
    const service = connect({ host, port });
    for (const [socket, other] of [
      [client, service],
      [service, client],
    ] as const) {
      this.sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.once('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
    let waits = false;
    const wait = (now: boolean): void => {
      if (waits !== now) this.waiting += now ? 1 : -1;
      waits = now;
    };
    client.on('data', (bytes) => {
      service.write(bytes);
      if (!bytes.includes('POST /v1/usage')) return;
      this.requests += 1;
      wait(true);
    });
    service.on('data', (bytes) => {
      client.write(bytes);
      if (bytes.includes('HTTP/1.1 ')) wait(false);
    });
    client.once('close', () => wait(false));
  }
}
