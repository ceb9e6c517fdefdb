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

describe('verify', () => {
  it('says that nothing was found', async () =>
    expect(
      await verified([
        PROGRESS,
        data({ summary: { sound: true, events: 9, streams: 3, balances: 2, duration_ms: 250 } }),
      ]),
    ).toEqual({
      exitCode: 0,
      out: 'Sound: 9 events in 3 streams, 2 balances, 0.3 s, nothing found.\n',
      err: '',
    }));
  it('tells the digest of heads, and asks for that of an earlier position', async () => {
    const summary = { sound: true, events: 9, streams: 3, balances: 2, duration_ms: 250, heads: 'abc', position: '77' };
    expect((await verified([data({ summary })], '--heads-at', '77')).out).toMatch(
      /nothing found\.\nHeads at position 77: abc\n$/,
    );
    expect(double.asked.at(-1)).toMatchObject({ body: JSON.stringify({ heads_at: '77' }) });
    expect(await verified([], '--heads-at', 'now')).toMatchObject({ exitCode: 2 });
  });
  it('says what was found, and ends with exit code 4', async () => {
    const summary = { summary: { events: 9, streams: 3, balances: 2, findings: 1, duration_ms: 250 } };
    expect(await verified([data(FINDING), data(summary)])).toMatchObject({
      exitCode: 4,
      out: 'I10  wallet-a at revision 2: it was changed\nNOT SOUND: 1 findings (9 events in 3 streams, 2 balances, 0.3 s).\n',
    });
    expect((await verified([data(FINDING), data(summary)], '--json')).out).toBe(
      `${JSON.stringify(FINDING)}\n${JSON.stringify(summary)}\n`,
    );
  });
  it('that ends before its summary has not verified anything', async () =>
    expect(await verified([PROGRESS])).toMatchObject({ exitCode: 3, err: 'the check ended before it was complete\n' }));
  it('shows how far it is on a terminal only', async () => {
    double.answer = () => ({ events: [PROGRESS, data({ summary: { sound: true } })] });
    expect((await ran(['verify', '--url', double.url], { terminal: true })).err).toContain('checking: 1000 events');
  });
});
