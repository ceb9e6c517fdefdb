/** Which balance is meant: a customer's wallet, or the credit balance of a product. */
import type { Message } from '@drawdown/api/contract';

/** Without a product the wallet is meant. */
export const balanceOf = (customer: string, product: string): Message => ({
  customer_id: customer,
  credit_product_id: product || undefined,
});

export const PRODUCT_ARGUMENT = ['[product]', 'credit product; without it the wallet is meant'] as const;
