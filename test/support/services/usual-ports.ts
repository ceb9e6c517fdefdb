/** The product's default ports (8080, 50051, 9092, ...): specs that run it as a user would take turns. */
import { createServer, type Server } from 'node:net';
import { until } from '../waiting';

/** Whoever listens here has the turn. It ends with its process, however that ends. */
const TURN_PORT = 9_899;
const TURN_WITHIN_MS = 10 * 60_000;
/** For a hook that waits for its turn. */
export const TURN_TIMEOUT_MS = TURN_WITHIN_MS + 60_000;

/** Resolves with what gives the turn back. */
export async function turnOnUsualPorts(): Promise<() => Promise<void>> {
  const server = await until('the turn on the usual ports', () => listening(), TURN_WITHIN_MS, 100);
  return () => new Promise((resolve) => server.close(() => resolve()));
}

const listening = (): Promise<Server | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(TURN_PORT, '127.0.0.1', () => resolve(server));
  });
