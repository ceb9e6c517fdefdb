/** W3C trace context goes with usage from the header of its Kafka record to the webhook that it causes, through three services. */
import { FullStack } from '../support/services/full-stack';
import { produce } from '../support/clients/producers';
import { listenTo } from '../support/trace/trace-account';
import { call, createCalls, createHolder } from '../support/clients/usage';
import { until } from '../support/waiting';
import { WebhookInbox } from '../support/clients/webhook-inbox';

const MINUTES = 60_000;
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

it('the trace of a usage event is that of the webhook on its running out', async () => {
  const [service, inbox] = await Promise.all([FullStack.start(), WebhookInbox.open()]);
  try {
    await createCalls(service.http);
    await createHolder(service.http, 'acme', '1');
    await listenTo(service.http, inbox, ['credit_balance.run_out']);
    const value = JSON.stringify(call({ id: 'last', subject: 'acme' }));
    await produce(service.kafka, service.topics.usage, [{ key: null, value, headers: { traceparent: TRACEPARENT } }]);
    const [notification] = await until(
      `the webhook${service.said()}`,
      () => inbox.notifications('credit_balance.run_out').length > 0 && inbox.notifications('credit_balance.run_out'),
      MINUTES,
    );
    expect(inbox.traceparents.get(notification?.id ?? '')).toBe(TRACEPARENT);
  } finally {
    await Promise.all([service.stop(), inbox.close()]);
  }
});
