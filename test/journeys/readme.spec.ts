/** The README, carried out: every command block in its order, on a service as it says to start one. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLI_MAIN, ROOT } from '../support/services/build';
import { Child } from '../support/services/child';
import { type CommandBlock, commandBlocks, printed } from '../support/readme-blocks';
import { Standalone } from '../support/services/standalone';
import { TURN_TIMEOUT_MS, turnOnUsualPorts } from '../support/services/usual-ports';

const MINUTE = 60_000;
const page = readFileSync(join(ROOT, 'README.md'), 'utf8');
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { readonly scripts: Readonly<Record<string, string>> };

/** Addresses as the page writes them. */
const HTTP = '127.0.0.1:8080';
const GRPC = '127.0.0.1:50051';
const RECEIVER = '9000';
const KAFKA = '127.0.0.1:9092';

/** Where what the page speaks of is in truth. */
interface Here {
  readonly url: string;
  readonly grpc: string;
  readonly kafka?: string;
}

let service: Standalone | undefined;
let here: Here | undefined;
let receiver = '';
let stackFolder = '';
let turnOver: () => Promise<void>;

beforeAll(async () => {
  turnOver = await turnOnUsualPorts();
  receiver = String(await freePort());
  stackFolder = mkdtempSync(join(tmpdir(), 'drawdown-readme-'));
}, TURN_TIMEOUT_MS);
afterAll(async () => {
  await service?.stop();
  await stack('down');
  rmSync(stackFolder, { recursive: true, force: true });
  await turnOver();
});

describe('the README', () => {
  // In the order of the page: each block builds on those before it.
  it.each(commandBlocks(page).map((block): [string, CommandBlock] => [`line ${block.line}: ${block.script.split('\n')[0]}`, block]))(
    'does what it says, %s',
    async (_, block) => {
      const { code, stdout, said } = await outcomeOf(block);
      expect(`${code}${code === 0 ? '' : said}`).toBe('0');
      if (block.prints !== undefined) expect(stdout).toMatch(printed(block.prints));
    },
  );

  it('links to what is there', () => {
    const links = [...page.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, path = '']) => path);
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly said: string;
}

const done: Outcome = { code: 0, stdout: '', said: '' };

async function outcomeOf({ script }: CommandBlock): Promise<Outcome> {
  if (script === 'npm install && npm test\n') {
    // It cannot run itself: what it stands for is what continuous integration calls.
    expect(scripts['test']).toBe('npm run build && jest');
    expect(readFileSync(join(ROOT, '.ci/run'), 'utf8')).toContain('npm install && npm test');
    return done;
  }
  if (script === 'npm install && npm run demo\n') {
    expect(scripts['demo']).toBe('npm run --silent build && node dist/apps/cli/src/main.js demo');
    const ran = await run('the demo', process.execPath, [CLI_MAIN, 'demo', '--exit'], {});
    return { ...ran, stdout: ran.stdout.replace(/127\.0\.0\.1:\d+ \(gRPC at 127\.0\.0\.1:\d+\)/, `${HTTP} (gRPC at ${GRPC})`) };
  }
  const started = /^((?:\w+=\S+ )*)npm start\n$/.exec(script);
  if (started) {
    expect(scripts['start']).toMatch(/^node (--\S+ )*dist\/apps\/standalone\/src\/main\.js$/);
    const env = Object.fromEntries(
      (started[1] ?? '')
        .trim()
        .split(' ')
        .map((setting): [string, string] => splitAt(setting, '=')),
    );
    service = await Standalone.start({ env });
    here = { url: service.url, grpc: service.grpcAddress };
    return done;
  }
  const command = /^npm run stack:(up|down)\n$/.exec(script)?.[1];
  if (command) {
    expect(scripts[`stack:${command}`]).toMatch(new RegExp(`node dist/infra/local/stack\\.js ${command}$`));
    const ran = await stack(command);
    const [, url, grpc] = /HTTP (http:\S+?), gRPC (\S+?),/.exec(ran.stdout) ?? [];
    const [, kafka] = /KAFKA_BROKERS='(.*?)'/.exec(ran.stdout) ?? [];
    if (url !== undefined && grpc !== undefined && kafka !== undefined) here = { url, grpc, kafka };
    return ran;
  }
  if (!here) throw new Error('the page uses the service before it has said how to start it');
  const placed = script
    .replaceAll(HTTP, new URL(here.url).host)
    .replaceAll(GRPC, here.grpc)
    .replaceAll(KAFKA, here.kafka ?? KAFKA)
    .replaceAll(RECEIVER, receiver);
  return run('the block', 'bash', ['-euo', 'pipefail', '-c', `cd ${JSON.stringify(ROOT)}\n${placed}`], { DRAWDOWN_URL: here.url });
}

const stack = (command: string): Promise<Outcome> =>
  run('the stack', process.execPath, [join(ROOT, 'dist/infra/local/stack.js'), command], { STACK_FOLDER: join(stackFolder, 'stack') });

async function run(name: string, program: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Outcome> {
  const child = new Child(name, { program, args, env });
  const { code } = await child.end(2 * MINUTE);
  return { code, stdout: child.stdout.endsWith('\n') ? child.stdout : `${child.stdout}\n`, said: child.said() };
}

const splitAt = (text: string, mark: string): [string, string] => [text.slice(0, text.indexOf(mark)), text.slice(text.indexOf(mark) + 1)];

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
