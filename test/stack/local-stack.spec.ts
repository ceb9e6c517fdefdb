/** `npm run stack:up|status|down`, as a person uses it and after crashes. The servers of the run stand in for Kafka and Redis elsewhere. */
import { once } from 'node:events';
import { createReadStream, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { identityOf } from '../../infra/local/process-identity';
import { Child } from '../support/services/child';
import { ROOT } from '../support/services/build';
import { TURN_TIMEOUT_MS, turnOnUsualPorts } from '../support/services/usual-ports';
import { until } from '../support/waiting';
import { stackServers } from './servers';

const MAIN = join(ROOT, 'dist/infra/local/stack.js');
const WITHIN_MS = 120_000;
jest.setTimeout(2 * WITHIN_MS);

const USAGE =
  '{"specversion":"1.0","id":"e1","source":"test","type":"api.call","subject":"c1","time":"2026-01-01T00:00:00Z","data":{"n":1}}';

interface State {
  readonly supervisor: { readonly pid: number };
  readonly parts: readonly { readonly name: string; readonly process?: { readonly pid: number } }[];
}

let home: string;
let folder: string;
let turnOver: () => Promise<void>;
beforeAll(async () => void (turnOver = await turnOnUsualPorts()), TURN_TIMEOUT_MS);
afterAll(() => turnOver());
beforeEach(() => {
  if (!existsSync(MAIN)) throw new Error(`${MAIN} is missing: run "npm run build" first`);
  home = mkdtempSync(join(tmpdir(), 'drawdown-stack-'));
  folder = join(home, 'stack');
});
afterEach(async () => {
  await stack(['down']);
  rmSync(home, { recursive: true, force: true });
});

const elsewhere = () => ({ KAFKA_BROKERS: stackServers().kafka, REDIS_URL: stackServers().redis });

async function stack(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<{ code: number | null; said: string }> {
  const child = new Child('stack', { program: process.execPath, args: [MAIN, ...args], env: { STACK_FOLDER: folder, ...env } });
  const { code } = await child.end(WITHIN_MS);
  return { code, said: child.stdout + child.stderr };
}

const state = (): State => JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8')) as State;
const pidOf = (name: string): number => state().parts.find((part) => part.name === name)?.process?.pid ?? 0;

/** Ended, whether or not somebody has asked how yet: an orphan may stay a zombie for a while. */
function isGone(pid: number): boolean {
  if (pid === 0) throw new Error('it never ran');
  return identityOf(pid) === undefined;
}

async function killedAndGone(name: string): Promise<void> {
  const pid = pidOf(name);
  process.kill(pid, 'SIGKILL');
  await until(`${name} to be gone`, () => isGone(pid));
}

/** Undefined while something else has the port. */
async function listening(port: number): Promise<Server | undefined> {
  const server = createServer().listen(port, '127.0.0.1');
  return once(server, 'listening').then(
    () => server,
    () => undefined,
  );
}

describe('the local stack', () => {
  it('comes up, says what runs and what is a double, is up once only, and goes down without leaving anything', async () => {
    const up = await stack(['up', '--servers'], elsewhere());
    expect(up).toMatchObject({
      code: 0,
      said: expect.stringMatching(/The stack is up.*EventStoreDB +DOUBLE +pid.*It is not EventStoreDB/s) as string,
    });
    expect(up.said).toContain(`export KAFKA_BROKERS='${stackServers().kafka}'`);
    const [double, supervisor] = [pidOf('EventStoreDB'), state().supervisor.pid];

    expect(await stack(['status'])).toMatchObject({ code: 0, said: expect.stringContaining('The stack is ready.') as string });
    expect(await stack(['up', '--servers'])).toMatchObject({ code: 0, said: expect.stringContaining('The stack is up already') as string });
    expect(pidOf('EventStoreDB')).toBe(double);

    expect(await stack(['down'])).toMatchObject({ code: 0 });
    expect([isGone(double), isGone(supervisor), existsSync(folder)]).toEqual([true, true, false]);
    expect(await stack(['status'])).toMatchObject({ code: 1, said: expect.stringContaining('No stack is up') as string });
  });

  it('has the three services, ready and drained at the end', async () => {
    const own = `local${process.pid}`;
    const topics = {
      KAFKA_USAGE_TOPIC: `${own}.usage`,
      KAFKA_RATED_TOPIC: `${own}.rated`,
      KAFKA_REJECTED_TOPIC: `${own}.rejected`,
      KAFKA_PARTITIONS: '2',
    };
    const { code, said } = await stack(['up'], { ...elsewhere(), ...topics, KAFKA_GROUP: '', REDIS_PREFIX: own });
    expect({ code, said }).toEqual({ code: 0, said: expect.stringMatching(/ledger +service +pid/) as string });
    const [, http = ''] = /HTTP (http:\S+?),/.exec(said) ?? [];
    expect(said).toContain(`export DRAWDOWN_URL='${http}'`);
    const answer = await fetch(`${http}/v1/usage`, {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents+json' },
      body: USAGE,
    });
    expect(await answer.json()).toMatchObject({ outcome: { status: 'queued' } });
    const ledgerLog = createReadStream(join(folder, 'logs/ledger.log'));
    const pids = ['ingestion', 'ledger', 'webhooks'].map(pidOf);

    expect(await stack(['down'])).toMatchObject({ code: 0 });
    expect(pids.map(isGone)).toEqual([true, true, true]);
    // Opened before: the file itself is gone by now.
    expect(await text(ledgerLog)).toContain('"clean":true,"msg":"stopped"');
  });

  it('starts again what has ended, at the same addresses and on its data, and says until then that it is not ready', async () => {
    const own = `again${process.pid}`;
    const topics = {
      KAFKA_USAGE_TOPIC: `${own}.usage`,
      KAFKA_RATED_TOPIC: `${own}.rated`,
      KAFKA_REJECTED_TOPIC: `${own}.rejected`,
      KAFKA_PARTITIONS: '2',
      KAFKA_SESSION_TIMEOUT_MS: '6000',
    };
    const first = await stack(['up'], { KAFKA_BROKERS: stackServers().kafka, ...topics, REDIS_PREFIX: own });
    expect(first).toMatchObject({ code: 0 });
    const [, http = ''] = /HTTP (http:\S+?),/.exec(first.said) ?? [];
    const post = async (path: string, body: unknown) =>
      fetch(`${http}/v1/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': path },
        body: JSON.stringify(body),
      });
    expect((await post('customers', { customer_id: 'acme', currency: 'EUR' })).status).toBeLessThan(300);
    const [double, killed] = [pidOf('EventStoreDB'), ['Redis', 'ingestion', 'ledger', 'webhooks']];
    await Promise.all(killed.map(killedAndGone));

    const status = await stack(['status']);
    expect(status).toMatchObject({
      code: 1,
      said: expect.stringMatching(/^The stack is not ready: Redis, .* have ended\.\nnpm run stack:up starts them again/) as string,
    });
    expect(status.said).not.toContain('The stack is ready');
    // With the variables of the first start, not with those of this shell.
    const again = await stack(['up'], { REDIS_PREFIX: 'another' });
    expect(again).toMatchObject({
      code: 0,
      said: expect.stringMatching(/^The stack is up again, after .* Started again: Redis, /) as string,
    });
    expect(again.said).toContain(`HTTP ${http},`);
    expect(pidOf('EventStoreDB')).toBe(double);
    const found = await until('the customer', async () => fetch(`${http}/v1/customers/acme`).then((answer) => answer.ok && answer.json()));
    expect(found).toMatchObject({ customer: { customer_id: 'acme' } });
    expect(await stack(['status'])).toMatchObject({ code: 0, said: expect.stringContaining('The stack is ready.') as string });
  });

  it('says why what has ended cannot be started again, and leaves the rest alone', async () => {
    await stack(['up', '--servers'], { KAFKA_BROKERS: stackServers().kafka });
    const [, port = ''] =
      /127\.0\.0\.1:(\d+)/.exec((await stack(['status'])).said.split('\n').find((line) => line.startsWith('Redis')) ?? '') ?? [];
    await killedAndGone('Redis');
    const taken = await until('the port of the killed Redis to be free', () => listening(Number(port)));
    const up = await stack(['up', '--servers']);
    taken.close();
    expect(up).toMatchObject({
      code: 1,
      said: expect.stringMatching(/^The stack is not ready: Redis has ended\..*tried and failed:.*Address already in use/s) as string,
    });
    expect(isGone(pidOf('EventStoreDB'))).toBe(false);
    expect(await stack(['up', '--servers'])).toMatchObject({ code: 0, said: expect.stringContaining('Started again: Redis.') as string });
  });

  it('reports a double that has ended, whose events are lost, and goes down all the same', async () => {
    await stack(['up', '--servers'], elsewhere());
    await killedAndGone('EventStoreDB');
    const lost =
      /^The stack is not ready: EventStoreDB has ended\.\nThe double kept everything in memory.*\nnpm run stack:down && npm run stack:up begins anew[^]*EventStoreDB +DOUBLE +ENDED/;
    for (const command of ['status', 'up'])
      expect(await stack([command])).toMatchObject({ code: 1, said: expect.stringMatching(lost) as string });
    expect(await stack(['down'])).toMatchObject({ code: 0 });
    expect(existsSync(folder)).toBe(false);
  });

  it('comes up again after its supervisor was killed, having ended what that left', async () => {
    await stack(['up', '--servers'], { KAFKA_BROKERS: stackServers().kafka });
    const { supervisor } = state();
    const redis = pidOf('Redis');
    process.kill(supervisor.pid, 'SIGKILL');
    await until('the supervisor to be gone', () => isGone(supervisor.pid));
    expect(await stack(['status'])).toMatchObject({ code: 1, said: expect.stringContaining('has crashed') as string });
    expect(await stack(['up', '--servers'], elsewhere())).toMatchObject({
      code: 0,
      said: expect.stringContaining('ended without stack:down') as string,
    });
    expect(isGone(redis)).toBe(true);
  });

  it('says why it did not come up, and leaves nothing', async () => {
    const { code, said } = await stack(['up', '--servers'], { KAFKA_BROKERS: stackServers().kafka, PATH: '/nowhere' });
    expect({ code, said }).toEqual({
      code: 1,
      said: expect.stringMatching(/did not come up:.*redis-server is not installed: apt-get install redis-server/s) as string,
    });
    expect(existsSync(folder)).toBe(false);
  });

  it('shows no password of a server that is elsewhere', async () => {
    const { said } = await stack(['up', '--servers'], { ...elsewhere(), EVENTSTORE_URL: 'esdb://admin:changeit@127.0.0.1:9?tls=true' });
    expect(said).toContain('esdb://***@127.0.0.1:9?tls=true');
    expect(said + readFileSync(join(folder, 'state.json'), 'utf8')).not.toContain('changeit');
  });
});
