/** Ports of 127.0.0.1 that nobody listens on. */
import { createServer, type Server } from 'node:net';

export const LOOPBACK = '127.0.0.1';
/**
 * Below those that Linux gives to outgoing connections and to whoever asks for any port (32768 and up): a server that is stopped and
 * started again finds its port as it left it.
 */
const LOWEST = 10_000;
const HIGHEST = 32_000;
const TRIES_MAX = 100;

/**
 * As many different ports as asked. All are held until the last is known, so no port comes twice; another process may
 * still take one before it is used.
 */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listeningAnywhere()));
  const ports = servers.map(portOf);
  await Promise.all(servers.map(closed));
  return ports;
}

/** For each the port that people expect, or any free one where somebody listens there already. All are different. */
export async function preferredPorts(ports: readonly number[]): Promise<readonly number[]> {
  const servers = await Promise.all(ports.map((port) => listening(port).catch(() => listeningAnywhere())));
  const found = servers.map(portOf);
  await Promise.all(servers.map(closed));
  return found;
}

async function listeningAnywhere(): Promise<Server> {
  for (let tries = 1; ; tries++) {
    try {
      return await listening(LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST)));
    } catch (taken) {
      if (tries === TRIES_MAX) throw taken;
    }
  }
}

const listening = async (port: number): Promise<Server> =>
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
