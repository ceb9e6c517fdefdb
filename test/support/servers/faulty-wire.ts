/** A TCP proxy whose wire can be cut, fall silent or be gone, each when a test says so: in the middle of whatever is under way. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

type Silence = 'none' | 'requests' | 'answers';

export class FaultyWire {
  /** Connections that were cut while they were open. */
  cuts = 0;
  /** Bytes that have come from clients. */
  requested = 0;
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private silence: Silence = 'none';
  private cutAt = Infinity;
  private gone = false;

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async open(target: number): Promise<FaultyWire> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
    const wire = new FaultyWire(server, (server.address() as AddressInfo).port);
    server.on('connection', (client) => wire.pass(client, target));
    return wire;
  }

  /** Cuts every connection now. */
  cut(): void {
    for (const pair of this.pairs) {
      this.cuts += 1;
      for (const socket of pair) socket.destroy();
    }
    this.pairs.clear();
  }

  /** Cuts all when clients have sent so many more bytes; where in a message that is, is a matter of chance. */
  cutAfter(bytes: number): void {
    this.cutAt = this.requested + bytes;
  }

  /** What is silent is read and dropped; the connections stay open. A connection that was silent is of no use any more. */
  fallSilent(silence: Silence): void {
    this.silence = silence;
  }

  /** Refuses connections, as a host does on which nothing listens. */
  vanish(): void {
    this.gone = true;
    this.cut();
  }

  heal(): void {
    this.gone = false;
    this.silence = 'none';
    this.cutAt = Infinity;
  }

  close(): Promise<void> {
    this.cut();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private pass(client: Socket, target: number): void {
    if (this.gone) return void client.resetAndDestroy();
    const server = connect({ host: '127.0.0.1', port: target });
    const pair = [client.setNoDelay(true), server.setNoDelay(true)] as const;
    this.pairs.add(pair);
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      socket.on('error', () => other.destroy());
      socket.once('close', () => {
        this.pairs.delete(pair);
        other.destroy();
      });
    }
    client.on('data', (bytes: Buffer) => {
      const room = this.cutAt - this.requested;
      this.requested += bytes.length;
      if (this.silence === 'requests') return;
      if (bytes.length < room) return void server.write(bytes);
      // The server gets a part of it, or all, and nobody hears the answer.
      this.cutAt = Infinity;
      server.write(bytes.subarray(0, room), () => server.end());
      client.destroy();
      this.pairs.delete(pair);
      this.cuts += 1;
      this.cut();
    });
    server.on('data', (bytes) => {
      if (this.silence !== 'answers' && !client.destroyed) client.write(bytes);
    });
  }
}
