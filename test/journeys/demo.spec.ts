/** The demo as a reader sees it, from start to end. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CLI_MAIN } from '../support/services/build';
import { Child } from '../support/services/child';
import { TURN_TIMEOUT_MS, turnOnUsualPorts } from '../support/services/usual-ports';
import { until } from '../support/waiting';

const MINUTE = 60_000;
const running: Child[] = [];
let turnOver: () => Promise<void>;
beforeAll(async () => void (turnOver = await turnOnUsualPorts()), TURN_TIMEOUT_MS);
afterAll(() => turnOver());
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

function demo(...options: readonly string[]): Child {
  const child = new Child('the demo', { program: process.execPath, args: [CLI_MAIN, 'demo', ...options] });
  running.push(child);
  return child;
}

const deaf = async (url: string): Promise<boolean> =>
  fetch(`${url}/livez`).then(
    () => false,
    () => true,
  );
const urlIn = (output: string): string => /runs at (\S+) /.exec(output)?.[1] ?? '';
const folderIn = (output: string): string => /^Its data: (\S+)/m.exec(output)?.[1] ?? '';

describe('the demo', () => {
  it('comes out right within a minute, and leaves nothing behind', async () => {
    const child = demo('--exit');
    const { code } = await child.end(MINUTE);
    expect(`${code}${code === 0 ? '' : child.said()}`).toBe('0');
    expect(child.stderr).toBe('');
    const { stdout } = child;
    // Seven notifications: two low and one out by usage, two recoveries by a top-up, and the wallet low and recovered.
    expect(
      stdout
        .match(/<- webhook, signature verified: .*/g)
        ?.map((line) => line.slice(32))
        .toSorted(),
    ).toEqual([
      'credit_balance.low_balance  birch  api-calls',
      'credit_balance.low_balance  ember  api-calls',
      'credit_balance.recovered low_balance  ember  api-calls',
      'credit_balance.recovered run_out  ember  api-calls',
      'credit_balance.run_out  ember  api-calls',
      'wallet.low_balance  delta',
      'wallet.recovered low_balance  delta',
    ]);
    expect(stdout).not.toContain('NOT VERIFIED');
    expect(stdout).toContain('6000 applied');
    expect(stdout).toContain('500 duplicates, nothing charged, no balance changed');
    expect(stdout).toMatch(/events in \d+ streams: nothing found/);
    expect(stdout).not.toContain('\u001b');
    expect(existsSync(folderIn(stdout))).toBe(false);
  });

  it('leaves nothing behind when whoever reads it has seen enough', async () => {
    const script = `${JSON.stringify(process.execPath)} ${JSON.stringify(CLI_MAIN)} demo --exit | head -n 2`;
    const child = new Child('the demo', { program: 'bash', args: ['-c', script] });
    running.push(child);
    await child.end(MINUTE);
    expect([urlIn(child.stdout), folderIn(child.stdout)]).toEqual([expect.stringMatching(/^http:/), expect.stringMatching(/demo-/)]);
    await until('its service to end', () => deaf(urlIn(child.stdout)), MINUTE);
    expect(existsSync(join(folderIn(child.stdout), '..'))).toBe(false);
  });

  it('takes its service along when it is killed', async () => {
    const child = demo();
    await until('the demo to say where its data is', () => folderIn(child.stdout) !== '', MINUTE);
    child.kill('SIGKILL');
    await child.end();
    await until('its service to end', () => deaf(urlIn(child.stdout)), MINUTE);
    await new Child('rm', { program: 'rm', args: ['-r', join(folderIn(child.stdout), '..')] }).end();
  });

  it('stays up until Ctrl-C, and its service can be asked meanwhile', async () => {
    const child = demo('--keep');
    await until('the demo to wait for Ctrl-C', () => child.stdout.includes('stays up until Ctrl-C'), MINUTE).catch((error: unknown) => {
      throw new Error(`${String(error)}${child.said()}`);
    });
    const url = /runs at (\S+) /.exec(child.stdout)?.[1] ?? '';
    const answer = await fetch(`${url}/v1/customers/ember/credit-balances/api-calls/balance`);
    expect(await answer.json()).toMatchObject({ balance: { available: '1000', uncovered: '195' } });

    // The data folder has one owner: an offline check has to wait until the service is gone.
    const data = folderIn(child.stdout);
    const offline = () => new Child('verify', { program: process.execPath, args: [CLI_MAIN, 'verify', '--data-dir', data] });
    const refused = offline();
    expect((await refused.end()).code).toBe(1);
    expect(refused.stderr).toMatch(/process \d+ on host .* uses this directory/);

    child.kill('SIGINT');
    expect(await child.end()).toEqual({ code: 0, signal: null });
    expect(existsSync(join(data, 'log'))).toBe(true);
    const checked = offline();
    expect(`${(await checked.end()).code}${checked.stderr}`).toBe('0');
    expect(checked.stdout).toContain('nothing found');
    await new Child('rm', { program: 'rm', args: ['-r', join(data, '..')] }).end();
  });
});
