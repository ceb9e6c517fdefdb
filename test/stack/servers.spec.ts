import { connect } from 'node:net';
import { Kafka, logLevel } from 'kafkajs';
import { until } from '../support/waiting';
import { stackServers } from './servers';

describe('the servers of a run of tests', () => {
  it('are a Kafka that answers', async () => {
    const admin = new Kafka({ clientId: 'test', brokers: [stackServers().kafka], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    await admin.disconnect();
    expect(brokers.map(({ host, port }) => `${host}:${port}`)).toEqual([stackServers().kafka]);
  });

  it('are a Redis that answers, and keeps what it is given', async () => {
    const { hostname, port } = new URL(stackServers().redis);
    let said = '';
    const socket = connect(Number(port), hostname).setEncoding('utf8');
    socket.on('data', (text: string) => (said += text));
    socket.write('CONFIG GET appendonly\r\nCONFIG GET maxmemory-policy\r\n');
    await until('its answer', () => said.includes('eviction'));
    socket.destroy();
    expect(said).toMatch(/appendonly\r\n\$3\r\nyes[^]*maxmemory-policy\r\n\$10\r\nnoeviction/);
  });
});
