/** Every operation, by the name of its rpc. */
import { autoTopUpOperations } from './auto-top-ups/auto-top-ups';
import { balanceOperations } from './balances/balances';
import { catalogOperations } from './catalog/catalog';
import { creditBalanceOperations } from './credit-balances/credit-balances';
import { customerOperations } from './customers/customers';
import { holdOperations } from './holds/holds';
import { invoiceOperations } from './invoices/invoices';
import { movementOperations } from './balances/movements';
import type { Handlers } from './operation';
import { operatorOperations } from './service/operations';
import type { ApiParts } from './parts';
import { pricePreviewOperations } from './settings/price-preview';
import { purchaseOperations } from './purchases/purchases';
import { rejectedUsageOperations } from './rejected-usage/rejected-usage';
import { reportOperations } from './reports/reports';
import { settingsOperations } from './settings/settings';
import { topUpOperations } from './top-ups/top-ups';
import { testClockOperations } from './test-clocks/test-clocks';
import { usageOperations } from './usage/usage';
import { walletOperations } from './wallets/wallets';
import { watchOperations } from './balances/watch';
import { webhookOperations } from './webhooks/webhooks';

export const handlers = (parts: ApiParts): Handlers => ({
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
