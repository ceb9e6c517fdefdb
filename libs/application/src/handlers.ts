/** Every operation, by the name of its rpc. */
import { autoTopUpOperations } from './auto-top-ups';
import { balanceOperations } from './balances';
import { catalogOperations } from './catalog';
import { creditBalanceOperations } from './credit-balances';
import { customerOperations } from './customers';
import { holdOperations } from './holds';
import { invoiceOperations } from './invoices';
import { movementOperations } from './movements';
import type { Handlers } from './operation';
import { operatorOperations } from './operations';
import type { Parts } from './parts';
import { pricePreviewOperations } from './price-preview';
import { purchaseOperations } from './purchases';
import { rejectedUsageOperations } from './rejected-usage';
import { reportOperations } from './reports';
import { settingsOperations } from './settings';
import { topUpOperations } from './top-ups';
import { testClockOperations } from './test-clocks';
import { usageOperations } from './usage';
import { walletOperations } from './wallets';
import { watchOperations } from './watch';
import { webhookOperations } from './webhooks';

export const handlers = (parts: Parts): Handlers => ({
  ...settingsOperations(parts),
  ...pricePreviewOperations(parts),
  ...customerOperations(parts),
  ...catalogOperations(parts),
  ...walletOperations(parts),
  ...autoTopUpOperations(parts),
  ...invoiceOperations(parts),
  ...creditBalanceOperations(parts),
  ...topUpOperations(parts),
  ...holdOperations(parts),
  ...purchaseOperations(parts),
  ...usageOperations(parts),
  ...balanceOperations(parts),
  ...movementOperations(parts),
  ...watchOperations(parts),
  ...webhookOperations(parts),
  ...rejectedUsageOperations(parts),
  ...reportOperations(parts),
  ...testClockOperations(parts),
  ...operatorOperations(parts),
});
