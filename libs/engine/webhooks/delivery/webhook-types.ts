/** The types of webhook, and which event of the ledger makes which. Receivers know these names: add, never rename. */

export const WEBHOOK_TYPES = [
  'wallet.created',
  'wallet.credited',
  'wallet.debited',
  'wallet.invoice_paid',
  'wallet.paused',
  'wallet.resumed',
  'wallet.closed',
  'wallet.low_balance',
  'wallet.run_out',
  'wallet.recovered',
  'credit_balance.created',
  'credit_balance.credited',
  'credit_balance.debited',
  'credit_balance.paused',
  'credit_balance.resumed',
  'credit_balance.closed',
  'credit_balance.low_balance',
  'credit_balance.run_out',
  'credit_balance.recovered',
  'grant.expiring',
  'grant.expired',
  'hold.expired',
  'purchase.succeeded',
  'purchase.failed',
  'purchase.flagged',
  'auto_top_up.declined',
  'auto_top_up.suspended',
  'usage.uncovered',
  'webhook_endpoint.disabled',
  'test.ping',
] as const;
export type WebhookType = (typeof WEBHOOK_TYPES)[number];

const known: ReadonlySet<string> = new Set(WEBHOOK_TYPES);
export const isWebhookType = (name: string): name is WebhookType => known.has(name);

/** The webhook types of an event of the ledger, by the category of its stream and its stored type. */
const SOURCES: Readonly<Record<string, Readonly<Record<string, readonly WebhookType[]>>>> = {
  wallet: {
    WalletCreated: ['wallet.created'],
    WalletToppedUp: ['wallet.credited'],
    CreditsConsumed: ['wallet.debited', 'usage.uncovered'],
    InvoicePaidFromWallet: ['wallet.invoice_paid'],
    InvoicePaymentReversed: ['wallet.credited'],
    TopUpVoided: ['wallet.debited'],
    CreditsDeducted: ['wallet.debited'],
    HoldCaptured: ['wallet.debited'],
    WalletPaused: ['wallet.paused'],
    WalletResumed: ['wallet.resumed'],
    WalletClosed: ['wallet.closed'],
    LowBalanceReached: ['wallet.low_balance'],
    BalanceRanOut: ['wallet.run_out'],
    BalanceRecovered: ['wallet.recovered'],
    GrantExpiring: ['grant.expiring'],
    GrantExpired: ['grant.expired'],
    HoldExpired: ['hold.expired'],
    PurchaseSucceeded: ['purchase.succeeded'],
    PurchaseFailed: ['purchase.failed'],
    PurchaseExpired: ['purchase.failed'],
    PurchaseFlagged: ['purchase.flagged'],
  },
  creditBalance: {
    CreditBalanceCreated: ['credit_balance.created'],
    CreditBalanceToppedUp: ['credit_balance.credited'],
    CreditsConsumed: ['credit_balance.debited', 'usage.uncovered'],
    TopUpVoided: ['credit_balance.debited'],
    CreditsDeducted: ['credit_balance.debited'],
    HoldCaptured: ['credit_balance.debited'],
    CreditBalancePaused: ['credit_balance.paused'],
    CreditBalanceResumed: ['credit_balance.resumed'],
    CreditBalanceClosed: ['credit_balance.closed'],
    LowBalanceReached: ['credit_balance.low_balance'],
    BalanceRanOut: ['credit_balance.run_out'],
    BalanceRecovered: ['credit_balance.recovered'],
    GrantExpiring: ['grant.expiring'],
    GrantExpired: ['grant.expired'],
    HoldExpired: ['hold.expired'],
    PurchaseSucceeded: ['purchase.succeeded'],
    PurchaseFailed: ['purchase.failed'],
    PurchaseExpired: ['purchase.failed'],
    PurchaseFlagged: ['purchase.flagged'],
  },
  autoTopUp: {
    AutoTopUpDeclined: ['auto_top_up.declined'],
    AutoTopUpExpired: ['auto_top_up.declined'],
    AutoTopUpSuspended: ['auto_top_up.suspended'],
  },
  webhookEndpoint: {
    WebhookEndpointDisabled: ['webhook_endpoint.disabled'],
    TestPingRequested: ['test.ping'],
  },
};

const NONE: readonly WebhookType[] = [];

/** All possible types of an event. The real ones may depend on its figures (see `messagesOf`). */
export const typesOf = (category: string, eventType: string): readonly WebhookType[] => SOURCES[category]?.[eventType] ?? NONE;
