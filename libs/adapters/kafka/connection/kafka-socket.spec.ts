import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { KafkaConnection } from './kafka-connection';

/** What a server of HTTP/2 says first: its settings, and that it has read ours. */
const HTTP2_GREETING = Buffer.from('000000040000000000000000040100000000', 'hex');

let server: Server;
const open = new Set<Socket>();
let greeted = 0;
beforeAll(async () => {
  server = createServer((socket) => {
    open.add(socket.on('error', () => undefined));
    socket.once('data', () => {
      greeted += 1;
      socket.write(HTTP2_GREETING);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  for (const socket of open) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

it('a server that is not Kafka is a fault that names it, and ends nobody', async () => {
  const { port } = server.address() as AddressInfo;
  const connection = new KafkaConnection({ brokers: [`127.0.0.1:${port}`], clientId: 'test' });
  await expect(connection.probe()).rejects.toMatchObject({
    code: 'kafka_unavailable',
    message: expect.stringMatching(new RegExp(`127.0.0.1:${port}: what answers there is not of Kafka .* correct KAFKA_BROKERS`)) as string,
  });
  expect(greeted).toBeGreaterThan(0);
  await connection.close();
});
