/** Ports of 127.0.0.1 that nobody listens on. */
import { createServer, type Server } from 'node:net';

export const LOOPBACK = '127.0.0.1';

/**
 * As many different ports as asked. All are held until the last is known, so no port comes twice; another process may
 * still take one before it is used.
 */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listening()));
  const ports = servers.map(portOf);
  await Promise.all(servers.map(closed));
  return ports;
}

/** For each the port that people expect, or any free one where somebody listens there already. All are different. */
export async function preferredPorts(ports: readonly number[]): Promise<readonly number[]> {
  const servers = await Promise.all(ports.map((port) => listening(port).catch(() => listening())));
  const found = servers.map(portOf);
  await Promise.all(servers.map(closed));
  return found;
}

const listening = async (port = 0): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, LOOPBACK, () => resolve(server));
  });

const closed = async (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a listening TCP server has a port');
  return address.port;
}
