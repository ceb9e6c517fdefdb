import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Instant } from '@drawdown/domain/amounts';
import { EmbeddedLog } from '@drawdown/adapters/embedded';
import { ran, ServiceDouble } from '../service-double.fixtures';

const double = new ServiceDouble();
beforeAll(() => double.start());
afterAll(() => double.stop());

const data = (message: object): string => `data: ${JSON.stringify(message)}\n\n`;
const PROGRESS = data({ progress: { events: 1_000, streams: 3 } });
const FINDING = { finding: { invariant: 'I10', stream: 'wallet-a', revision: 2, detail: 'it was changed' } };
const verified = (events: readonly string[], ...options: readonly string[]) => {
  double.answer = () => ({ events });
  return ran(['verify', ...options, '--url', double.url]);
};

describe('verify --data-dir on a damaged log', () => {
  let directory = '';
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'drawdown-verify-'));
    const log = await EmbeddedLog.open({ directory, clock: () => Date.now() as Instant });
    for (const n of [1, 2, 3])
      await log.append(
        `wallet-${n}`,
        [{ id: `00000000-0000-5000-8000-00000000000${n}`, type: 'Opened', data: '{"kept":"text"}', metadata: '{}' }],
        'no_stream',
      );
    await log.close();
    const [segment = ''] = readdirSync(join(directory, 'log'));
    const file = join(directory, 'log', segment);
    const bytes = readFileSync(file);
    bytes.write('lost', bytes.indexOf('kept'));
    writeFileSync(file, bytes);
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  // With its index the log opens and the damage is found as it is read; without, as it is opened.
  it.each(['found as it is read', 'found as it is opened'])('says where, and ends with exit code 4: %s', async (when) => {
    if (when === 'found as it is opened') rmSync(join(directory, 'stream-index'), { recursive: true });
    const { exitCode, out, err } = await ran(['verify', '--data-dir', directory]);
    expect([exitCode, out + err]).toEqual([4, expect.stringMatching(/is damaged at byte \d+/)]);
    const json = await ran(['verify', '--data-dir', directory, '--json']);
    expect(json.exitCode).toBe(4);
    const lines = `${json.out}${json.err}`.trim().split('\n');
    expect(lines.map((line): unknown => JSON.parse(line))).toContainEqual(
      when === 'found as it is read'
        ? {
            finding: expect.objectContaining({
              detail: expect.stringMatching(/is damaged at byte/) as string,
            }) as object,
          }
        : { code: 'LOG_CORRUPT', detail: expect.stringMatching(/is damaged at byte/) as string },
    );
  });
});

describe('verify', () => {
  it('says that nothing was found', async () =>
    expect(await verified([PROGRESS, data({ summary: { valid: true, events: 9, streams: 3, balances: 2, duration_ms: 250 } })])).toEqual({
      exitCode: 0,
      out: 'Sound: 9 events in 3 streams, 2 balances, 0.3 s, nothing found.\n',
      err: '',
    }));
  it('prints the digest of heads, and asks for that of an earlier position', async () => {
    const summary = { valid: true, events: 9, streams: 3, balances: 2, duration_ms: 250, heads: 'abc', position: '77' };
    expect((await verified([data({ summary })], '--heads-at', '77')).out).toMatch(/nothing found\.\nHeads at position 77: abc\n$/);
    expect(double.asked.at(-1)).toMatchObject({ body: JSON.stringify({ heads_at: '77' }) });
    expect(await verified([], '--heads-at', 'now')).toMatchObject({ exitCode: 2 });
  });
  it('says what was found, and ends with exit code 4', async () => {
    const summary = { summary: { events: 9, streams: 3, balances: 2, findings: 1, duration_ms: 250 } };
    expect(await verified([data(FINDING), data(summary)])).toMatchObject({
      exitCode: 4,
      out: 'I10  wallet-a at revision 2: it was changed\nNOT SOUND: 1 findings (9 events in 3 streams, 2 balances, 0.3 s).\n',
    });
    expect((await verified([data(FINDING), data(summary)], '--json')).out).toBe(`${JSON.stringify(FINDING)}\n${JSON.stringify(summary)}\n`);
  });
  it('names no stream where a finding has none', async () => {
    const finding = { invariant: 'I10', detail: '0.seg is damaged at byte 64' };
    expect((await verified([data({ finding }), data({ summary: { findings: 1 } })])).out).toMatch(/^I10  0\.seg is damaged at byte 64\n/);
  });
  it('that breaks off at a damaged log ends with exit code 4', async () => {
    const problem = { title: 'The log is damaged', detail: '0.seg', code: 'LOG_CORRUPT' };
    const broken = [PROGRESS, `event: error\n${data(problem)}`];
    expect(await verified(broken)).toMatchObject({ exitCode: 4, err: 'The log is damaged: 0.seg (LOG_CORRUPT)\n' });
    expect(await verified(broken, '--json')).toMatchObject({ exitCode: 4, err: `${JSON.stringify(problem)}\n` });
  });
  it('that ends before its summary has not verified anything', async () =>
    expect(await verified([PROGRESS])).toMatchObject({ exitCode: 3, err: 'the check ended before it was complete\n' }));
  it('shows how far it is on a terminal only', async () => {
    double.answer = () => ({ events: [PROGRESS, data({ summary: { valid: true } })] });
    expect((await ran(['verify', '--url', double.url], { terminal: true })).err).toContain('checking: 1000 events');
  });
});
