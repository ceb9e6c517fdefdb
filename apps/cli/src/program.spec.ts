import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { program } from './program';
import { ran, ServiceDouble } from './service-double.fixtures';

const double = new ServiceDouble();
beforeAll(() => double.start());
afterAll(() => double.stop());
beforeEach(() => {
  double.asked.length = 0;
  double.answer = () => ({});
});

const asking = (...args: readonly string[]) => ran([...args, '--url', double.url]);
const problem = (status: number, body: object) => () => ({
  status,
  headers: { 'content-type': 'application/problem+json' },
  body,
});
const CUSTOMER = {
  revision: 0,
  customer: { customer_id: 'acme', currency: 'EUR', created_at: '2026-01-31T12:00:00.000Z' },
};

describe('a command', () => {
  it('asks the service and shows the answer', async () => {
    double.answer = () => ({ status: 201, body: CUSTOMER });
    expect(await asking('customer', 'create', 'acme', '--currency', 'EUR')).toEqual({
      exitCode: 0,
      out: 'customer  acme\ncurrency  EUR\ncreated   2026-01-31T12:00:00.000Z\n',
      err: '',
    });
    expect(double.asked).toEqual([
      {
        method: 'POST',
        path: '/v1/customers',
        key: expect.stringMatching(/^cli-[0-9a-f-]{36}$/) as string,
        contentType: 'application/json',
        body: '{"customer_id":"acme","currency":"EUR"}',
      },
    ]);
  });
  it('prints the answer itself with --json, wherever the option stands', async () => {
    double.answer = () => ({ body: CUSTOMER });
    expect((await asking('--json', 'customer', 'get', 'acme')).out).toBe(`${JSON.stringify(CUSTOMER)}\n`);
    expect((await asking('customer', 'get', 'acme', '--json')).out).toBe(`${JSON.stringify(CUSTOMER)}\n`);
  });
  it('finds the service by DRAWDOWN_URL', async () => {
    double.answer = () => ({ body: { customers: [] } });
    expect(await ran(['customer', 'list'], { env: { DRAWDOWN_URL: double.url } })).toMatchObject({
      exitCode: 0,
      out: 'There are no customers.\n',
    });
  });
  it('carries the idempotency key that it is given, and says what it sent with --verbose', async () => {
    double.answer = () => ({ body: CUSTOMER, headers: { 'idempotent-replayed': 'true' } });
    const { err } = await asking('customer', 'create', 'acme', '--currency', 'EUR', '--idempotency-key', 'k1', '--verbose');
    expect(double.asked[0]?.key).toBe('k1');
    expect(err).toBe(
      `POST ${double.url}/v1/customers (Idempotency-Key: k1)\nThis was done before under the key k1: the first answer is shown.\n`,
    );
  });
  it('asks a question without a key', async () => {
    await asking('customer', 'get', 'acme');
    expect(double.asked[0]?.key).toBeUndefined();
  });
});

describe('exit code 1', () => {
  it('means refused, said in a sentence with the remedy', async () => {
    double.answer = problem(402, {
      title: 'Not enough is available',
      detail: '5 asked, 3 available; top up or ask for less',
      code: 'INSUFFICIENT_CREDITS',
    });
    expect(await asking('credits', 'deduct', 'acme', 'calls', '5', '--reason', 'x')).toEqual({
      exitCode: 1,
      out: '',
      err: 'Not enough is available: 5 asked, 3 available; top up or ask for less (INSUFFICIENT_CREDITS)\n',
    });
  });
  it('names each field that is wrong, one a line', async () => {
    const errors = [
      {
        field: 'currency',
        detail: 'is no ISO 4217 code of legal tender',
        remedy: 'send three upper-case letters such as "EUR"',
      },
    ];
    double.answer = problem(400, { title: 'The request is not valid', code: 'INVALID_REQUEST', errors });
    expect((await asking('customer', 'create', 'acme', '--currency', 'x')).err).toBe(
      'The request is not valid (INVALID_REQUEST)\n  currency: is no ISO 4217 code of legal tender; send three upper-case letters such as "EUR"\n',
    );
  });
  it('comes with the problem as JSON with --json', async () => {
    double.answer = problem(404, { title: 'No such customer', code: 'CUSTOMER_NOT_FOUND' });
    expect(await asking('customer', 'get', 'x', '--json')).toEqual({
      exitCode: 1,
      out: '',
      err: '{"title":"No such customer","code":"CUSTOMER_NOT_FOUND"}\n',
    });
  });
  it('is given for what a proxy in between says, too', async () => {
    double.answer = () => ({ status: 502, body: '<html>bad gateway</html>' });
    expect(await asking('customer', 'get', 'x')).toMatchObject({
      exitCode: 1,
      err: 'the service answered 502: <html>bad gateway</html>\n',
    });
  });
});

