import type { Command } from 'commander';
import type { Runner } from '../invocation';
import { collect } from '../option-values';
import { deliveriesTable, endpointCard, endpointsTable } from '../rendering/answers';
import { text } from '../rendering/fields';
import { paged, pageOf, type PageOptions } from './options/paging';

export function webhookCommands(program: Command, runner: Runner): void {
  const webhook = program.command('webhook').description('where the service calls when something happens');
  webhook
    .command('create')
    .description('add an endpoint; the answer is the only one that shows its secret')
    .argument('<url>', 'http or https')
    .option('--type <type>', 'only these, such as credit_balance.run_out; repeatable; default all', collect)
    .option('--description <text>', 'for people')
    .action(
      runner.run<{ type?: readonly string[]; description?: string }>(async (call, [url], { type, description }) =>
        call.answer(await call.service.call('CreateWebhookEndpoint', { url, event_types: type, description }), endpointCard),
      ),
    );
  paged(webhook.command('list').description('all endpoints')).action(
    runner.run<PageOptions>(async (call, _, options) =>
      call.answer(await call.service.call('ListWebhookEndpoints', pageOf(options)), endpointsTable),
    ),
  );
  paged(
    webhook
      .command('deliveries')
      .description('the deliveries to an endpoint, newest first')
      .argument('<endpoint>')
      .option('--status <status>', 'only those: pending, delivered or exhausted'),
  ).action(
    runner.run<PageOptions & { status?: string }>(async (call, [endpoint], options) =>
      call.answer(
        await call.service.call('ListDeliveries', {
          endpoint_id: endpoint,
          status: options.status,
          ...pageOf(options),
        }),
        deliveriesTable,
      ),
    ),
  );
  webhook
    .command('resend')
    .description('send a message again, under the same webhook id')
    .argument('<endpoint>')
    .argument('<webhook>', 'its webhook id')
    .action(
      runner.run(async (call, [endpoint, id]) =>
        call.answer(
          await call.service.call('ResendDelivery', { endpoint_id: endpoint, webhook_id: id }),
          (answer) => `${text(answer, 'delivery.webhook_id') || id} is on its way again.`,
        ),
      ),
    );
  webhook
    .command('ping')
    .description('send a test message')
    .argument('<endpoint>')
    .action(
      runner.run(async (call, [endpoint]) =>
        call.answer(
          await call.service.call('SendTestPing', { endpoint_id: endpoint }),
          (answer) => `${text(answer, 'webhook_id')} is on its way.`,
        ),
      ),
    );
}
