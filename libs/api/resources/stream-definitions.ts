/** Every aggregate that this program folds. One that is missing here cannot be loaded. */
import { customer } from '@drawdown/domain/customer';
import { settings } from '@drawdown/domain/settings';
import { autoTopUp } from '@drawdown/domain/auto-top-up';
import { creditProduct } from '@drawdown/domain/catalog';
import { creditBalance, wallet } from '@drawdown/domain/balance';
import { type StreamDefinition, streamDefinitionOf, followerPosition } from '@drawdown/engine/event-store';
import { rejectedUsage } from '@drawdown/engine/usage-pipeline';
import { deliveries, webhookEndpoint } from '@drawdown/engine/webhooks';
import { testClock } from '@drawdown/engine/process-managers';

export const streamDefinitions: readonly StreamDefinition[] = [
  streamDefinitionOf(settings),
  streamDefinitionOf(customer),
  streamDefinitionOf(creditProduct),
  streamDefinitionOf(wallet),
  streamDefinitionOf(creditBalance),
  streamDefinitionOf(autoTopUp),
  streamDefinitionOf(testClock),
  streamDefinitionOf(rejectedUsage),
  streamDefinitionOf(webhookEndpoint),
  streamDefinitionOf(deliveries),
  streamDefinitionOf(followerPosition),
];
