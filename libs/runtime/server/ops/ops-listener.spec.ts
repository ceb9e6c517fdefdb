import { Health } from './health';
import { openLog } from '../logging';
import { Metrics } from './metrics';
import { OpsListener } from './ops-listener';

const log = openLog('silent');
const address = { host: '127.0.0.1', port: 0 };

let health: Health;
let listener: OpsListener;
beforeEach(async () => {
  health = new Health();
  const metrics = new Metrics();
  metrics.follow({ name: 'demo', kind: 'gauge', help: 'A figure.', labels: [] }, () => [{ value: 1 }]);
  listener = await OpsListener.open({ address, health, metrics, log });
});
afterEach(() => listener.close());

const ask = async (path: string, method = 'GET'): Promise<{ status: number; type: string | null; text: string }> => {
  const answer = await fetch(listener.url + path, { method });
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
};

describe('the listener for those who run the service', () => {
  it('says that the process lives before anything behind it has answered', async () => {
    expect(await ask('/livez')).toMatchObject({ status: 200, text: '{"live":true}' });
  });

  it('says what is waited for, until it is there', async () => {
    let there = false;
    health.watch('kafka', () => ({ ready: there, detail: there ? 'connected' : 'waiting for 127.0.0.1:9092' }));
    const waiting = await ask('/readyz');
    expect(waiting.status).toBe(503);
    expect(JSON.parse(waiting.text)).toEqual({
      ready: false,
      started: false,
      draining: false,
      parts: [{ name: 'kafka', ready: false, detail: 'waiting for 127.0.0.1:9092' }],
    });
    there = true;
    health.started();
    expect((await ask('/readyz')).status).toBe(200);
  });

  it('is ready without a part that most of the work goes on without, and says how that part is', async () => {
    health.started();
    health.watch('kafka', () => ({ ready: false, detail: 'away' }), { needed: false });
    const answer = await ask('/readyz');
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({ ready: true, parts: [{ name: 'kafka', ready: false, detail: 'away' }] });
    health.watch('kafka', () => ({ ready: false, detail: 'away' }));
    expect((await ask('/readyz')).status).toBe(503);
  });

  it('is not ready, and lives, while the service drains', async () => {
    health.started();
    health.drain();
    expect((await ask('/readyz')).status).toBe(503);
    expect(JSON.parse((await ask('/readyz')).text)).toMatchObject({ draining: true });
    expect((await ask('/livez')).status).toBe(200);
  });

  it('shows the figures in the format of Prometheus', async () => {
    const { status, type, text } = await ask('/metrics');
    expect({ status, type }).toEqual({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8' });
    expect(text).toContain('\ndemo 1\n');
  });

  it('answers nothing else, and changes nothing', async () => {
    expect((await ask('/v1/usage')).status).toBe(404);
    expect((await ask('/metrics', 'POST')).status).toBe(405);
    expect(await ask('/metrics', 'HEAD')).toMatchObject({ status: 200, text: '' });
  });

  it('says which variables to change when the address is taken', async () => {
    const port = Number(new URL(listener.url).port);
    await expect(OpsListener.open({ address: { ...address, port }, health, metrics: new Metrics(), log })).rejects.toThrow(
      /127\.0\.0\.1:\d+: listen EADDRINUSE.*Set OPS_HOST and OPS_PORT to an address that is free/,
    );
  });
});
