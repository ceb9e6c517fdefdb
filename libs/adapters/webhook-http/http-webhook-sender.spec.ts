import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { type Instant, instant } from '@drawdown/domain/amounts';
import type { WebhookRequest, WebhookResponse } from '@drawdown/engine/webhooks';
import { Webhook } from 'standardwebhooks';
import { HttpWebhookSender, RESPONSE_KEPT_BYTES } from './http-webhook-sender';

const SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const OLD_SECRET = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
const PAYLOAD = '{"id":"msg_1","note":"größer €"}';
const now = (): Instant => instant(new Date().toISOString());

const opened: (Server | TcpServer)[] = [];
const sockets = new Set<{ destroy(): void }>();
const senders: HttpWebhookSender[] = [];

const listening = (server: Server | TcpServer): Promise<string> =>
  new Promise((resolve) => {
    opened.push(server);
    server.on('connection', (socket: { destroy(): void }) => sockets.add(socket));
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
const serve = (handler: RequestListener): Promise<string> => listening(createServer(handler));
/** Says exactly these bytes to whoever connects, once it has said something itself. */
const speak = (bytes: string, then: 'end' | 'wait'): Promise<string> =>
  listening(
    createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => (then === 'end' ? socket.end(bytes) : socket.write(bytes)));
    }),
  );

afterEach(async () => {
  await Promise.all(senders.splice(0).map((sender) => sender.close()));
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await Promise.all(opened.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

function local(options: ConstructorParameters<typeof HttpWebhookSender>[0] = {}): HttpWebhookSender {
  const sender = new HttpWebhookSender({ allowedNetworks: ['127.0.0.0/8'], timeoutMs: 10_000, ...options });
  senders.push(sender);
  return sender;
}

const send = (url: string, sender = local(), rest: Partial<WebhookRequest> = {}): Promise<WebhookResponse> =>
  sender.send({ url, webhookId: 'msg_1', payload: PAYLOAD, at: now(), secrets: [SECRET], ...rest });

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

describe('a webhook', () => {
  it.each([
    ['one secret', [SECRET], [SECRET]],
    ['both secrets while one replaces the other', [SECRET, OLD_SECRET], [SECRET, OLD_SECRET]],
  ])('is verified by a receiver with the standardwebhooks package, signed with %s', async (_, secrets, verifying) => {
    const seen: unknown[] = [];
    const url = await serve((request, response) => {
      void bodyOf(request).then((body) => {
        for (const secret of verifying) seen.push(new Webhook(secret).verify(body, request.headers as Record<string, string>));
        response.end('thanks');
      });
    });
    expect(await send(`${url}/hooks?a=b`, local(), { secrets })).toEqual({ httpStatus: 200, response: 'thanks' });
    expect(seen).toEqual(verifying.map((): unknown => JSON.parse(PAYLOAD)));
  });

  it('is not verified with another secret, nor when a byte was changed', async () => {
    let sent: { headers: Record<string, string>; body: string } | undefined;
    const url = await serve((request, response) => {
      void bodyOf(request).then((body) => {
        sent = { headers: request.headers as Record<string, string>, body };
        response.end();
      });
    });
    await send(url);
    expect(() => new Webhook(OLD_SECRET).verify(sent!.body, sent!.headers)).toThrow();
    expect(() => new Webhook(SECRET).verify(sent!.body.replace('msg_1', 'msg_2'), sent!.headers)).toThrow();
  });

  it('carries path, query, type and the trace it belongs to', async () => {
    let request: IncomingMessage | undefined;
    const url = await serve((incoming, response) => {
      request = incoming;
      response.end();
    });
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    await send(`${url}/a/b?c=d`, local(), { traceparent });
    expect([request?.method, request?.url]).toEqual(['POST', '/a/b?c=d']);
    expect(request?.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': 'msg_1', traceparent });
  });

  it('goes over a connection that is open already', async () => {
    const ports = new Set<number | undefined>();
    const url = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      response.end('ok');
    });
    const sender = local();
    for (let i = 0; i < 50; i++) await send(url, sender);
    // A second one is opened when a request comes before the first has been put back.
    expect(ports.size).toBeLessThanOrEqual(2);
  });
});

describe('an answer', () => {
  it.each([
    [200, undefined],
    [204, undefined],
    [299, undefined],
    [300, 'redirected'],
    [304, 'redirected'],
    [400, 'refused_status'],
    [404, 'refused_status'],
    [410, 'gone'],
    [500, 'refused_status'],
  ])('of %i is %s', async (status, failure) => {
    const url = await serve((_, response) => response.writeHead(status).end());
    expect(await send(url)).toEqual({ httpStatus: status, ...(failure && { failure }) });
  });

  it.each([301, 302, 303, 307, 308])('of %i leads nowhere: redirects are not followed', async (status) => {
    let followed = 0;
    const elsewhere = await serve((_, response) => {
      followed += 1;
      response.end();
    });
    const url = await serve((_, response) => response.writeHead(status, { location: elsewhere }).end());
    expect((await send(url)).failure).toBe('redirected');
    expect(followed).toBe(0);
  });

  it.each([
    [429, '120', 120_000],
    [503, '0', 0],
    [429, 'soon', undefined],
    [500, '120', undefined],
    [429, '-1', undefined],
  ])('of %i with Retry-After %s asks for %s ms', async (status, field, wait) => {
    const url = await serve((_, response) => response.writeHead(status, { 'retry-after': field }).end());
    expect((await send(url)).retryAfterMs).toBe(wait);
  });

  it('may name a date to wait for', async () => {
    const at = instant('2026-03-01T12:00:00Z');
    const url = await serve((_, response) => response.writeHead(503, { 'retry-after': 'Sun, 01 Mar 2026 12:10:00 GMT' }).end());
    expect((await send(url, local(), { at })).retryAfterMs).toBe(600_000);
  });

  it('is kept for the log: its first bytes, without control characters', async () => {
    const url = await serve((_, response) => response.writeHead(500).end(`bad\u0000\u001b[31m thing ${'x'.repeat(1_000)}`));
    const { response } = await send(url);
    expect(response).toMatch(/^bad \[31m thing x+$/);
    expect(response!.length).toBeLessThanOrEqual(RESPONSE_KEPT_BYTES);
  });
});

describe('a hostile receiver', () => {
  it('that never answers is given up in time', async () => {
    const url = await serve(() => undefined);
    expect(await send(url, local({ timeoutMs: 200 }))).toEqual({ failure: 'timeout' });
  });

  it('that answers drop by drop is given up in time', async () => {
    const url = await speak('HTTP/1.1 200 OK\r\nx-', 'wait');
    expect(await send(url, local({ timeoutMs: 200 }))).toEqual({ failure: 'timeout' });
  });

  it('that never ends its answer is not waited for: the status counts', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200);
      const pour = (): void => {
        while (!response.destroyed && response.write('y'.repeat(16_384)));
      };
      response.on('drain', pour);
      pour();
    });
    expect(await send(url)).toMatchObject({ httpStatus: 200, response: 'y'.repeat(RESPONSE_KEPT_BYTES) });
  });

  it('that stops in the middle of its answer has still answered', async () => {
    const url = await speak('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf', 'end');
    expect(await send(url)).toMatchObject({ httpStatus: 200 });
    const silent = await speak('HTTP/1.1 500 No\r\ncontent-length: 100\r\n\r\nhalf', 'wait');
    expect(await send(silent, local({ timeoutMs: 2_000 }))).toMatchObject({ httpStatus: 500, failure: 'refused_status' });
  });

  it.each([
    ['garbage', 'lorem ipsum\r\n\r\n'],
    ['nothing', ''],
    ['half a header', 'HTTP/1.1 200 OK\r\ncontent-le'],
    ['endless headers', `HTTP/1.1 200 OK\r\nx: ${'h'.repeat(64 * 1024)}\r\n\r\n`],
  ])('that says %s has failed', async (_, bytes) => {
    expect(await send(await speak(bytes, 'end'))).toEqual({ failure: 'connection_failed' });
  });

  it('that is not there has failed', async () => {
    const url = await serve(() => undefined);
    await new Promise((resolve) => opened.pop()!.close(resolve));
    expect(await send(url)).toEqual({ failure: 'connection_failed' });
  });
});

