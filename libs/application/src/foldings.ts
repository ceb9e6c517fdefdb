/** Every aggregate that this program folds. One that is missing here cannot be loaded. */
import { customer, settings } from '@drawdown/account';
import { autoTopUp } from '@drawdown/auto-top-up';
import { creditProduct } from '@drawdown/catalog';
import { creditBalance } from '@drawdown/credit-balance';
import { type Folding, foldingOf, rejectedUsage } from '@drawdown/ledger';
import { wallet } from '@drawdown/wallet';
import { deliveries, dispatcherPosition, webhookEndpoint } from '@drawdown/webhooks';
import { autoTopUpPosition } from './auto-top-up-position';
import { testClock } from './test-clock';

export const foldings: readonly Folding[] = [
  foldingOf(settings),
  foldingOf(customer),
  foldingOf(creditProduct),
  foldingOf(wallet),
  foldingOf(creditBalance),
  foldingOf(autoTopUp),
  foldingOf(autoTopUpPosition),
  foldingOf(testClock),
  foldingOf(rejectedUsage),
  foldingOf(webhookEndpoint),
  foldingOf(deliveries),
  foldingOf(dispatcherPosition),
];
