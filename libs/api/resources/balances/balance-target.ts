/** The balance of a request, and the lookups in other streams before a change of it. */
import { priceInForce } from '@drawdown/domain/settings';
import type { Balance as BalanceMessage } from '@drawdown/api/contract';
import type { Instant } from '@drawdown/domain/amounts';
import { creditProduct, type CreditProduct } from '@drawdown/domain/catalog';
import { type Balance, type BalanceCommand, type BalanceTypes, creditBalance, wallet } from '@drawdown/domain/balance';
import { streams } from '@drawdown/engine/event-store';
import { balanceMessage, type BesideBalance } from './balance-message';
import { type CarriedOut, carryOut, type CommandCall, readFresh, requireCustomer, loadSettings } from '@drawdown/engine/commands';
import { Refused } from '@drawdown/api/errors';
import type { Fields } from '../request/fields';
import type { ApiParts } from '../parts';

export interface BalanceTarget {
  readonly customerId: string;
  /** Absent: the customer's wallet. */
  readonly creditProductId?: string;
  readonly aggregate: typeof wallet;
  readonly stream: string;
}

export const walletOf = (customerId: string): BalanceTarget => ({ customerId, aggregate: wallet, stream: streams.wallet(customerId) });
export const creditBalanceOf = (customerId: string, creditProductId: string): BalanceTarget => ({
  customerId,
  creditProductId,
  aggregate: creditBalance,
  stream: streams.creditBalance(customerId, creditProductId),
});

interface OfCustomer {
  readonly customer_id?: string | undefined;
}
interface OfCreditProduct extends OfCustomer {
  readonly credit_product_id?: string | undefined;
}

export const readWallet = (from: Fields<OfCustomer>): BalanceTarget => walletOf(from.customerId());
export const readCreditBalance = (from: Fields<OfCreditProduct>): BalanceTarget =>
  creditBalanceOf(from.customerId(), from.slug('credit_product_id'));
/** For requests in which an empty credit product means the wallet. */
export function readBalance(from: Fields<OfCreditProduct>): BalanceTarget {
  const customerId = from.customerId();
  const creditProductId = from.optionalSlug('credit_product_id');
  return creditProductId === undefined ? walletOf(customerId) : creditBalanceOf(customerId, creditProductId);
}

/** @throws Refused credit_product_not_found */
export const theProduct = ({ ledger }: Pick<ApiParts, 'ledger'>, creditProductId: string): Promise<CreditProduct> =>
  readFresh(ledger, creditProduct, streams.creditProduct(creditProductId), ({ state, revision }) => {
    if (revision < 0) throw new Refused({ code: 'credit_product_not_found' });
    return state;
  });

interface ChangedBalance extends CarriedOut<BalanceTypes> {
  /** The figures after the command, judged by the moment it was recorded at. */
  readonly balance: BalanceMessage;
}

/** Carries out a command on a balance. @throws Refused customer_not_found, or as the balance decides */
export async function changeBalance(
  parts: ApiParts,
  context: CommandCall,
  target: BalanceTarget,
  command: (at: Instant) => BalanceCommand | Promise<BalanceCommand>,
): Promise<ChangedBalance> {
  const done = await carryOut(parts, context, target.aggregate, target.stream, async (at) => {
    await requireCustomer(parts, target.customerId);
    return command(at);
  });
  // No credit equivalent: the price may be another one when a retry is answered.
  return { ...done, balance: balanceMessage(done.state, done.revision, done.at, await unitOf(parts, target)) };
}

/** A product's unit never changes, so the answer to a retry has the same unit. */
export const unitOf = async (
  parts: Pick<ApiParts, 'ledger'>,
  { creditProductId }: Pick<BalanceTarget, 'creditProductId'>,
): Promise<BesideBalance> => (creditProductId === undefined ? {} : { unit: (await theProduct(parts, creditProductId)).unit });

/** The facts that are shown with a balance in a query. The price is the one in force at the time. */
export async function besideOf(
  parts: Pick<ApiParts, 'ledger'>,
  target: BalanceTarget,
  { currency }: Balance,
  at: Instant,
): Promise<BesideBalance> {
  if (target.creditProductId !== undefined) return unitOf(parts, target);
  const inForce = currency === undefined ? undefined : priceInForce(await loadSettings(parts), currency, at);
  return inForce ? { creditPrice: inForce.price } : {};
}
