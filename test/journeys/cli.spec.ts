/** The command line as an operator uses it: every command, as a process of its own, against a real service and its data folder. */
import { NO_KEYS } from '@drawdown/engine/derived-state';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedProjections } from '@drawdown/adapters/embedded';
import { Books } from '../../apps/cli/src/demo/books';
import { HOLDINGS, PRODUCTS } from '../../apps/cli/src/demo/holdings';
import { eventText, traffic } from '../../apps/cli/src/demo/traffic';
import { CLI_MAIN } from '../support/services/build';
import { Child } from '../support/services/child';
import { Standalone } from '../support/services/standalone';
import { until } from '../support/waiting';
import { WebhookInbox } from '../support/clients/webhook-inbox';

const MINUTE = 60_000;
const EVENTS = 3_000;

let service: Standalone;
let inbox: WebhookInbox;
const folder = mkdtempSync(join(tmpdir(), 'drawdown-cli-journey-'));

beforeAll(async () => {
  inbox = await WebhookInbox.open();
  service = await Standalone.start();
});
afterAll(async () => {
  await service.stop();
  await inbox.close();
  rmSync(folder, { recursive: true });
});

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Arguments as one writes them; what holds a space stands in a list. */
async function drawdown(
  words: string | readonly string[],
  { input = '', env = {} }: { input?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<Ran> {
  const args = typeof words === 'string' ? words.split(' ') : words;
  const child = new Child(`drawdown ${args.join(' ')}`, {
    program: process.execPath,
    args: [CLI_MAIN, ...args],
    env: { DRAWDOWN_URL: service.url, ...env },
    input,
  });
  const { code } = await child.end(MINUTE);
  return { code, out: child.stdout, err: child.stderr };
}

async function answer<Body>(words: string, options?: Parameters<typeof drawdown>[1]): Promise<Body> {
  const { code, out, err } = await drawdown(`${words} --json`, options);
  expect(`${words}: ${code} ${err}`).toBe(`${words}: 0 `);
  return JSON.parse(out) as Body;
}

const said = async (words: string | readonly string[], options?: Parameters<typeof drawdown>[1]): Promise<string> => {
  const { code, out, err } = await drawdown(words, options);
  return `${out}${err}${code === 0 ? '' : `exit code ${code}`}`;
};

describe('setting up', () => {
  it('is done from the settings to a wallet', async () => {
    expect(await said('settings set --credit-price EUR=0.01 --free-credits yes')).toContain('credit prices    EUR 0.01');
    expect(await said('customer create acme --currency EUR')).toContain('customer  acme');
    expect(await said('customer create acme --currency EUR')).toMatch(/^The customer exists: .*exit code 1$/s);
    expect(await said('customer get acme')).toContain('currency  EUR');
    expect(await said('wallet create acme --limit low=5')).toContain('low at 5');
    expect(await said('wallet add-credits acme 1000 --origin free')).toContain('Added 10 at 0.01 per credit.');
    expect(await said('wallet get acme')).toContain('available  10 EUR');
  });

  it('takes a credit product from options, or from a file', async () => {
    expect(
      await said([
        'product',
        'create',
        'images',
        '--name',
        'Images',
        '--unit',
        'image',
        '--meter',
        'made=image.made:count@1',
        '--limit',
        'low=20%',
      ]),
    ).toContain('made   image.made  all    count');
    for (const product of PRODUCTS)
      expect(await said('product create --file -', { input: JSON.stringify(product) })).toContain(product.name);
    expect((await answer<{ credit_products: unknown[] }>('product list')).credit_products).toHaveLength(4);
    expect(await said('product get messages')).toContain('channel=sms');
  });

  it('carries a command out once under one key', async () => {
    const top = ['credits', 'top-up', 'acme', 'images', '50', '--origin', 'paid', '--reference', 'p1', '--idempotency-key', 'top-1'];
    await said('credits create acme images --starting-balance 100 --no-limits');
    expect(await said(top)).toContain('available  150 image');
    expect(await said(top)).toMatch(/available {2}150 image[\s\S]*done before under the key top-1/);
    expect(await said([...top.slice(0, 4), '51', ...top.slice(5)])).toMatch(/IDEMPOTENCY_CONFLICT[\s\S]*exit code 1/);
  });
});

describe('balances', () => {
  it('are deducted from, held, captured and released', async () => {
    expect(await said(['credits', 'deduct', 'acme', 'images', '20', '--reason', 'a correction'])).toContain('available  130 image');
    expect(await said(['credits', 'deduct', 'acme', 'images', '131', '--reason', 'x'])).toMatch(/131 asked, 130 available.*exit code 1/s);
    const { hold } = await answer<{ hold: { hold_id: string } }>('hold place acme 30 --product images');
    expect(await said(`hold capture acme ${hold.hold_id} 10 --product images --keep-open`)).toContain('available  100 image');
    expect(await said(`hold release acme ${hold.hold_id} --product images`)).toContain('available  120 image');
    expect(await said('credits get acme images')).toMatch(/GRANT {2}ORIGIN/);
    expect(await said('balance get acme')).toMatch(/wallet +open +10 .*\nimages +open +120 /);
    expect(await said('movements acme images --type deducted')).toMatch(/deducted +-20 /);
  });

  it('are paused, resumed and closed', async () => {
    expect(await said('wallet pause acme')).toContain('paused');
    expect(await said('hold place acme 1')).toMatch(/exit code 1$/);
    expect(await said('wallet resume acme')).toContain('open');
    expect(await said(['wallet', 'close', 'acme', '--reason', 'the end'])).toContain('Posted away: 10');
  });

  it('are watched as they change', async () => {
    const watching = new Child('watch', {
      program: process.execPath,
      args: [CLI_MAIN, '--url', service.url, 'balance', 'watch', 'acme', 'images', '--count', '2'],
    });
    await until('the present figures', () => watching.stdout.includes('available 120'));
    await said('usage send --source s --type image.made --id made-1 --subject acme --data {"count":5}');
    expect(await watching.end()).toEqual({ code: 0, signal: null });
    expect(watching.stdout).toMatch(/available 120 .*\n.*available 115 /);
  });
});

describe('webhooks', () => {
  it('are made, tried, listed and sent again', async () => {
    const { endpoint, secret } = await answer<{ endpoint: { endpoint_id: string }; secret: string }>(
      `webhook create ${inbox.url} --type credit_balance.run_out`,
    );
    inbox.trust(secret);
    expect(await said('webhook list')).toContain(inbox.url);
    const { webhook_id: id } = await answer<{ webhook_id: string }>(`webhook ping ${endpoint.endpoint_id}`);
    await until('the ping', () => inbox.deliveries.length === 1);
    await until('the delivery to be recorded', async () =>
      (await said(`webhook deliveries ${endpoint.endpoint_id} --status delivered`)).includes(id),
    );
    expect(await said(`webhook resend ${endpoint.endpoint_id} ${id}`)).toBe(`${id} is on its way again.\n`);
    await until('the ping again', () => inbox.deliveries.length === 2);
    expect(inbox.deliveries.map((notification) => [notification.id, notification.type])).toEqual([
      [id, 'test.ping'],
      [id, 'test.ping'],
    ]);
  });
});

describe('importing', () => {
  it('comes to the figures of books kept apart, once and again', async () => {
    const customers = [...new Set(HOLDINGS.map(({ customer }) => customer))];
    for (const customer of customers) await service.http.post('/v1/customers', { customer_id: customer, currency: 'EUR' });
    for (const { customer, product, startingBalance } of HOLDINGS)
      await service.http.post(`/v1/customers/${customer}/credit-balances`, {
        credit_product_id: product,
        starting_balance: startingBalance,
      });
    const books = new Books(HOLDINGS);
    const facts = [...traffic({ seed: 99, events: EVENTS, holdings: HOLDINGS, until: Date.now() })];
    for (const fact of facts) books.use(fact);
    const file = join(folder, 'usage.jsonl');
    writeFileSync(file, facts.map(eventText).join('\n'));

    expect(await answer(`usage import ${file}`)).toMatchObject({
      complete: true,
      read: EVENTS,
      applied: EVENTS,
      duplicates: 0,
      rejected: 0,
    });
    expect(await answer(`usage import ${file} --batch 1000 --concurrency 1`)).toMatchObject({
      complete: true,
      applied: 0,
      duplicates: EVENTS,
    });
    for (const { customer, product } of HOLDINGS) {
      const { balance } = await answer<{ balance: object }>(`balance get ${customer} ${product}`);
      expect(balance).toMatchObject(books.account({ customer, product }).figures);
    }
  });

  it('keeps what it cannot apply, to be fixed and replayed', async () => {
    const csv = 'when;who;how many\r\n2026-01-31 12:00:00;nobody;"2"\r\n2026-01-31 12:00:01;acme;x\r\n2026-01-31 12:00:02;acme;1';
    const file = join(folder, 'usage.csv');
    writeFileSync(file, csv);
    const mapping = [
      '--separator',
      ';',
      '--source',
      'csv',
      '--type',
      'image.made',
      '--id',
      'r-{row}',
      '--subject',
      '{who}',
      '--time',
      '{when}',
      '--data',
      'count={how many}',
    ];
    const { code, out } = await drawdown(['usage', 'import', file, ...mapping]);
    expect(code).toBe(1);
    expect(out).toMatch(/applied {5}1\n.*duplicates {2}0\n.*rejected {4}2\n/);
    expect(out).toMatch(/line 2: .*nobody/);
    expect(out).toMatch(/line 3: .*count/);

    const { rejected_usage: kept } = await answer<{ rejected_usage: { rejection_id: string }[] }>(
      'rejected list --reason unknown_customer',
    );
    const id = kept[0]?.rejection_id ?? '';
    expect(await said(`rejected show ${id}`)).toContain('"subject":"nobody"');
    expect(await said(`rejected replay ${id}`)).toMatch(/unknown_customer[\s\S]*exit code 1$/);
    await said('customer create nobody --currency EUR');
    await said('credits create nobody images --starting-balance 10');
    expect(await said(`rejected replay ${id}`)).toMatch(/^applied/);
    expect(await said('credits get nobody images')).toContain('available  8 image');
  });
});

describe('the operator', () => {
  it('asks what runs, rebuilds derived state and verifies, on the running service', async () => {
    expect(await said('status')).toMatch(/^Ready/);
    expect(await said('projection rebuild')).toMatch(/^Read \d+ events and made \d+ documents/);
    expect(await said('verify')).toMatch(/^Sound: .*nothing found\.\nHeads at position \d+: [0-9a-f]{64}\n$/);
  });

  it('cannot open the data folder of a running service, and says who has it', async () => {
    for (const words of ['verify', 'projection rebuild'])
      expect(await said(`${words} --data-dir ${service.dataDirectory}`)).toMatch(
        new RegExp(`process ${service.pid} on host .* uses this directory.*exit code 1$`, 's'),
      );
  });

  it('finds on a data folder what was changed there, and fixes it by a rebuild', async () => {
    await service.sigterm();
    const at = `--data-dir ${service.dataDirectory}`;
    expect(await said(`verify ${at}`)).toMatch(/^Sound: /);
    const projections = await EmbeddedProjections.open({ directory: service.dataDirectory });
    const stream = 'creditBalance-acme~images';
    const document = await projections.load(stream);
    if (!document) throw new Error(`${stream} has no document`);
    const forged = { ...document, revision: document.revision + 1, json: document.json.replace(/"booked":"\d+/, '"booked":"9') };
    await projections.save({ documents: [forged], keys: NO_KEYS, checkpoint: await projections.checkpoint() });
    await projections.close();

    expect(await said(`verify ${at}`)).toMatch(
      /^I6 {2}creditBalance-acme~images at revision \d+: [\s\S]*NOT SOUND: 1 findings[\s\S]*exit code 4$/,
    );
    expect(await said(`projection rebuild ${at}`)).toMatch(/^Read \d+ events/);
    expect(await said(`verify ${at}`)).toMatch(/^Sound: /);
    await service.restart();
    expect(await said('verify')).toMatch(/^Sound: /);
  });

  it('says what is wrong with a configuration, by variable', async () => {
    expect(await said('config check')).toMatch(
      /^The standalone service would use:\n {2}log .* embedded, in .*\nThe configuration is valid\.\n$/s,
    );
    expect(await said('config check', { env: { HTTP_PORT: 'banana' } })).toMatch(/HTTP_PORT is "banana".*exit code 1$/s);
    expect(await said('config check --app ledger')).toMatch(
      /KAFKA_BROKERS is not set; .*EVENTSTORE_URL is not set; .*REDIS_URL is not set; .*exit code 1$/s,
    );
    const servers = {
      KAFKA_BROKERS: '127.0.0.1:9092',
      EVENTSTORE_URL: 'esdb://admin:swordfish@127.0.0.1:2113',
      REDIS_URL: 'redis://127.0.0.1:6379',
    };
    const ledger = await said('config check --app ledger', { env: servers });
    expect(ledger).toMatch(/EventStoreDB at esdb:\/\/admin:\*\*\*@127\.0\.0\.1:2113.*rated-usage\.v1: read; at least 12 partitions/s);
    expect(JSON.parse(await said('config check --app ledger --json', { env: servers }))).toMatchObject({ app: 'ledger', valid: true });
  });

  it('serves until it gets a signal to stop', async () => {
    const serving = new Child('drawdown serve', {
      program: process.execPath,
      args: [CLI_MAIN, 'serve'],
      env: { HTTP_PORT: '0', GRPC_PORT: '0', OPS_PORT: '0', DATA_DIR: join(folder, 'data') },
    });
    await until('the service to be ready', () => serving.stdout.includes('"msg":"ready"'));
    serving.kill('SIGTERM');
    expect(await serving.end()).toEqual({ code: 0, signal: null });
    expect(serving.stdout).toContain('"clean":true');
  });

  it('says that the service is gone', async () => {
    await service.sigterm();
    expect(await said('customer list')).toMatch(/nothing listens there[\s\S]*exit code 3$/);
    await service.restart();
  });
});
