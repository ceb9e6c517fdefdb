import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { amount, instant } from '@drawdown/domain/amounts';
import { EmbeddedLog, EmbeddedProjections } from '@drawdown/adapters/embedded';
import { AppliedKeys, streamDefinitionOf, Ledger, streams, StreamStates, followerPosition } from '@drawdown/engine/event-store';
import { wallet } from '@drawdown/domain/balance';
import { deliveries, systemTimers, WebhookDispatcher, webhookEndpoint } from '@drawdown/engine/webhooks';
import { Webhook } from 'standardwebhooks';
import { until } from '../../../test/support/waiting';
import { HttpWebhookSender } from './http-webhook-sender';

const SECRET = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
const COUNT = 50;

it('what happens in the ledger arrives at a receiver, signed, once each, and is recorded as delivered', async () => {
  const verified: { id: string; data: { revision: number } }[] = [];
  const receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      verified.push(new Webhook(SECRET).verify(body, request.headers as Record<string, string>) as (typeof verified)[number]);
      response.end('ok');
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  const directory = mkdtempSync(join(tmpdir(), 'drawdown-http-'));
  const now = () => instant(new Date().toISOString());
  const log = await EmbeddedLog.open({ directory, clock: now });
  const projections = await EmbeddedProjections.open({ directory });
  const streamDefinitions = [wallet, webhookEndpoint, deliveries, followerPosition].map((aggregate) =>
    streamDefinitionOf(aggregate as typeof wallet),
  );
  const ledger = new Ledger(log, new StreamStates(log, projections, new AppliedKeys(projections, 1_000), streamDefinitions));
  const sender = new HttpWebhookSender({ allowedNetworks: ['127.0.0.0/8'] });
  const dispatcher = new WebhookDispatcher({ log, ledger, sender, clock: { now }, timers: systemTimers });
  try {
    await dispatcher.start();
    await ledger.execute(webhookEndpoint, streams.webhookEndpoint('e1'), {
      type: 'CreateEndpoint',
      at: now(),
      id: 'e1',
      url,
      eventTypes: ['wallet.credited'],
      secret: SECRET,
    });
    await ledger.execute(wallet, streams.wallet('ada'), {
      type: 'Create',
      at: now(),
      customerId: 'ada',
      currency: 'EUR',
      limits: [],
    });
    for (let i = 0; i < COUNT; i++)
      await ledger.execute(wallet, streams.wallet('ada'), {
        type: 'TopUp',
        at: now(),
        grant: { origin: 'paid', priority: 100, amount: amount('1') },
      });
    await until(`${COUNT} recorded deliveries`, () => dispatcher.figures().recorded === COUNT);
    expect(verified.map(({ data }) => data.revision).sort((a, b) => a - b)).toEqual(Array.from({ length: COUNT }, (_, i) => i + 1));
    expect(new Set(verified.map(({ id }) => id)).size).toBe(COUNT);
    expect(dispatcher.figures()).toMatchObject({ delivered: COUNT, retrying: 0, exhausted: 0, open: 0 });
  } finally {
    await dispatcher.stop();
    await sender.close();
    receiver.close();
    await log.close();
    await projections.close();
    rmSync(directory, { recursive: true, force: true });
  }
});
