/** What a container of the image is asked by Docker: infra/docker/healthcheck.mjs, run as Docker runs it. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Child } from './support/services/child';

const SCRIPT = join(__dirname, '../infra/docker/healthcheck.mjs');

async function ask(port: number): Promise<{ code: number | null; said: string }> {
  const child = new Child('the health check', { program: process.execPath, args: [SCRIPT], env: { OPS_PORT: String(port) } });
  const { code } = await child.end();
  return { code, said: child.stdout.trim() };
}

describe('the health check of a container', () => {
  let [status, asked] = [200, ''];
  const server = createServer((request, response) => {
    asked = request.url ?? '';
    response.writeHead(status).end('{"ready":...}');
  });
  const port = (): number => (server.address() as AddressInfo).port;
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => server.close());

  it('is content with a service that takes work', async () => {
    expect(await ask(port())).toEqual({ code: 0, said: '{"ready":...}' });
    expect(asked).toBe('/readyz');
  });

  it('is not content with one that waits for a server, and says what it said', async () => {
    status = 503;
    expect(await ask(port())).toEqual({ code: 1, said: '{"ready":...}' });
  });

  it('is not content where nobody answers', async () => {
    const free = port();
    await new Promise((resolve) => server.close(resolve));
    expect(await ask(free)).toEqual({ code: 1, said: expect.stringContaining(`no answer at port ${free}`) as string });
  });
});
