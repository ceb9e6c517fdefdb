/**
 * The idempotency keys that the service makes itself. All of them are listed here. They are stored for ever. No caller can send one:
 * keys of callers are printable ASCII, and `§` is not. Otherwise a caller could use up a key before its command comes, and money
 * would be taken and not credited.
 */
const reserved = (prefix: string, id: string): string => `${prefix}\u00a7${id}`;

export const reservedKeys = {
  /** An invoice is paid once in a wallet. */
  invoice: (invoiceId: string) => reserved('invoice', invoiceId),
  /** A reversal that the caller named is made once. */
  reversal: (reversalId: string) => reserved('reversal', reversalId),
  /**
   * A notification of a payment provider is applied once, however often it is delivered. Two notifications of one payment have two
   * keys: the wallet sees to it that a purchase is credited once.
   */
  notification: (provider: string, eventId: string) => reserved('notification', `${provider}:${eventId}`),
  /** A request of an auto top-up becomes one purchase. */
  autoTopUp: (requestId: string) => reserved('autoTopUp', requestId),
  /** A purchase whose provider would not start it has failed once. */
  purchaseNotStarted: (purchaseId: string) => reserved('purchaseNotStarted', purchaseId),
} as const;