describe('the destination', () => {
  it.each(['127.0.0.1', '127.1', '0x7f000001', '2130706433', '[::1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '0.0.0.0', 'localhost'])(
    'http://%s is refused, and no connection is made',
    async (host) => {
      let connected = 0;
      const { port } = new URL(await serve((_, response) => response.end()));
      opened[0]!.on('connection', () => (connected += 1));
      expect(await send(`http://${host}:${port}/`, local({ allowedNetworks: [] }))).toEqual({
        failure: 'destination_refused',
      });
      expect(connected).toBe(0);
    },
  );

  it('is judged by what the name resolves to when it is dialed, each time', async () => {
    const { port } = new URL(await serve((_, response) => response.writeHead(200, { connection: 'close' }).end()));
    const answers = ['127.0.0.1', '10.0.0.1'];
    const sender = local({ resolve: (_, __, done) => done(null, [{ address: answers.shift()!, family: 4 }]) });
    expect(await send(`http://receiver.example:${port}/`, sender)).toEqual({ httpStatus: 200 });
    expect(await send(`http://receiver.example:${port}/`, sender)).toEqual({ failure: 'destination_refused' });
  });

  it('is refused when one of several addresses is', async () => {
    const resolve = (_: string, __: object, done: (error: null, found: { address: string; family: number }[]) => void): void =>
      done(null, [
        { address: '93.184.216.34', family: 4 },
        { address: '192.168.0.1', family: 4 },
      ]);
    expect(await send('http://receiver.example/', local({ resolve }))).toEqual({ failure: 'destination_refused' });
  });

  it('that has no address has failed', async () => {
    const resolve = (_: string, __: object, done: (error: NodeJS.ErrnoException, found: []) => void): void =>
      done(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), []);
    expect(await send('http://receiver.example/', local({ resolve }))).toEqual({ failure: 'connection_failed' });
  });
});
