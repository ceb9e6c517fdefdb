/**
 * Sockets of kafkajs 2.2.4 that survive a peer that is not Kafka: it reads what comes in the listener of the socket, so that a frame too
 * short to be an answer (a gRPC server greets with such) is an uncaught exception and ends the process. Here it ends the connection.
 */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';
import { NOT_KAFKA } from './kafka-fault';

const KEEP_ALIVE_AFTER_MS = 60_000;

export const kafkaSocket: ISocketFactory = ({ host, port, ssl, onConnect }) => {
  const socket = ssl
    ? connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }), ...ssl }, onConnect)
    : connectTcp({ host, port }, onConnect);
  return reading(socket.setKeepAlive(true, KEEP_ALIVE_AFTER_MS), `${host}:${port}`);
};

function reading(socket: Socket, address: string): Socket {
  const on = socket.on.bind(socket);
  // oxlint-disable-next-line no-explicit-any -- as Node types it
  const guarded: typeof socket.on = (event: string, listener: (...args: any[]) => void) =>
    on(event, event === 'data' ? (...args: unknown[]) => read(() => listener(...args)) : listener);
  const read = (work: () => void): void => {
    try {
      work();
    } catch {
      socket.destroy(new Error(`${address}: ${NOT_KAFKA}`));
    }
  };
  return Object.assign(socket, { on: guarded });
}
