/** Limits, rights and silences that a test can ask for, as the official client hears them. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, jsonEvent, NO_STREAM } from '@eventstore/db-client';
import { until } from '../../support/waiting';
import { events, inStream, namesIn, served, type Served } from './double.fixtures';
import { EventStoreDbDouble } from './server';

const open: Served[] = [];
const serving = async (...options: Parameters<typeof served>): Promise<Served> => {
  const server = await served(...options);
  open.push(server);
  return server;
};
afterEach(async () => {
  for (const server of open.splice(0)) await server.stop();
});
const appendTo = ({ client }: Served, ...names: string[]) => client.appendToStream('s', events(...names), { expectedRevision: NO_STREAM });

// An old server knows the slower call only; the client then uses that.
describe.each([true, false])('with BatchAppend: %s', (batchAppend) => {
  it('an append over the limit is refused, and says the limit', async () => {
    const server = await serving({ batchAppend, switches: { maxAppendSize: 2_000 } });
    const big = jsonEvent({ type: 'Big', data: 'x'.repeat(2_000) });
    await expect(server.client.appendToStream('s', big)).rejects.toMatchObject({
      type: 'maximum-append-size-exceeded',
      maxAppendSize: 2_000,
    });
    expect(await appendTo(server, 'a')).toMatchObject({ success: true });
  });

  it('whoever may only read is denied an append, and reads', async () => {
    const server = await serving({ batchAppend });
    await appendTo(server, 'a');
    server.double.switches.readOnly = true;
    await expect(appendTo(server, 'b')).rejects.toMatchObject({ type: 'access-denied' });
    expect(await inStream(server.client, 's')).toEqual(['a']);
  });

  it('a full disk is an unknown error', async () => {
    const server = await serving({ batchAppend, switches: { diskFull: true } });
    await expect(appendTo(server, 'a')).rejects.toMatchObject({ type: 'unknown' });
  });

  it('a wrong expectation is answered with the real revision', async () => {
    const server = await serving({ batchAppend });
    await appendTo(server, 'a', 'b');
    await expect(appendTo(server, 'x')).rejects.toMatchObject({
      type: 'wrong-expected-version',
      expectedVersion: 'no_stream',
      actualVersion: 1n,
    });
  });
});

it('an append may take its time', async () => {
  const server = await serving({ switches: { slowMs: 50 } });
  const began = performance.now();
  await appendTo(server, 'a');
  expect(performance.now() - began).toBeGreaterThanOrEqual(49);
});

it('an append whose deadline has passed is not written', async () => {
  const server = await serving({ switches: { slowMs: 100 } });
  await expect(server.client.appendToStream('s', events('a'), { deadline: 20 })).rejects.toMatchObject({ type: 'deadline-exceeded' });
  await expect(inStream(server.client, 's')).rejects.toMatchObject({ type: 'stream-not-found' });
});

it('an append may be carried out and its answer never come', async () => {
  const server = await serving({ switches: { silentAnswers: true } });
  const answered = jest.fn();
  appendTo(server, 'a').then(answered, answered);
  await until('the event', async () => (await namesIn(server.client.readAll())).includes('a'));
  expect(answered).not.toHaveBeenCalled();
});

it('a leader may step down with an append carried out and not answered', async () => {
  const server = await serving({ switches: { silentAnswers: true } });
  const append = appendTo(server, 'a').catch((fault: unknown) => fault);
  await until('the event', () => server.double.taken === 1);
  server.double.stepDown();
  expect(await append).toMatchObject({ type: 'not-leader', leader: { port: server.double.port } });
  expect(await inStream(server.client, 's')).toEqual(['a']);
});

it('what was stored is there for the next double on the same store', async () => {
  const first = await serving();
  await appendTo(first, 'a');
  first.double.stop();
  const second = await serving({ store: first.double.store });
  expect(await inStream(second.client, 's')).toEqual(['a']);
});

describe('over TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'drawdown-tls-'));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  beforeAll(() => {
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
        '-keyout',
        key,
        '-out',
        certificate,
        ...names,
      ],
      { stdio: 'ignore' },
    );
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('credentials are needed when they are asked for, and must be right', async () => {
    const tls = { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') };
    const double = await EventStoreDbDouble.start({ tls, switches: { anonymous: false } });
    const by = (who: string) =>
      EventStoreDBClient.connectionString(`esdb://${who}127.0.0.1:${double.port}?tls=true&tlsCAFile=${encodeURIComponent(certificate)}`);
    const [nobody, wrong, admin] = [by(''), by('admin:wrong@'), by('admin:changeit@')];
    for (const client of [nobody, wrong])
      await expect(namesIn(client.readAll())).rejects.toMatchObject({ type: 'access-denied', code: 16 });
    expect(await admin.appendToStream('s', events('a'))).toMatchObject({ success: true });
    await Promise.all([nobody, wrong, admin].map((client) => client.dispose()));
    double.stop();
  });
});

it('a cluster of one says who leads it', async () => {
  const { double } = await serving();
  const client = EventStoreDBClient.connectionString(`esdb+discover://127.0.0.1:${double.port}?tls=false`);
  expect(await client.appendToStream('s', events('a'))).toMatchObject({ success: true });
  await client.dispose();
});
