/** A port for a service to listen on: the usual one if nobody has it, otherwise any. */
import { type AddressInfo, createServer } from 'node:net';

export const freePort = async (usual: number): Promise<number> => (await listenOnce(usual)) ?? (await listenOnce(0)) ?? usual;

/** Undefined when somebody listens there. */
const listenOnce = (port: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => {
      const { port: taken } = server.address() as AddressInfo;
      server.close(() => resolve(taken));
    });
  });