describe('exit code 2', () => {
  it.each([
    [['nonsense'], "unknown command 'nonsense'"],
    [[], 'Usage: drawdown'],
    [['wallet'], 'Usage: drawdown wallet'],
    [['customer', 'create', 'acme'], "required option '--currency <code>'"],
    [['customer', 'get', 'acme', '--curency', 'EUR'], "unknown option '--curency'"],
    [['customer', 'list', '--page-size', '0'], 'a whole number from 1 to 1000'],
    [['customer', 'list', '--url', 'localhost:8080'], 'is no URL'],
    [['customer', 'list', '--idempotency-key', 'a b'], 'printable ASCII'],
    [['credits', 'create', 'a', 'p', '--limit', 'low'], 'write it as name=value'],
    [['credits', 'create', 'a', 'p', '--limit', 'low=5', '--no-limits'], 'exclude each other'],
    [['credits', 'top-up', 'a', 'p', '1', '--origin', 'paid', '--cost', '1'], 'belong together'],
    [['product', 'create', 'p'], 'needs a product id, --name and --unit, or --file'],
    [['product', 'create', '--file', '/no/such/file'], 'no such file'],
    [['settings', 'set'], 'nothing to change'],
    [['settings', 'set', '--enabled', 'true'], 'must be yes or no'],
    [['settings', 'set', '--effective-at', '2026-04-01T00:00:00Z'], 'goes with --credit-price'],
    [['settings', 'set', '--portal-limit', 'EUR=5'], 'write it as EUR=5..500'],
    [['settings', 'set', '--portal-limit', 'EUR=5..', '--no-portal-limits'], 'exclude each other'],
    [['settings', 'set', '--default-limit', 'low'], '--default-limit low: write it as name=value'],
    [['settings', 'set', '--default-limit', 'low=5:EUR', '--no-default-limits'], 'exclude each other'],
    [['wallet', 'create', 'a', '--limit', 'low=5', '--no-limits'], 'exclude each other'],
    [['wallet', 'pay-invoice', 'a', '', '5'], '<invoice> is empty'],
    [['usage', 'send', '--source', 's'], 'together'],
    [['usage', 'import', '/no/such/file.csv'], 'there is no file'],
    [['verify', '--data-dir', '/no/such/folder'], 'no data folder'],
    [['verify', '--data-dir', ''], '--data-dir is empty'],
    [['hold', 'place', 'a', '5', '--product', ''], '--product is empty'],
    [['hold', 'capture', 'a', 'h', '5', '--product='], '--product is empty'],
    [['hold', 'release', 'a', ''], '<hold> is empty'],
    [['balance', 'get', 'a', ''], '<product> is empty'],
    [['movements', 'a', ''], '<product> is empty'],
    [['wallet', 'add-credits', '', '5', '--origin', 'paid'], '<customer> is empty'],
    [['customer', 'list', '--url', ''], '--url is empty'],
    [['webhook', 'create', 'http://127.0.0.1:1/', '--type', ''], '--type is empty'],
  ])('means the command line is wrong: %j', async (args, sentence) => {
    const { exitCode, out, err } = await ran(args);
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toContain(sentence);
  });
});

describe('an empty value', () => {
  it('sends nothing, and prints JSON with --json', async () => {
    expect(await asking('hold', 'place', 'a', '5', '--product', '', '--json')).toEqual({
      exitCode: 2,
      out: '',
      err: '{"code":"WRONG_USAGE","detail":"--product is empty: give a value or leave it out"}\n',
    });
    expect(double.asked).toEqual([]);
  });
});

describe('exit code 3', () => {
  it('means that nothing listens there, and says what to do', async () => {
    const gone = new ServiceDouble();
    await gone.start();
    await gone.stop();
    expect(await ran(['customer', 'list', '--url', gone.url])).toMatchObject({
      exitCode: 3,
      err: expect.stringContaining(`${gone.url}: nothing listens there`) as string,
    });
  });
  it('comes with the key of a command that may have been carried out', async () => {
    double.answer = () => new Promise(() => undefined);
    const { exitCode, err } = await asking('wallet', 'pause', 'acme', '--timeout', '1', '--idempotency-key', 'k7');
    expect([exitCode, err]).toEqual([3, expect.stringMatching(/did not answer in time[\s\S]*--idempotency-key k7/)]);
  });
});

describe('help', () => {
  it('is no error when it is asked for', async () =>
    expect(await ran(['--help'])).toMatchObject({
      exitCode: 0,
      out: expect.stringContaining('Exit codes:') as string,
    }));
  it('of every command says what it is for', () => {
    for (const command of commandsIn()) expect([command.path, command.description]).toEqual([command.path, expect.stringMatching(/\S/)]);
  });
});

describe('docs/cli.md', () => {
  const page = readFileSync(`${__dirname}/../../../docs/cli.md`, 'utf8');
  it('lists every command', () => {
    const untold = commandsIn().filter(({ path, isGroup }) => !isGroup && !page.includes(`drawdown ${path}`));
    expect(untold.map(({ path }) => path)).toEqual([]);
  });
  it('lists every option', () => {
    const untold = commandsIn().flatMap(({ path, options }) =>
      options.filter((option) => !page.includes(option)).map((option) => `${path} ${option}`),
    );
    expect(untold).toEqual([]);
  });
});

function commandsIn() {
  const io = {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: {},
    interrupted: new AbortController().signal,
  };
  const walk = (command: Command, path: string): { path: string; description: string; isGroup: boolean; options: string[] }[] => [
    {
      path,
      description: command.description(),
      isGroup: command.commands.length > 0,
      options: command.options.map(({ long }) => long ?? ''),
    },
    ...command.commands.flatMap((inner) => walk(inner, `${path} ${inner.name()}`.trim())),
  ];
  return walk(program(io, { exitCode: 0 }), '');
}
