/** SIGTERM under load: what was accepted is answered, what was answered is kept, and the process ends by itself with 0. */
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { UsageAnswer } from '../support/clients/answers';
import { verified } from '../support/services/cli';
import { GrpcClient, GrpcProblem } from '../support/clients/grpc-client';
import { HttpClient } from '../support/clients/http-client';
import { Standalone } from '../support/services/standalone';
import { balanceOf, BATCH_TYPE, call, createCalls, createHolder, sendBatch } from '../support/clients/usage';
import { until } from '../support/waiting';

const SENDERS = 6;
const BATCH = 50;
const GRANTED = 10_000_000;
const CUSTOMER = 'acme';
const MINUTES = 60_000;

let service: Standalone;
beforeEach(async () => {
  service = await Standalone.start();
  await createCalls(service.http);
  await createHolder(service.http, CUSTOMER, String(GRANTED));
});
afterEach(() => service.stop());

const batchOf = (sender: string, n: number): readonly object[] =>
  Array.from({ length: BATCH }, (_, i) => call({ id: `${sender}-${n}-${i}`, subject: CUSTOMER }));

/** A request of usage that the service has begun to take: it has said "100 Continue", and waits for the body. */
async function accepted(body: string): Promise<ClientRequest> {
  const { hostname, port } = new URL(service.url);
  const open = request({
    hostname,
    port,
    method: 'POST',
    path: '/v1/usage',
    agent: false,
    headers: { 'content-type': BATCH_TYPE, 'content-length': Buffer.byteLength(body), expect: '100-continue' },
  });
  open.flushHeaders();
  await once(open, 'continue');
  return open;
}

async function finish(
  open: ClientRequest,
  body: string,
): Promise<{ readonly status: number | undefined; readonly connection: string | undefined; readonly answer: UsageAnswer }> {
  const answered = once(open, 'response') as Promise<[IncomingMessage]>;
  open.end(body);
  const [response] = await answered;
  return { status: response.statusCode, connection: response.headers.connection, answer: JSON.parse(await text(response)) as UsageAnswer };
}

describe('a service that is signalled to stop', () => {
  it('answers every request that it had accepted, closes the connections, and ends with 0', async () => {
    const bodies = Array.from({ length: SENDERS }, (_, sender) => JSON.stringify(batchOf(`accepted-${sender}`, 0)));
    const open = await Promise.all(bodies.map((body) => accepted(body)));
    const ending = service.sigterm();
    await until('the service to say that it drains', () => service.output.includes('"msg":"draining"'));
    const answers = await Promise.all(open.map((one, i) => finish(one, bodies[i] ?? '')));
    for (const { status, connection, answer } of answers) {
      expect({ status, connection }).toEqual({ status: 200, connection: 'close' });
      expect(answer).toMatchObject({ applied: BATCH, duplicate: 0, rejected: 0 });
    }
    expect(await ending).toEqual({ code: 0, signal: null });
    await service.restart();
    expect(await balanceOf(service.http, CUSTOMER)).toMatchObject({ consumed: String(SENDERS * BATCH) });
  });

  it('keeps every usage event that it acknowledged under load on both transports, and takes the rest once when it is sent again', async () => {
    const acknowledged: (readonly object[])[] = [];
    const unanswered: (readonly object[])[] = [];
    let inFlight = 0;
    let signalled = false;
    let stopped = false;
    const clients = Array.from({ length: SENDERS }, () => new HttpClient(service.url));
    const grpc = new GrpcClient(service.grpc.address);
    /** Sends without a pause until the service is gone. */
    const run = async (sender: string, send: (batch: readonly object[]) => Promise<UsageAnswer>): Promise<void> => {
      for (let n = 0; !stopped; n++) {
        const batch = batchOf(sender, n);
        inFlight += 1;
        try {
          expect(await send(batch)).toMatchObject({ applied: BATCH, rejected: 0 });
          acknowledged.push(batch);
        } catch (error) {
          unanswered.push(batch);
          // The service is going: no other end of a request is allowed.
          if (!signalled) throw error;
          if (error instanceof GrpcProblem && error.status !== 'UNAVAILABLE') throw error;
          return;
        } finally {
          inFlight -= 1;
        }
      }
    };
    const running = Promise.all([
      ...clients.map((client, i) => run(`http-${i}`, (batch) => sendBatch(client, batch))),
      run('grpc', (batch) => grpc.call('SendUsageBatch', { events: batch.map(grpcEvent) })),
    ]);
    await until('the load to run', () => acknowledged.length >= 100, MINUTES);
    expect(inFlight).toBeGreaterThan(0);
    const before = acknowledged.length;
    signalled = true;
    const ended = await service.sigterm();
    stopped = true;
    await running;
    expect(ended).toEqual({ code: 0, signal: null });
    expect(service.output).toContain('"msg":"draining"');
    expect(acknowledged.length).toBeGreaterThanOrEqual(before);

    await service.restart();
    const { consumed } = await balanceOf(service.http, CUSTOMER);
    expect(Number(consumed)).toBeGreaterThanOrEqual(acknowledged.length * BATCH);
    for (const batch of acknowledged) expect(await sendBatch(service.http, batch)).toMatchObject({ duplicate: BATCH, applied: 0 });
    for (const batch of unanswered) expect(await sendBatch(service.http, batch)).toMatchObject({ rejected: 0 });
    expect(await balanceOf(service.http, CUSTOMER)).toMatchObject({ consumed: String((acknowledged.length + unanswered.length) * BATCH) });
    expect(await verified(service.url)).toMatchObject({ valid: true });
    grpc.close();
    await Promise.all(clients.map((client) => client.close()));
  });
});

const grpcEvent = (event: object): object => {
  const { data, ...attributes } = event as { readonly data: object };
  return { ...attributes, data_json: JSON.stringify(data) };
};
