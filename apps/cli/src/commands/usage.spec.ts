import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Answer, type Asked, ran, ServiceDouble, type Surroundings } from '../service-double.fixtures';

const double = new ServiceDouble();
const folder = mkdtempSync(join(tmpdir(), 'drawdown-cli-'));
beforeAll(() => double.start());
afterAll(async () => {
  await double.stop();
  rmSync(folder, { recursive: true });
});
beforeEach(() => (double.asked.length = 0));

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const MAPPING = ['--source', 's', '--type', 't', '--id', 'row-{row}', '--subject', '{who}', '--data', 'n={n}'];
const idsIn = (asked: Asked): string[] => (JSON.parse(asked.body) as { id: string }[]).map(({ id }) => id);
const allApplied = (asked: Asked): Answer => ({ body: { applied: idsIn(asked).length } });
const imported = (path: string, options: readonly string[] = MAPPING, around?: Surroundings) =>
  ran(['usage', 'import', path, ...options, '--url', double.url], around);
const rows = (count: number): string => `who,n\n${Array.from({ length: count }, (_, i) => `cus_${i},${i}`).join('\n')}`;

describe('an import', () => {
  it('sends every row once, in batches', async () => {
    double.answer = allApplied;
    const { exitCode, out, err } = await imported(file('a.csv', rows(25)), [...MAPPING, '--batch', '10', '--json']);
    expect([exitCode, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toMatchObject({
      complete: true,
      read: 25,
      applied: 25,
      duplicates: 0,
      rejected: 0,
      retries: 0,
    });
    expect(double.asked.map((asked) => [asked.path, asked.contentType, idsIn(asked).length])).toEqual(
      expect.arrayContaining([10, 10, 5].map((size) => ['/v1/usage', 'application/cloudevents-batch+json', size])),
    );
    expect(double.asked).toHaveLength(3);
    expect(new Set(double.asked.flatMap(idsIn)).size).toBe(25);
  });
  it('has as many requests in flight as it may', async () => {
    let waiting = 0;
    let release: () => void = () => undefined;
    const threeAreThere = new Promise<void>((resolve) => (release = resolve));
    double.answer = async (asked) => {
      if (++waiting === 3) release();
      await threeAreThere;
      return allApplied(asked);
    };
    expect((await imported(file('b.csv', rows(9)), [...MAPPING, '--batch', '1', '--concurrency', '3'])).exitCode).toBe(0);
  });
  it('says which lines were rejected and why, and ends with exit code 1 unless that is allowed', async () => {
    double.answer = () => ({
      body: {
        applied: 1,
        duplicate: 1,
        rejected: 1,
        outcomes: [
          { index: 0, status: 'applied' },
          { index: 1, status: 'duplicate' },
          { index: 2, status: 'rejected', reason: 'unknown_customer', detail: 'no such customer; create it first' },
        ],
      },
    });
    const path = file('c.csv', rows(3));
    const { exitCode, out } = await imported(path);
    expect(exitCode).toBe(1);
    expect(out).toMatch(
      /^3 events read in .* s .*\n  applied     1\n  duplicates  1\n  rejected    1\n    unknown_customer  1\nline 4: no such customer; create it first\n$/,
    );
    expect((await imported(path, [...MAPPING, '--allow-rejected'])).exitCode).toBe(0);
  });
  it('says how many are in a queue, where their outcomes show, and which of them will be rejected', async () => {
    double.answer = () => ({
      body: {
        queued: 3,
        outcomes: [
          { index: 0, status: 'queued' },
          { index: 1, status: 'queued', reason: 'invalid_time', detail: 'time is not an RFC 3339 time that exists' },
          { index: 2, status: 'queued' },
        ],
      },
    });
    const path = file('q.csv', rows(3));
    const { exitCode, out } = await imported(path);
    expect(exitCode).toBe(1);
    expect(out).toMatch(
      /\n  applied     0\n  duplicates  0\n  queued      3 .*drawdown rejected list\)\n  of these    1 .*\n  rejected    0\n    invalid_time  1\nline 3: time is not/,
    );
    expect(JSON.parse((await imported(path, [...MAPPING, '--json'])).out)).toMatchObject({
      complete: true,
      read: 3,
      queued: 3,
      queued_malformed: 1,
    });
    double.answer = (asked) => ({ body: { queued: idsIn(asked).length } });
    expect((await imported(path)).exitCode).toBe(0);
  });
  it('goes on when the service comes back, and says so', async () => {
    let failures = 2;
    double.answer = (asked) =>
      failures-- > 0 ? { status: 503, body: { title: 'A part of the service is down', code: 'LOG_UNAVAILABLE' } } : allApplied(asked);
    const { exitCode, out, err } = await imported(file('d.csv', rows(3)), [...MAPPING, '--json']);
    expect([exitCode, JSON.parse(out)]).toEqual([0, expect.objectContaining({ applied: 3, retries: 2 })]);
    expect(err).toMatch(/^A part of the service is down \(LOG_UNAVAILABLE\) Trying again in \d+ ms\.\n$/);
  });
  it('that is given up says how far it came', async () => {
    double.answer = () => ({ status: 503, body: { title: 'Down', code: 'LOG_UNAVAILABLE' } });
    const { exitCode, out, err } = await imported(file('e.csv', rows(3)), [...MAPPING, '--retry-for', '0']);
    expect([exitCode, err]).toEqual([1, 'Down (LOG_UNAVAILABLE)\n']);
    expect(out).toMatch(/^Stopped after 3 events/);
  });
  it('ends at a refusal without trying again', async () => {
    double.answer = () => ({ status: 413, body: { title: 'Too large', code: 'BODY_TOO_LARGE' } });
    expect(await imported(file('f.csv', rows(3)))).toMatchObject({ exitCode: 1 });
    expect(double.asked).toHaveLength(1);
  });
  it('ends at Ctrl-C with what was done until then', async () => {
    const ctrlC = new AbortController();
    double.answer = (asked) => {
      ctrlC.abort();
      return allApplied(asked);
    };
    const { exitCode, out } = await imported(file('g.csv', rows(1_000)), [...MAPPING, '--batch', '1', '--concurrency', '1'], {
      interrupted: ctrlC.signal,
    });
    expect([exitCode, out]).toEqual([1, expect.stringMatching(/^Stopped after/)]);
    expect(double.asked.length).toBeLessThan(3);
  });
  it('refuses a header without a column before anything is sent', async () => {
    expect(await imported(file('h.csv', 'who,m\na,1\n'))).toMatchObject({
      exitCode: 2,
      err: '--data n: there is no column "n"; the header has "who", "m"\n',
    });
    expect(double.asked).toEqual([]);
  });
  it('shows the first events and sends none in a dry run', async () => {
    const { exitCode, out } = await imported(file('i.csv', rows(100)), [...MAPPING, '--dry-run']);
    expect([exitCode, out.split('\n').length, double.asked]).toEqual([0, 6, []]);
    expect(out.split('\n')[1]).toBe('{"specversion":"1.0","source":"s","type":"t","id":"row-1","subject":"cus_1","data":{"n":1}}');
  });
  it('reads standard input when the format is given', async () => {
    double.answer = allApplied;
    const { out } = await imported('-', ['--format', 'jsonl', '--json'], { stdin: '{"id":"a"}\n{"id":"b"}\n' });
    expect(JSON.parse(out)).toMatchObject({ read: 2, applied: 2 });
  });
  it('draws a bar on a terminal only', async () => {
    double.answer = allApplied;
    const path = file('j.csv', rows(3));
    expect((await imported(path, MAPPING, { terminal: true })).err).toContain('importing');
    expect((await imported(path)).err).toBe('');
  });
});

describe('sending one event', () => {
  const sent = (options: readonly string[], stdin = '') => ran(['usage', 'send', ...options, '--url', double.url], { stdin });
  it('keeps the digits of its data', async () => {
    double.answer = () => ({ body: { outcome: { status: 'applied', source: 's', id: '1' } } });
    expect(await sent(['--source', 's', '--type', 't', '--id', '1', '--subject', 'c', '--data', '{"n":9007199254740993}'])).toEqual({
      exitCode: 0,
      out: 'applied  s 1\n',
      err: '',
    });
    expect(double.asked[0]).toMatchObject({
      contentType: 'application/cloudevents+json',
      body: '{"specversion":"1.0","source":"s","type":"t","id":"1","subject":"c","data":{"n":9007199254740993}}',
    });
  });
  it('says where to see what became of it when it is in a queue, and what is wrong with it already', async () => {
    const outcome = { status: 'queued', source: 's', id: '1', customer_id: 'ada' };
    double.answer = () => ({ body: { outcome } });
    const event = '{"specversion":"1.0"}';
    expect(await sent([], event)).toEqual({
      exitCode: 0,
      out: 'queued  s 1\n  what became of it shows shortly: drawdown balance get ada, or drawdown rejected list --customer ada\n',
      err: '',
    });
    double.answer = () => ({
      body: { outcome: { ...outcome, reason: 'missing_field', detail: 'type is missing; send type as a string' } },
    });
    expect(await sent([], event)).toMatchObject({
      exitCode: 1,
      out: expect.stringContaining('it will be rejected: missing_field: type is missing') as string,
    });
  });
  it('passes on what comes by standard input, and ends with exit code 1 when it is rejected', async () => {
    double.answer = () => ({
      body: {
        outcome: {
          status: 'rejected',
          reason: 'missing_field',
          detail: 'id is missing; send id as a string',
          rejection_id: 'r1',
        },
      },
    });
    expect(await sent([], '{"specversion":"1.0"}')).toEqual({
      exitCode: 1,
      out: 'rejected  \n  missing_field: id is missing; send id as a string\n  kept as r1\n',
      err: '',
    });
    expect(double.asked[0]?.body).toBe('{"specversion":"1.0"}');
  });
});
