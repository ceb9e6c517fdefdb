import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { type Demo, methodOf, openDemo } from './transports.fixtures';
import { Transports } from './transports';
import { Health } from './ops/health';
import { openLog } from './logging';

describe('the transports', () => {
  it('do not open where others can reach them, unless INSECURE is set', async () => {
    const demo = await openDemo();
    await demo.transports.close(AbortSignal.abort());
    const open = (http: string, grpc: string): Promise<Transports> =>
      Transports.open({
        ...demo.options,
        http: { host: http, port: 0 },
        grpc: { host: grpc, port: 0 },
        insecure: false,
        health: new Health(),
        log: openLog('silent'),
      });
    await expect(open('0.0.0.0', '127.0.0.1')).rejects.toThrow(/the HTTP transport would listen on 0\.0\.0\.0:0.*INSECURE=true/);
    await expect(open('127.0.0.1', '::')).rejects.toThrow(/the gRPC transport/);
  });

  it('open both or none: a port that is taken leaves nothing behind', async () => {
    const demo = await openDemo();
    const port = Number(new URL(demo.transports.httpUrl).port);
    const second = Transports.open({ ...demo.options, http: { host: '127.0.0.1', port }, health: new Health() });
    await expect(second).rejects.toThrow(/EADDRINUSE.*Set HTTP_HOST and HTTP_PORT/);
    const grpcPort = Number(demo.transports.grpcAddress.split(':').at(-1));
    const third = Transports.open({ ...demo.options, grpc: { host: '127.0.0.1', port: grpcPort }, health: new Health() });
    await expect(third).rejects.toThrow(/EADDRINUSE.*Set GRPC_HOST and GRPC_PORT/s);
    expect((await fetch(`${demo.transports.httpUrl}/healthz`)).status).toBe(200);
    await demo.transports.close(AbortSignal.abort());
  });
});

describe('closing the transports', () => {
  let demo: Demo;
  beforeEach(async () => void (demo = await openDemo()));

  const pause = (): Promise<Response> => fetch(`${demo.transports.httpUrl}/v1/customers/c/wallet/pause`, { method: 'POST' });

  it('lets calls under way finish, takes no new ones, and ends streams', async () => {
    let arrived: (() => void) | undefined;
    const underWay = new Promise<void>((resolve) => (arrived = resolve));
    let finish: (() => void) | undefined;
    demo.beforePause = () => {
      arrived?.();
      return new Promise((resolve) => (finish = resolve));
    };
    demo.failWith = undefined;
    demo.watch = async function* () {
      yield { revision: 1 };
      await new Promise(() => undefined);
    };
    const stream = await fetch(`${demo.transports.httpUrl}/v1/customers/c/wallet/watch`);
    const slow = pause();
    await underWay;
    demo.health.drain();
    const closed = demo.transports.close(new AbortController().signal);
    expect(await stream.text()).toContain('id: 1');
    await expect(fetch(`${demo.transports.httpUrl}/healthz`, { keepalive: false })).rejects.toThrow();
    finish?.();
    expect((await slow).status).toBe(200);
    await closed;
  });

  it('ends what is still under way when the time is up', async () => {
    let arrived: (() => void) | undefined;
    const underWay = new Promise<void>((resolve) => (arrived = resolve));
    demo.beforePause = () => {
      arrived?.();
      return new Promise(() => undefined);
    };
    const hung = pause().then(
      () => 'answered',
      () => 'broken off',
    );
    await underWay;
    const time = new AbortController();
    const closed = demo.transports.close(time.signal);
    time.abort();
    await closed;
    expect(await hung).toBe('broken off');
  });

  it('ends a gRPC stream cleanly', async () => {
    const method = methodOf('WatchBalance');
    demo.watch = async function* () {
      yield { revision: 1 };
      await new Promise(() => undefined);
    };
    const client = new Client(demo.transports.grpcAddress, credentials.createInsecure());
    const stream = client.makeServerStreamRequest(method.path, method.requestSerialize, method.responseDeserialize, { customer_id: 'c' });
    const ended = new Promise<status>((resolve) => {
      stream.on('status', ({ code }: { code: status }) => resolve(code)).on('error', ({ code }: ServiceError) => resolve(code));
    });
    await new Promise((resolve) => stream.once('data', resolve));
    await demo.transports.close(new AbortController().signal);
    expect(await ended).toBe(status.OK);
    client.close();
  });
});
