/**
 * Generated from the proto files by `npm run generate`. Do not edit.
 *
 * Messages by their proto names. Amounts are decimal strings, times RFC 3339 strings, 64-bit integers numbers. A text without a value
 * is empty. A field that may be absent is `optional` in the proto files.
 */

export interface RpcTypes<Service extends string, Streamed extends boolean, Request, Response> {
  readonly service: Service;
  readonly streamed: Streamed;
  readonly request: Request;
  readonly response: Response;
}

/** Every rpc by its name. */
export interface Rpcs {
  /**
   * Sets the policy and turns it on. Ends neither a purchase in flight nor a back-off nor a suspension, and what was asked for in a
   * period before counts towards the new maximum.
   */
  readonly SetAutoTopUp: RpcTypes<'AutoTopUpService', false, SetAutoTopUpRequest, SetAutoTopUpResponse>;
  /** The policy, where it stands, when it looks again, and its latest decisions. */
  readonly GetAutoTopUp: RpcTypes<'AutoTopUpService', false, GetAutoTopUpRequest, GetAutoTopUpResponse>;
  /** Turns it off. A purchase in flight goes on to its end. */
  readonly DisableAutoTopUp: RpcTypes<'AutoTopUpService', false, DisableAutoTopUpRequest, DisableAutoTopUpResponse>;
  /** Ends a suspension or a back-off and tries again. A maximum that is reached still applies. */
  readonly ResumeAutoTopUp: RpcTypes<'AutoTopUpService', false, ResumeAutoTopUpRequest, ResumeAutoTopUpResponse>;
  /** The figures of one balance, now or as of a past moment. */
  readonly GetBalance: RpcTypes<'BalanceService', false, GetBalanceRequest, GetBalanceResponse>;
  /** The wallet, if there is one, and all credit balances of a customer. */
  readonly ListBalances: RpcTypes<'BalanceService', false, ListBalancesRequest, ListBalancesResponse>;
  /** What happened to one balance, page by page; pages stay stable while new movements arrive. */
  readonly ListMovements: RpcTypes<'BalanceService', false, ListMovementsRequest, ListMovementsResponse>;
  /** Whether an amount could be spent at this moment. It reserves nothing: place a hold for that. */
  readonly CanSpend: RpcTypes<'BalanceService', false, CanSpendRequest, CanSpendResponse>;
  /** The figures at once and after every change, until the caller ends the call. Over HTTP: server-sent events. */
  readonly WatchBalance: RpcTypes<'BalanceService', true, WatchBalanceRequest, WatchBalanceResponse>;
  /** Adds a credit product with its meters and default limits. */
  readonly CreateCreditProduct: RpcTypes<'CatalogService', false, CreateCreditProductRequest, CreateCreditProductResponse>;
  /** One credit product. */
  readonly GetCreditProduct: RpcTypes<'CatalogService', false, GetCreditProductRequest, GetCreditProductResponse>;
  /** All credit products, in order of id. */
  readonly ListCreditProducts: RpcTypes<'CatalogService', false, ListCreditProductsRequest, ListCreditProductsResponse>;
  /** Adds a meter to a credit product. */
  readonly AddMeter: RpcTypes<'CatalogService', false, AddMeterRequest, AddMeterResponse>;
  /** Ends a meter: usage from then on is no longer taken by it. */
  readonly RetireMeter: RpcTypes<'CatalogService', false, RetireMeterRequest, RetireMeterResponse>;
  /** Sets what a meter weighs from a moment on. Usage already rated keeps its weight. */
  readonly SetMeterWeight: RpcTypes<'CatalogService', false, SetMeterWeightRequest, SetMeterWeightResponse>;
  /** Replaces the default limits. Balances that exist keep theirs. */
  readonly SetCreditProductLimits: RpcTypes<'CatalogService', false, SetCreditProductLimitsRequest, SetCreditProductLimitsResponse>;
  /** Gives a customer a balance of a credit product. */
  readonly CreateCreditBalance: RpcTypes<'CreditBalanceService', false, CreateCreditBalanceRequest, CreateCreditBalanceResponse>;
  /** The credit balances of one customer, in order of credit product. */
  readonly ListCreditBalances: RpcTypes<'CreditBalanceService', false, ListCreditBalancesRequest, ListCreditBalancesResponse>;
  /** Adds a grant. */
  readonly TopUpCreditBalance: RpcTypes<'CreditBalanceService', false, TopUpCreditBalanceRequest, TopUpCreditBalanceResponse>;
  /** Takes credits by hand, with a reason. Refused whole when it is more than available. */
  readonly DeductCredits: RpcTypes<'CreditBalanceService', false, DeductCreditsRequest, DeductCreditsResponse>;
  /** Stops debits and new holds. Top-ups are still accepted, expiry still runs, usage goes uncovered. */
  readonly PauseCreditBalance: RpcTypes<'CreditBalanceService', false, PauseCreditBalanceRequest, PauseCreditBalanceResponse>;
  /** Allows debits again. */
  readonly ResumeCreditBalance: RpcTypes<'CreditBalanceService', false, ResumeCreditBalanceRequest, ResumeCreditBalanceResponse>;
  /** Ends the balance for good and posts what was left as an entry. Refused while holds are open. */
  readonly CloseCreditBalance: RpcTypes<'CreditBalanceService', false, CloseCreditBalanceRequest, CloseCreditBalanceResponse>;
  /** Replaces the warning lines. */
  readonly SetCreditBalanceLimits: RpcTypes<'CreditBalanceService', false, SetCreditBalanceLimitsRequest, SetCreditBalanceLimitsResponse>;
  /** Registers a customer. Usage of an unknown customer is rejected, so do this first. */
  readonly CreateCustomer: RpcTypes<'CustomerService', false, CreateCustomerRequest, CreateCustomerResponse>;
  /** One customer. */
  readonly GetCustomer: RpcTypes<'CustomerService', false, GetCustomerRequest, GetCustomerResponse>;
  /** All customers, in order of id. */
  readonly ListCustomers: RpcTypes<'CustomerService', false, ListCustomersRequest, ListCustomersResponse>;
  /** Sets value aside. Refused whole when it is more than available. */
  readonly PlaceHold: RpcTypes<'HoldService', false, PlaceHoldRequest, PlaceHoldResponse>;
  /** Debits a hold, all or part. */
  readonly CaptureHold: RpcTypes<'HoldService', false, CaptureHoldRequest, CaptureHoldResponse>;
  /** Gives back what is still held, to the grants it came from. */
  readonly ReleaseHold: RpcTypes<'HoldService', false, ReleaseHoldRequest, ReleaseHoldResponse>;
  /**
   * Pays the most that the wallet can, in whole minor units, and says what remains due. An invoice is paid once: asked again, whatever
   * the idempotency key, it is the first answer; with another amount or currency it is refused. A wallet that is paused or closed,
   * disabled wallets and an empty wallet pay nothing and say why: that is an answer too, and records nothing, so the invoice may be
   * tried later; what it bills stays unbilled until then. Paid in part it is done: what remains is to be paid by other means.
   */
  readonly PayInvoice: RpcTypes<'InvoiceService', false, PayInvoiceRequest, PayInvoiceResponse>;
  /**
   * Gives back a payment, all or part, to the very grants it was taken from, the last taken first. What has expired since expires
   * at once. Works while paused.
   */
  readonly ReverseInvoicePayment: RpcTypes<'InvoiceService', false, ReverseInvoicePaymentRequest, ReverseInvoicePaymentResponse>;
  /** What a wallet paid of an invoice, and what of it was given back. */
  readonly GetInvoicePayment: RpcTypes<'InvoiceService', false, GetInvoicePaymentRequest, GetInvoicePaymentResponse>;
  /** Checks the whole ledger: the hash chain, the sums, and the projections against the streams. The last message is the summary. */
  readonly VerifyLedger: RpcTypes<'OperationsService', true, VerifyLedgerRequest, VerifyLedgerResponse>;
  /** Deletes all derived state and builds it again from the streams. */
  readonly RebuildProjections: RpcTypes<'OperationsService', false, RebuildProjectionsRequest, RebuildProjectionsResponse>;
  /** The version, the parts and the positions of this process. */
  readonly GetStatus: RpcTypes<'OperationsService', false, GetStatusRequest, GetStatusResponse>;
  /**
   * Asks a payment provider for the money. Nothing is credited by it. Safe to send again under the same key until it is answered: the
   * provider is asked for the same payment again, never for a second one.
   */
  readonly StartPurchase: RpcTypes<'PurchaseService', false, StartPurchaseRequest, StartPurchaseResponse>;
  /** One purchase, with its notifications. */
  readonly GetPurchase: RpcTypes<'PurchaseService', false, GetPurchaseRequest, GetPurchaseResponse>;
  /** The purchases of a customer, the newest first. */
  readonly ListPurchases: RpcTypes<'PurchaseService', false, ListPurchasesRequest, ListPurchasesResponse>;
  /**
   * Says that money was paid for a purchase by the provider "manual". Other providers confirm by their own signed notifications, and by hand
   * it is refused as PURCHASE_OF_OTHER_PROVIDER. Money that is not what was asked for is recorded as flagged, refused as
   * PURCHASE_FLAGGED, and never credited. A caller may correct a mistyped amount: the purchase is credited once at most. One payment is
   * credited to one purchase of a wallet.
   */
  readonly ConfirmPurchase: RpcTypes<'PurchaseService', false, ConfirmPurchaseRequest, ConfirmPurchaseResponse>;
  /** Says that no money will come, or gives a purchase up. Money that a provider takes for it after all is credited all the same. */
  readonly FailPurchase: RpcTypes<'PurchaseService', false, FailPurchaseRequest, FailPurchaseResponse>;
  /** Rejected usage, newest first. */
  readonly ListRejectedUsage: RpcTypes<'RejectedUsageService', false, ListRejectedUsageRequest, ListRejectedUsageResponse>;
  /** One rejected usage event with its original bytes. */
  readonly GetRejectedUsage: RpcTypes<'RejectedUsageService', false, GetRejectedUsageRequest, GetRejectedUsageResponse>;
  /** Sends it through intake again, after the cause has been fixed. */
  readonly ReplayRejectedUsage: RpcTypes<'RejectedUsageService', false, ReplayRejectedUsageRequest, ReplayRejectedUsageResponse>;
  /** What the account owes its customers, and what became of what they were given, at any past moment. */
  readonly GetLiabilityReport: RpcTypes<'ReportService', false, GetLiabilityReportRequest, GetLiabilityReportResponse>;
  /** The settings in force and the revision they have. */
  readonly GetSettings: RpcTypes<'SettingsService', false, GetSettingsRequest, GetSettingsResponse>;
  /**
   * Changes what is given and leaves the rest. Refused when expected_revision is given and no longer the present one. Where nothing
   * is another than before, nothing is recorded and the revision stays.
   */
  readonly UpdateSettings: RpcTypes<'SettingsService', false, UpdateSettingsRequest, UpdateSettingsResponse>;
  /**
   * What a change of credit prices would do, before anybody makes it: each wallet whose unit equivalent it moves, then the totals as
   * the last message. No money moves, with the change or without.
   */
  readonly PreviewPriceChange: RpcTypes<'SettingsService', true, PreviewPriceChangeRequest, PreviewPriceChangeResponse>;
  /** What time it is. */
  readonly GetTestClock: RpcTypes<'TestClockService', false, GetTestClockRequest, GetTestClockResponse>;
  /**
   * Advances the clock. Everything that becomes due on the way happens in order, each at its own moment, before the answer. A retry under the
   * same key advances to the same moment. Of two calls at once, the second starts where the first ended.
   */
  readonly AdvanceTestClock: RpcTypes<'TestClockService', false, AdvanceTestClockRequest, AdvanceTestClockResponse>;
  /**
   * Takes back what is left of one grant: one that was added by mistake, or whose payment was taken back. Works while paused.
   * Refused while any of it is held.
   */
  readonly VoidTopUp: RpcTypes<'TopUpService', false, VoidTopUpRequest, VoidTopUpResponse>;
  /** One usage event. */
  readonly SendUsage: RpcTypes<'UsageService', false, SendUsageRequest, SendUsageResponse>;
  /** Up to 1,000 usage events: good ones are applied, bad ones are listed, neither holds up the other. More are refused whole. */
  readonly SendUsageBatch: RpcTypes<'UsageService', false, SendUsageBatchRequest, SendUsageBatchResponse>;
  /** Opens the customer's wallet. Refused until a credit price exists for the customer's currency. */
  readonly CreateWallet: RpcTypes<'WalletService', false, CreateWalletRequest, CreateWalletResponse>;
  /** Adds a grant, given in credits and converted to money at the credit price in force. */
  readonly AddCredits: RpcTypes<'WalletService', false, AddCreditsRequest, AddCreditsResponse>;
  /** Stops debits and new holds. Credits are still accepted, expiry still runs, usage goes uncovered. */
  readonly PauseWallet: RpcTypes<'WalletService', false, PauseWalletRequest, PauseWalletResponse>;
  /** Allows debits again. */
  readonly ResumeWallet: RpcTypes<'WalletService', false, ResumeWalletRequest, ResumeWalletResponse>;
  /** Ends the wallet for good and posts what was left as an entry. Refused while holds are open. */
  readonly CloseWallet: RpcTypes<'WalletService', false, CloseWalletRequest, CloseWalletResponse>;
  /** Replaces the warning lines. */
  readonly SetWalletLimits: RpcTypes<'WalletService', false, SetWalletLimitsRequest, SetWalletLimitsResponse>;
  /** Adds an endpoint. The answer is the only one that carries its secret. */
  readonly CreateWebhookEndpoint: RpcTypes<'WebhookService', false, CreateWebhookEndpointRequest, CreateWebhookEndpointResponse>;
  /** One endpoint. */
  readonly GetWebhookEndpoint: RpcTypes<'WebhookService', false, GetWebhookEndpointRequest, GetWebhookEndpointResponse>;
  /** All endpoints, in order of id. */
  readonly ListWebhookEndpoints: RpcTypes<'WebhookService', false, ListWebhookEndpointsRequest, ListWebhookEndpointsResponse>;
  /** Changes what is given and leaves the rest. */
  readonly UpdateWebhookEndpoint: RpcTypes<'WebhookService', false, UpdateWebhookEndpointRequest, UpdateWebhookEndpointResponse>;
  /** Delivers to it again, from now on. */
  readonly EnableWebhookEndpoint: RpcTypes<'WebhookService', false, EnableWebhookEndpointRequest, EnableWebhookEndpointResponse>;
  /** Delivers nothing to it. */
  readonly DisableWebhookEndpoint: RpcTypes<'WebhookService', false, DisableWebhookEndpointRequest, DisableWebhookEndpointResponse>;
  /** Ends it for good. */
  readonly DeleteWebhookEndpoint: RpcTypes<'WebhookService', false, DeleteWebhookEndpointRequest, DeleteWebhookEndpointResponse>;
  /** Gives it a new secret. For 24 hours messages are signed with both. */
  readonly RotateWebhookSecret: RpcTypes<'WebhookService', false, RotateWebhookSecretRequest, RotateWebhookSecretResponse>;
  /** Sends a message of type test.ping to it. */
  readonly SendTestPing: RpcTypes<'WebhookService', false, SendTestPingRequest, SendTestPingResponse>;
  /** What was sent to it, newest first. */
  readonly ListDeliveries: RpcTypes<'WebhookService', false, ListDeliveriesRequest, ListDeliveriesResponse>;
  /** Sends a message again, under the same webhook id. */
  readonly ResendDelivery: RpcTypes<'WebhookService', false, ResendDeliveryRequest, ResendDeliveryResponse>;
}

export type AutoTopUpFigure = 'available' | 'projected';

export type AutoTopUpPeriod = 'day' | 'week' | 'month';

export type AutoTopUpPhase = 'off' | 'suspended' | 'starting' | 'in_flight' | 'backing_off' | 'cooling_down' | 'ready';

export type BalanceStatus = 'open' | 'paused' | 'closed';

export type ConfirmationOutcome = 'credited' | 'already_credited';

export type DeliveryStatus = 'pending' | 'delivered' | 'exhausted';

export type DrawsOn = 'credit_balance' | 'wallet_immediate' | 'wallet_on_invoice';

export type FailureOutcome = 'failed' | 'already_ended';

export type MovementType = 'created' | 'credited' | 'consumed' | 'deducted' | 'hold_placed' | 'hold_captured' | 'hold_released' | 'hold_expired' | 'grant_expired' | 'paused' | 'resumed' | 'closed' | 'limits_set' | 'low_balance' | 'run_out' | 'recovered' | 'grant_effective' | 'top_up_voided' | 'accrued' | 'invoice_paid' | 'invoice_payment_reversed' | 'purchase_started' | 'purchase_succeeded' | 'purchase_failed' | 'purchase_expired' | 'purchase_flagged' | 'grant_expiring' | 'duplicate_notification';

export type Origin = 'paid' | 'free';

export type Overrun = 'refuse' | 'from_available';

export type PurchaseStatus = 'pending' | 'succeeded' | 'failed' | 'expired';

export type PurchasedBy = 'staff' | 'portal' | 'auto_top_up';

export type RejectedUsageStatus = 'open' | 'replayed';

export type UsageStatus = 'applied' | 'duplicate' | 'rejected' | 'queued';

export type WebhookEndpointStatus = 'enabled' | 'disabled';

/** Adds credits. */
export type AddCreditsRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** How many credits, as a decimal string above zero. Converted at the credit price in force. */
  readonly credits: string;
  /** Paid or free. Free is refused unless the settings allow it. */
  readonly origin: Origin;
  /** Lower is taken first, 0 to 255. Absent: 100. */
  readonly priority: number | undefined;
  /** Covers usage from then on. Absent: usage of any time before it expires. */
  readonly effective_at: string;
  /** Covers usage before then. Absent: never expires. */
  readonly expires_at: string;
  /** The caller's own reference, such as a payment id; needed for paid credits. At most 256 characters. */
  readonly reference: string;
  /** The caller's own notes: at most 20, names up to 64 and values up to 512 characters. */
  readonly metadata: Readonly<Record<string, string>>;
};

/** The wallet after the command. */
export type AddCreditsResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The figures. */
  readonly balance: Balance;
  /** The grant that was added, in money. */
  readonly grant: Grant;
  /** The credit price it was converted at. */
  readonly credit_price: string;
  /** Which of the currency's prices that was. */
  readonly credit_price_version: number;
};

/** Adds a meter. */
export type AddMeterRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Which credit product, such as "api-calls". */
  readonly credit_product_id: string;
  /** The meter. */
  readonly meter: NewMeter;
};

/** The credit product as it is now. */
export type AddMeterResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The credit product. */
  readonly credit_product: CreditProduct;
};

/** Moves time on: give one of the two. */
export type AdvanceTestClockRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** To this moment; not before what it is now. */
  readonly to: string;
  /** By so many seconds, up to 400 days. */
  readonly by_seconds: number | undefined;
};

/** The time after it. */
export type AdvanceTestClockResponse = {
  /** What time it is. */
  readonly now: string;
};

/** How much one debit took from one grant. */
export type Allocation = {
  /** The grant. */
  readonly grant_id: string;
  /** What was taken, as a decimal string. */
  readonly amount: string;
};

/** An auto top-up as it stands. */
export type AutoTopUp = {
  /** Whose. */
  readonly customer_id: string;
  /** ISO 4217 code of the wallet. */
  readonly currency: string;
  /** What was set last. */
  readonly policy: AutoTopUpPolicy;
  /** Where it stands. */
  readonly phase: AutoTopUpPhase;
  /** The request in flight, such as "a1". Empty: none. */
  readonly request_id: string;
  /** Its purchase, once it was started. */
  readonly purchase_id: string;
  /** Failures in a row. */
  readonly failures: number;
  /** When the auto top-up decides again by itself. Absent: it waits for an event. */
  readonly considered_again_at: string | undefined;
};

/** One decision, or what became of it. */
export type AutoTopUpDecision = {
  /** Its place in the stream of the auto top-up. */
  readonly revision: number;
  /**
   * What it was: "configured", "disabled", "resumed", "requested", "skipped", "withdrawn" (no purchase was made of the request, for
   * the account or the wallet refused one: no failure of a payment), "started", "succeeded", "declined", "expired" or "suspended".
   */
  readonly type: string;
  /** When. */
  readonly at: string;
  /**
   * Why it was skipped, withdrawn, declined, disabled or suspended. Skipped: "disabled", "suspended", "in_flight", "not_needed",
   * "not_due", "target_reached", "wallet_paused", "wallets_disabled", "no_credit_price", "too_many_purchases", "backing_off",
   * "cooling_down", "maximum_count" or "maximum_money".
   */
  readonly reason: string;
  /** Which request it is about, such as "a1". */
  readonly request_id: string;
  /** The purchase of the request, such as "p1". */
  readonly purchase_id: string;
  /** How much was asked for, or has come, as a decimal string. */
  readonly amount: string;
  /** What the wallet had available at the decision, as a decimal string. */
  readonly available: string;
  /** What was projected at the decision, as a decimal string. */
  readonly projected: string;
  /** What was pending at the decision, as a decimal string. */
  readonly pending: string;
  /** When the auto top-up decides or tries again by itself. Absent: it waits for an event. */
  readonly again_at: string | undefined;
};

/** When to top up, with how much, and how often at most. Amounts are decimal strings in the wallet's currency. */
export type AutoTopUpPolicy = {
  /** When the figure, with what is pending, is at this or below. */
  readonly threshold?: string | undefined;
  /** Every so many days of 24 hours, 1 to 366. */
  readonly every_days?: number | undefined;
  /** At 00:00 UTC of this day of every month, 1 to 31; of the last one where a month is shorter. */
  readonly day_of_month?: number | undefined;
  /** With every_days, and refused otherwise: the first time. Absent: so many days from now. */
  readonly starting_at: string | undefined;
  /** Always this much, in whole minor units. */
  readonly amount?: string | undefined;
  /** As much as is missing up to this, rounded up to the minor unit. */
  readonly target?: string | undefined;
  /** With target, and refused otherwise: at least this much. Providers refuse tiny payments. */
  readonly minimum: string;
  /** The figure that the threshold is compared with. Not given: available. */
  readonly figure: AutoTopUpFigure;
  /** From one request to the next at least, in seconds, up to 31 days. */
  readonly cooldown_seconds: number;
  /** What the maximum is of. Not given: month. */
  readonly maximum_period: AutoTopUpPeriod;
  /**
   * Money asked for in one period at most, whatever becomes of it: a declined or expired request may be paid late, and is credited
   * then. So no more than this can come of the requests of one period, and leave room in it for tries after a decline.
   */
  readonly maximum_money: string;
  /** Requests in one period at most, whatever becomes of them, 1 to 100. Those that were withdrawn do not count. */
  readonly maximum_count: number;
};

/** The figures of one wallet or credit balance at one revision. Amounts are decimal strings in the balance's own measure. */
export type Balance = {
  /** Whose. */
  readonly customer_id: string;
  /** Empty for the wallet. */
  readonly credit_product_id: string;
  /** For people. */
  readonly name: string;
  /** Whether it may be used. */
  readonly status: BalanceStatus;
  /** ISO 4217 code of a wallet. Empty for a credit balance. */
  readonly currency: string;
  /** What one is called in a credit balance. Empty for a wallet. */
  readonly unit: string;
  /** All that grants still have. */
  readonly booked: string;
  /** What open holds keep. */
  readonly held: string;
  /** What can be spent now: booked and eligible, less held. */
  readonly available: string;
  /** Purchases not yet confirmed. */
  readonly pending: string;
  /** Available less unbilled. May be below zero: that usage has happened, and no grant was touched by it yet. */
  readonly projected: string;
  /** Usage beyond what was available, in all. */
  readonly uncovered: string;
  /** Debits for usage, in all. */
  readonly consumed: string;
  /**
   * Booked in credits at the credit price in force. Wallets only, where a price exists, and not in answers to commands other than
   * AddCredits: a price may change between a command and its retry.
   */
  readonly credit_equivalent: string;
  /** Grants that still have value, in burn-down order. */
  readonly grants: readonly Grant[];
  /** Open holds, oldest first. */
  readonly holds: readonly Hold[];
  /** The warning lines. */
  readonly limits: readonly LimitStatus[];
  /** Revision of the balance's stream that these figures speak of, from 0. */
  readonly revision: number;
  /** The moment that eligibility and expiry were judged by. */
  readonly as_of: string;
  /** Usage that waits for its invoice. */
  readonly unbilled: string;
};

/** Asks whether an amount could be spent. */
export type CanSpendRequest = {
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Empty: the wallet. */
  readonly credit_product_id: string;
  /** How much, as a decimal string above zero, in the balance's own measure. */
  readonly amount: string;
  /** The answer is of this revision or of a later one. Absent: of any. */
  readonly min_revision: number | undefined;
};

/** Whether it could. */
export type CanSpendResponse = {
  /** True: a debit of the amount would be covered at this revision and moment. */
  readonly can_spend: boolean;
  /** Why not, such as "insufficient_credits". Empty when it could. */
  readonly reason: string;
  /** What could be spent. */
  readonly available: string;
  /** What is lacking; "0" when nothing is. */
  readonly shortfall: string;
  /** Revision that the answer speaks of. */
  readonly revision: number;
  /** The moment that the answer speaks of. */
  readonly as_of: string;
};

/** Debits a hold. */
export type CaptureHoldRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Empty: the wallet. */
  readonly credit_product_id: string;
  /** Which hold. */
  readonly hold_id: string;
  /** How much, as a decimal string above zero. */
  readonly amount: string;
  /** True: what is not captured stays held. False: it is released. */
  readonly keep_open: boolean;
  /** What to do when the amount is more than is held. Not given: refuse. */
  readonly overrun: Overrun;
};

/** The balance after the command. */
export type CaptureHoldResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The figures. */
  readonly balance: Balance;
  /** The hold after the capture. */
  readonly hold: Hold;
  /** The grants it took from, and how much of each. */
  readonly allocations: readonly Allocation[];
};

/** Ends a credit balance. */
export type CloseCreditBalanceRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Which credit product, such as "api-calls". */
  readonly credit_product_id: string;
  /** Why, for the record. Needed; at most 256 characters. */
  readonly reason: string;
};

/** The credit balance after the command. */
export type CloseCreditBalanceResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The figures. */
  readonly balance: Balance;
  /** What was left and has been posted away, as a decimal string. */
  readonly residual: string;
};

/** Ends a wallet. */
export type CloseWalletRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Why, for the record. Needed; at most 256 characters. */
  readonly reason: string;
};

/** The wallet after the command. */
export type CloseWalletResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The figures. */
  readonly balance: Balance;
  /** What was left and has been posted away, as a decimal string. */
  readonly residual: string;
};

/** Says that money was paid. */
export type ConfirmPurchaseRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Which purchase. */
  readonly purchase_id: string;
  /** What was paid, as a decimal string: not what was asked for. */
  readonly amount: string;
  /** ISO 4217 code of what was paid. */
  readonly currency: string;
  /**
   * The payment, as the caller knows it: a transfer, a receipt. In one wallet the same is the same payment, and is credited to one
   * purchase only; for another one it is flagged as "payment_of_other_purchase". A payment that pays for several purchases is confirmed
   * with a payment_id for each share, such as "pay-7/1" and "pay-7/2". At most 128 characters.
   */
  readonly payment_id: string;
  /**
   * The caller's own id of this event, unique within the wallet for ever: with other contents it is refused as PAYMENT_EVENT_CONFLICT.
   * Repeated under the same request_id, or without one, it gets the first answer. Under another request_id the outcome is
   * ALREADY_CREDITED. Empty: an id is made of the request, and only the same request_id gets the first answer. At most 128
   * characters.
   */
  readonly event_id: string;
};

/** The wallet after the command. */
export type ConfirmPurchaseResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The figures. */
  readonly balance: Balance;
  /** What became of it. */
  readonly outcome: ConfirmationOutcome;
  /** The grant that was added. Absent when it was there already. */
  readonly grant: Grant | undefined;
};

/** What a grant was paid with, kept for reporting; it changes no balance. */
export type CostBasis = {
  /** What was paid, as a decimal string in whole or fractional units of the currency. */
  readonly amount: string;
  /** ISO 4217 code, such as "EUR". */
  readonly currency: string;
};

/** Gives a customer a credit balance. */
export type CreateCreditBalanceRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Which credit product, such as "api-calls". */
  readonly credit_product_id: string;
  /** For people, at most 128 characters. Empty: the credit product's name. */
  readonly name: string;
  /** Free credits to begin with, as a decimal string. Empty: none. */
  readonly starting_balance: string;
  /** Warning lines, at most 8. Empty: those of the credit product. */
  readonly limits: readonly Limit[];
  /** True: no warning lines, whatever the credit product has. */
  readonly no_limits: boolean;
};

/** The credit balance after the command. */
export type CreateCreditBalanceResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The figures. */
  readonly balance: Balance;
};

/** Adds a credit product. */
export type CreateCreditProductRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Chosen by the account. a-z, 0-9, "_", ".", "-"; at most 64. */
  readonly credit_product_id: string;
  /** For people, 1 to 128 characters. */
  readonly name: string;
  /** What one is called, 1 to 64 characters. */
  readonly unit: string;
  /** At least one is needed before usage can consume the product; more can be added later. */
  readonly meters: readonly NewMeter[];
  /** Default limits of new credit balances, at most 8. */
  readonly limits: readonly Limit[];
};

/** The credit product as it is now. */
export type CreateCreditProductResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The credit product. */
  readonly credit_product: CreditProduct;
};

/** Registers a customer. */
export type CreateCustomerRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** The id by which usage events will name the customer in their subject. */
  readonly customer_id: string;
  /** ISO 4217 code, such as "EUR". It cannot be changed later. */
  readonly currency: string;
};

/** The customer as registered. */
export type CreateCustomerResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The customer. */
  readonly customer: Customer;
};

/** Opens a wallet. */
export type CreateWalletRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Warning lines, at most 8. Empty: the default limits of the settings for the customer's currency. */
  readonly limits: readonly Limit[];
  /** True: no warning lines, whatever the settings say. */
  readonly no_limits: boolean;
};

/** The wallet after the command. */
export type CreateWalletResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The figures. */
  readonly balance: Balance;
};

/** Adds an endpoint. */
export type CreateWebhookEndpointRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** http or https, at most 2,048 characters, without user name or password. */
  readonly url: string;
  /** Only these types. Empty: all. */
  readonly event_types: readonly string[];
  /** For people, at most 256 characters. */
  readonly description: string;
};

/** The endpoint and its secret. */
export type CreateWebhookEndpointResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The endpoint. */
  readonly endpoint: WebhookEndpoint;
  /** "whsec_" and base64. Keep it: it is not shown again. */
  readonly secret: string;
};

/** What one wallet credit is worth in a currency, from a moment on. */
export type CreditPrice = {
  /** ISO 4217 code, such as "EUR". */
  readonly currency: string;
  /** Money per credit, as a decimal string above zero with at most 9 digits after the point. */
  readonly price: string;
  /**
   * In force from then on, until the next of its currency begins. Absent: at once, and where the same price is in force already nothing is
   * changed. A time that is past prices usage of then that comes later, not what was charged, and not usage of after another price's
   * beginning. Before the first beginning of a currency its first price counts, unless that was scheduled ahead. Always there in answers.
   */
  readonly effective_at: string;
  /** Counts the prices of this currency from 1. Set by the ledger; leave it out of requests. */
  readonly version: number;
};

/** Defines a unit of value and what consumes it. */
export type CreditProduct = {
  /** Chosen by the account. a-z, 0-9, "_", ".", "-"; at most 64. */
  readonly credit_product_id: string;
  /** For people. */
  readonly name: string;
  /** What one is called, such as "API credit". */
  readonly unit: string;
  /** The meters, retired ones included. */
  readonly meters: readonly Meter[];
  /** Copied to every new credit balance that names none of its own. */
  readonly limits: readonly Limit[];
};

/** All wallets of one currency. */
export type CurrencyLiability = {
  /** ISO 4217 code. */
  readonly currency: string;
  /** Wallets that had been created by then, closed ones included. */
  readonly wallets: number;
  /** What customers paid for. */
  readonly paid: Liability;
  /** What was given away. */
  readonly free: Liability;
};

/** What the change would do to all wallets of one currency. Each figure is the sum of what the wallets have. */
export type CurrencyPricePreview = {
  /** ISO 4217 code. */
  readonly currency: string;
  /** The moment whose prices are compared: now, or the effective time of a price that begins later. */
  readonly compared_at: string;
  /** The price in force then without the change. Empty where there is none. */
  readonly price_before: string;
  /** The price in force then with the change. */
  readonly price_after: string;
  /** Whether it is another. */
  readonly moves: boolean;
  /** How many wallets there are, closed ones left out. */
  readonly wallets: number;
  /** In money. */
  readonly booked: string;
  /** In money. */
  readonly available: string;
  /** Absent where there is no price. */
  readonly before: UnitEquivalents | undefined;
  /** Absent where there is no price. */
  readonly after: UnitEquivalents | undefined;
};

/** A payer. */
export type Customer = {
  /** Chosen by the account: 1 to 128 bytes, printable, no white space at the ends. */
  readonly customer_id: string;
  /** ISO 4217 code of the currency that the customer is billed in. */
  readonly currency: string;
  /** When the customer was registered. */
  readonly created_at: string;
};

/** Takes credits by hand. */
export type DeductCreditsRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Which credit product, such as "api-calls". */
  readonly credit_product_id: string;
  /** How many, as a decimal string above zero. */
  readonly amount: string;
  /** Why, for the record. Needed; at most 256 characters. */
  readonly reason: string;
  /** The caller's own reference. At most 256 characters. */
  readonly reference: string;
};

/** The credit balance after the command. */
export type DeductCreditsResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The figures. */
  readonly balance: Balance;
  /** The grants it took from, and how much of each. */
  readonly allocations: readonly Allocation[];
};

/** A warning line that new wallets begin with. */
export type DefaultLimit = {
  /** The line. An amount needs a currency; a percentage may go to wallets of all currencies. */
  readonly limit: Limit;
  /** For wallets of this currency only. Empty: for those of all. */
  readonly currency: string;
};

/** Ends an endpoint. */
export type DeleteWebhookEndpointRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Which. */
  readonly endpoint_id: string;
};

/** The endpoint is gone. */
export type DeleteWebhookEndpointResponse = {
  /** Revision that the command made. */
  readonly revision: number;
};

/** One message to one endpoint. */
export type Delivery = {
  /** The same in every attempt: receivers recognise repeats by it. */
  readonly webhook_id: string;
  /** Such as "wallet.low_balance". */
  readonly event_type: string;
  /** Where it stands. */
  readonly status: DeliveryStatus;
  /** The stream of the ledger event it was made from. */
  readonly stream: string;
  /** The revision of that event. */
  readonly revision: number;
  /** The attempts so far, oldest first. */
  readonly attempts: readonly DeliveryAttempt[];
  /** Absent unless pending. */
  readonly next_attempt_at: string | undefined;
};

/** One try. */
export type DeliveryAttempt = {
  /** When. */
  readonly at: string;
  /** What the endpoint answered; 0 when there was no answer. */
  readonly status_code: number;
  /** What went wrong; empty when it was delivered. */
  readonly error: string;
  /** How long it took, in milliseconds. */
  readonly duration_ms: number;
};

/** Turns it off. */
export type DisableAutoTopUpRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Why. At most 256 characters. */
  readonly reason: string;
};

/** The auto top-up after the command. */
export type DisableAutoTopUpResponse = {
  /** Revision of the auto top-up. */
  readonly revision: number;
  /** How it stands. */
  readonly auto_top_up: AutoTopUp;
};

/** Disables an endpoint. */
export type DisableWebhookEndpointRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Which. */
  readonly endpoint_id: string;
};

/** The endpoint after the command. */
export type DisableWebhookEndpointResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The endpoint. */
  readonly endpoint: WebhookEndpoint;
};

/** Enables an endpoint. */
export type EnableWebhookEndpointRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Which. */
  readonly endpoint_id: string;
};

/** The endpoint after the command. */
export type EnableWebhookEndpointResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The endpoint. */
  readonly endpoint: WebhookEndpoint;
};

/** Says that no money will come. */
export type FailPurchaseRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Which purchase. */
  readonly purchase_id: string;
  /** Why, in one word such as "declined". At most 64 characters. */
  readonly code: string;
  /** The same for people. At most 256 characters. */
  readonly reason: string;
  /**
   * The caller's own id of this event, unique within the wallet for ever, as that of a confirmation: under another request_id it is
   * answered as ALREADY_ENDED. Empty: none. At most 128 characters.
   */
  readonly event_id: string;
};

/** The wallet after the command. */
export type FailPurchaseResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The figures. */
  readonly balance: Balance;
  /** What became of it. */
  readonly outcome: FailureOutcome;
};

/** Asks for one. */
export type GetAutoTopUpRequest = {
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Answer only when at least this revision is known. Absent: what is known. */
  readonly min_revision: number | undefined;
  /** How many decisions to tell, 1 to 1000, the newest first. 0: 100. */
  readonly page_size: number;
  /** next_page_token of the answer before, for older decisions. */
  readonly page_token: string;
};

/** One auto top-up. */
export type GetAutoTopUpResponse = {
  /** Revision of the auto top-up. */
  readonly revision: number;
  /** When the answer was true. */
  readonly as_of: string;
  /** How it stands. */
  readonly auto_top_up: AutoTopUp;
  /** What was decided, the newest first. */
  readonly decisions: readonly AutoTopUpDecision[];
  /** For older decisions. Empty: there are none. */
  readonly next_page_token: string;
};

/** Asks for the figures of one balance. */
export type GetBalanceRequest = {
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Empty: the wallet. */
  readonly credit_product_id: string;
  /** The answer is of this revision or of a later one. Absent: of any. */
  readonly min_revision: number | undefined;
  /** As the ledger knew it at that moment. Absent: now. */
  readonly at: string;
};

/** The figures of one balance. */
export type GetBalanceResponse = {
  /** Revision that the answer speaks of. */
  readonly revision: number;
  /** The moment that the answer speaks of. */
  readonly as_of: string;
  /** The figures. */
  readonly balance: Balance;
};

/** Asks for one credit product. */
export type GetCreditProductRequest = {
  /** Which credit product, such as "api-calls". */
  readonly credit_product_id: string;
  /** The answer is of this revision or of a later one. Absent: of any. */
  readonly min_revision: number | undefined;
};

/** One credit product. */
export type GetCreditProductResponse = {
  /** Revision that the answer speaks of. */
  readonly revision: number;
  /** When this was read. */
  readonly as_of: string;
  /** The credit product. */
  readonly credit_product: CreditProduct;
};

/** Asks for one customer. */
export type GetCustomerRequest = {
  /** The customer's id. */
  readonly customer_id: string;
  /** The answer is of this revision or of a later one. Absent: of any. */
  readonly min_revision: number | undefined;
};

/** One customer. */
export type GetCustomerResponse = {
  /** Revision that the answer speaks of. */
  readonly revision: number;
  /** When this was read. */
  readonly as_of: string;
  /** The customer. */
  readonly customer: Customer;
};

/** Asks what was paid of an invoice. */
export type GetInvoicePaymentRequest = {
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** The caller's own. */
  readonly invoice_id: string;
  /** Answer no earlier state than this revision of the wallet; wait for it a short while, otherwise fail. Absent: whatever is known. */
  readonly min_revision: number | undefined;
};

/** What was paid of an invoice. */
export type GetInvoicePaymentResponse = {
  /** Revision of the wallet that the answer speaks of. */
  readonly revision: number;
  /** When this was read. */
  readonly as_of: string;
  /** The payment. */
  readonly payment: InvoicePayment;
};

/** Asks for the report. */
export type GetLiabilityReportRequest = {
  /**
   * Entries up to this moment count, and none of later ones: by when they were written (recorded_at of the movement), not by an
   * effective_at, which may lie long before. So sum movements by recorded_at. What becomes due by itself and is posted late (expiries)
   * counts from its own moment, or from the entry before it in the wallet where that is later. Absent: now.
   */
  readonly at: string;
};

/** The report. */
export type GetLiabilityReportResponse = {
  /** The moment that the report speaks of. */
  readonly as_of: string;
  /** In order of currency. A currency without wallets by then is absent. */
  readonly currencies: readonly CurrencyLiability[];
};

/** Asks for a purchase. */
export type GetPurchaseRequest = {
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Which. */
  readonly purchase_id: string;
  /** The answer is of this revision or of a later one. Absent: of any. */
  readonly min_revision: number | undefined;
};

/** A purchase. */
export type GetPurchaseResponse = {
  /** Revision that the answer speaks of. */
  readonly revision: number;
  /** The moment that the answer speaks of. */
  readonly as_of: string;
  /** The purchase. */
  readonly purchase: Purchase;
};

/** Asks for one rejected usage event. */
export type GetRejectedUsageRequest = {
  /** Which. */
  readonly rejection_id: string;
};

/** One rejected usage event. */
export type GetRejectedUsageResponse = {
  /** The event with its original bytes. */
  readonly rejected_usage: RejectedUsage;
  /** When this was read. */
  readonly as_of: string;
};

/** Asks for the settings. */
export type GetSettingsRequest = {
  /** The answer is of this revision or of a later one. Absent: of any. */
  readonly min_revision: number | undefined;
};

/** The settings. */
export type GetSettingsResponse = {
  /** Revision of the settings; -1 before the first change. Over HTTP also the ETag. */
  readonly revision: number;
  /** When this was read. */
  readonly as_of: string;
  /** The settings in force. */
  readonly settings: Settings;
};

/** Asks for the status. */
export type GetStatusRequest = {
};

/** The status. */
export type GetStatusResponse = {
  /** Version of the program. */
  readonly version: string;
  /** When it started. */
  readonly started_at: string | undefined;
  /** True when every part is ready. */
  readonly ready: boolean;
  /** True after the process was asked to stop. */
  readonly draining: boolean;
  /** The parts. */
  readonly parts: readonly PartStatus[];
  /** Position of the last event of the log, as text because it is a 64-bit number. "-1" for an empty log. */
  readonly log_position: string;
  /** Position of the last event that the projections contain. */
  readonly projected_position: string;
  /** When this was read. */
  readonly as_of: string;
};

/** Asks for the time. */
export type GetTestClockRequest = {
};

/** The time. */
export type GetTestClockResponse = {
  /** What every command is recorded at. */
  readonly now: string;
};

/** Asks for one endpoint. */
export type GetWebhookEndpointRequest = {
  /** Which. */
  readonly endpoint_id: string;
};

/** One endpoint. */
export type GetWebhookEndpointResponse = {
  /** Revision that the answer speaks of. */
  readonly revision: number;
  /** When this was read. */
  readonly as_of: string;
  /** The endpoint. */
  readonly endpoint: WebhookEndpoint;
};

/** One grant of value added to a wallet or credit balance. Debits take from grants in the burn-down order. */
export type Grant = {
  /** Made by the ledger, unique within its balance. */
  readonly grant_id: string;
  /** What was added, as a decimal string in the balance's own measure. */
  readonly amount: string;
  /** What is left, held value included. */
  readonly remaining: string;
  /** What open holds keep of it. */
  readonly held: string;
  /** Paid or free. */
  readonly origin: Origin;
  /** Lower is taken first. 0 to 255. */
  readonly priority: number;
  /** Covers usage from then on. Absent: usage of any time before it expires. */
  readonly effective_at: string | undefined;
  /** Covers usage before then. Absent: never expires. */
  readonly expires_at: string | undefined;
  /** What was paid for it, where that was said. */
  readonly cost_basis: CostBasis | undefined;
  /** The caller's own reference, such as a payment id. */
  readonly reference: string;
  /** The caller's own notes. */
  readonly metadata: Readonly<Record<string, string>>;
};

/** Value set aside to be settled later. */
export type Hold = {
  /** Made by the ledger, unique within its balance. */
  readonly hold_id: string;
  /** What is still held, as a decimal string. "0" when the hold has ended. */
  readonly amount: string;
  /** Given back by itself then. Absent: never. */
  readonly expires_at: string | undefined;
  /** The caller's own reference. */
  readonly reference: string;
  /** The grants it keeps, and how much of each. */
  readonly allocations: readonly Allocation[];
};

/** What a wallet paid of one invoice. */
export type InvoicePayment = {
  /** The caller's own. */
  readonly invoice_id: string;
  /** Made by the ledger, unique within its wallet. */
  readonly payment_id: string;
  /** What was asked for, as a decimal string. */
  readonly due: string;
  /** What was taken. */
  readonly paid: string;
  /** What remained due. */
  readonly remaining: string;
  /** Usage that waited for its invoice and was billed by this one. */
  readonly billed: string;
  /** What of the payment has been given back. */
  readonly reversed: string;
  /** What of it can still be given back. */
  readonly reversible: string;
  /** The grants it was taken from, and how much of each, in order. */
  readonly allocations: readonly Allocation[];
  /** When it was paid. */
  readonly paid_at: string;
};

/**
 * Money of one origin, from the beginning up to the moment, as decimal strings:
 * granted + returned - consumed - captured - deducted - paid_to_invoices - expired - voided - closed = outstanding.
 */
export type Liability = {
  /** Added: top-ups and purchases. */
  readonly granted: string;
  /** Given back by reversed invoice payments. */
  readonly returned: string;
  /** Taken by usage. */
  readonly consumed: string;
  /** Taken by holds that were settled. */
  readonly captured: string;
  /** Deducted by hand. */
  readonly deducted: string;
  /** Paid to invoices. */
  readonly paid_to_invoices: string;
  /** Breakage: nobody used it in time. */
  readonly expired: string;
  /** Top-ups taken back. */
  readonly voided: string;
  /** Posted out when wallets were closed. */
  readonly closed: string;
  /**
   * The liability: what grants still have, held or not. Less expired_unposted, paid and free together, it is what the wallets had booked
   * at the moment.
   */
  readonly outstanding: string;
  /**
   * Of what is outstanding: its time is over, and the entry that expires it is not posted yet. What a hold keeps
   * that is open at the moment is not in it.
   */
  readonly expired_unposted: string;
};

/** A warning line of a wallet or credit balance. It warns when what is projected falls from above it to it or below, once per downward crossing. */
export type Limit = {
  /** Chosen by the account, unique within its balance, such as "warning". a-z, 0-9, "_", ".", "-"; at most 64. */
  readonly limit_id: string;
  /** In the balance's own measure (money or units), as a decimal string such as "12.50", not negative. */
  readonly absolute?: string | undefined;
  /** Percent of the last top-up, above "0" and at most "100", as a decimal string. */
  readonly percent_of_last_top_up?: string | undefined;
};

/** A warning line together with what it means at present. */
export type LimitStatus = {
  /** The line as it was set. */
  readonly limit: Limit;
  /** The line in the balance's own measure, as a decimal string. Empty while a percentage has no top-up to refer to. */
  readonly threshold: string;
  /**
   * True while what is projected, as of the answer, is at the line or below. A balance that never was above the line has crossed nothing, so
   * that no warning was sent.
   */
  readonly reached: boolean;
};

/** Asks for all balances of a customer. */
export type ListBalancesRequest = {
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
};

/** All balances of a customer, each with its own revision. */
export type ListBalancesResponse = {
  /** The wallet first, then the credit balances in order of credit product. */
  readonly balances: readonly Balance[];
  /** When this was read. */
  readonly as_of: string;
};

/** Asks for the credit balances of a customer. */
export type ListCreditBalancesRequest = {
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** At most so many, 1 to 1,000. 0 or absent: 100. */
  readonly page_size: number;
  /** The next_page_token of the page before. Empty: from the beginning. */
  readonly page_token: string;
};

/** The credit balances of a customer, each with its own revision. */
export type ListCreditBalancesResponse = {
  /** In order of credit product. */
  readonly balances: readonly Balance[];
  /** Empty on the last page. */
  readonly next_page_token: string;
  /** When this was read. */
  readonly as_of: string;
};

/** Asks for a page of credit products. */
export type ListCreditProductsRequest = {
  /** At most so many, 1 to 1,000. 0 or absent: 100. */
  readonly page_size: number;
  /** The next_page_token of the page before. Empty: from the beginning. */
  readonly page_token: string;
};

/** A page of credit products. */
export type ListCreditProductsResponse = {
  /** In order of id. */
  readonly credit_products: readonly CreditProduct[];
  /** Empty on the last page. */
  readonly next_page_token: string;
  /** When this was read. */
  readonly as_of: string;
};

/** Asks for a page of customers. */
export type ListCustomersRequest = {
  /** At most so many, 1 to 1,000. 0 or absent: 100. */
  readonly page_size: number;
  /** The next_page_token of the page before. Empty: from the beginning. */
  readonly page_token: string;
};

/** A page of customers. */
export type ListCustomersResponse = {
  /** In order of id. */
  readonly customers: readonly Customer[];
  /** Empty on the last page. */
  readonly next_page_token: string;
  /** When this was read. */
  readonly as_of: string;
};

/** Asks for a page of deliveries. */
export type ListDeliveriesRequest = {
  /** Which endpoint. */
  readonly endpoint_id: string;
  /** Only those that stand so. Not given: all. */
  readonly status: DeliveryStatus;
  /** At most so many, 1 to 1,000. 0 or absent: 100. */
  readonly page_size: number;
  /** The next_page_token of the page before, asked with the same filters. Empty: from the newest. */
  readonly page_token: string;
};

/** A page of deliveries. */
export type ListDeliveriesResponse = {
  /** Newest first. */
  readonly deliveries: readonly Delivery[];
  /** Empty on the last page. */
  readonly next_page_token: string;
  /** When this was read. */
  readonly as_of: string;
};

/** Asks for a page of movements. */
export type ListMovementsRequest = {
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Empty: the wallet. */
  readonly credit_product_id: string;
  /** The answer is of this revision or of a later one. Absent: of any. */
  readonly min_revision: number | undefined;
  /** At most so many, 1 to 1,000. 0 or absent: 100. */
  readonly page_size: number;
  /** The next_page_token of the page before, asked with the same filters. Empty: from the beginning. */
  readonly page_token: string;
  /** Only these. Empty: all. */
  readonly types: readonly MovementType[];
  /** True: the newest first. False: the oldest first. */
  readonly newest_first: boolean;
};

/** A page of movements. */
export type ListMovementsResponse = {
  /** In the order asked for. */
  readonly movements: readonly Movement[];
  /** Empty on the last page. */
  readonly next_page_token: string;
  /** Revision of the balance when this was read. */
  readonly revision: number;
  /** When this was read. */
  readonly as_of: string;
};

/** Asks for a page of purchases. */
export type ListPurchasesRequest = {
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** At most so many, 1 to 1,000. 0 or absent: 100. */
  readonly page_size: number;
  /** The next_page_token of the page before. Empty: from the beginning. */
  readonly page_token: string;
  /** The answer is of this revision or of a later one. Absent: of any. */
  readonly min_revision: number | undefined;
};

/** A page of purchases. */
export type ListPurchasesResponse = {
  /** The newest first. */
  readonly purchases: readonly Purchase[];
  /** Empty on the last page. */
  readonly next_page_token: string;
  /** Revision of the wallet when this was read. */
  readonly revision: number;
  /** When this was read. */
  readonly as_of: string;
};

/** Asks for a page of rejected usage. */
export type ListRejectedUsageRequest = {
  /** At most so many, 1 to 1,000. 0 or absent: 100. */
  readonly page_size: number;
  /** The next_page_token of the page before, asked with the same filters. Empty: from the newest. */
  readonly page_token: string;
  /** Only with this reason. Empty: all. */
  readonly reason: string;
  /** Only of this customer. Empty: all. */
  readonly customer_id: string;
  /** Only those that stand so. Not given: all. */
  readonly status: RejectedUsageStatus;
};

/** A page of rejected usage. */
export type ListRejectedUsageResponse = {
  /** Newest first, without original bytes. */
  readonly rejected_usage: readonly RejectedUsage[];
  /** Empty on the last page. */
  readonly next_page_token: string;
  /** When this was read. */
  readonly as_of: string;
};

/** Asks for a page of endpoints. */
export type ListWebhookEndpointsRequest = {
  /** At most so many, 1 to 1,000. 0 or absent: 100. */
  readonly page_size: number;
  /** The next_page_token of the page before. Empty: from the beginning. */
  readonly page_token: string;
};

/** A page of endpoints. */
export type ListWebhookEndpointsResponse = {
  /** The endpoints. */
  readonly endpoints: readonly WebhookEndpoint[];
  /** Empty on the last page. */
  readonly next_page_token: string;
  /** When this was read. */
  readonly as_of: string;
};

/** Selects usage events and takes a quantity from them. */
export type Meter = {
  /** Unique within its credit product. */
  readonly meter_id: string;
  /** The CloudEvents type that it selects. */
  readonly event_type: string;
  /** All must hold. */
  readonly filters: readonly MeterFilter[];
  /** Every usage event counts as 1. */
  readonly count?: boolean | undefined;
  /** Where the quantity stands in data. */
  readonly value_path?: string | undefined;
  /** Every weight it ever had, in the order of recording. */
  readonly weights: readonly MeterWeight[];
  /** Takes no usage from then on. Absent: in use. */
  readonly retired_at: string | undefined;
  /** What its usage draws on. */
  readonly draws_on: DrawsOn;
};

/** A condition on a usage event's data. */
export type MeterFilter = {
  /** Where to look in data, dot-separated, such as "model.name". */
  readonly path: string;
  /** What must stand there. Numbers are compared by value, true and false by word. */
  readonly equals: string;
};

/** What one unit of quantity costs, from a moment on. */
export type MeterWeight = {
  /** Counts the weights of this meter from 1. */
  readonly version: number;
  /** Credits per unit of quantity, as a decimal string with at most 9 digits after the point, not negative. */
  readonly weight: string;
  /** In force for usage from then on. Absent: for usage of any time before the next weight. */
  readonly effective_at: string | undefined;
};

/** One entry of a wallet or credit balance, with the figures after it. */
export type Movement = {
  /** Its place in the balance's stream, from 0. */
  readonly revision: number;
  /** What happened. */
  readonly type: MovementType;
  /** What was added (positive) or taken (negative), as a decimal string. "0" where nothing moved. */
  readonly amount: string;
  /** What of it went uncovered. */
  readonly uncovered: string;
  /** Booked after it. */
  readonly booked: string;
  /** Held after it. */
  readonly held: string;
  /** Available after it. */
  readonly available: string;
  /** When it counts. May lie before recorded_at, as of a top-up that is dated back or of an expiry that is posted late. */
  readonly effective_at: string;
  /** When the ledger learned of it, which is when it was written: sum by this to meet the liability report. */
  readonly recorded_at: string;
  /** Who asked for it, where that is known. */
  readonly actor: string;
  /** Why, where that was said. */
  readonly reason: string;
  /** The caller's own reference; the invoice where one was paid or a payment given back. */
  readonly reference: string;
  /** The grant it made or ended. */
  readonly grant_id: string;
  /** The hold it concerns. */
  readonly hold_id: string;
  /** The warning line it concerns. */
  readonly limit_id: string;
  /** The grants it took from, and how much of each. */
  readonly allocations: readonly Allocation[];
  /** The usage events behind it, at most 100 of them. */
  readonly usage: readonly UsageLine[];
  /** How many usage events are behind it in all. */
  readonly usage_count: number;
  /** Id of the ledger event. */
  readonly event_id: string;
  /** How usage that waits for its invoice moved: up by use, down by billing. Empty where nothing of it did. */
  readonly unbilled: string;
  /** Projected after it. */
  readonly projected: string;
  /** The purchase it concerns. */
  readonly purchase_id: string;
  /** Of a wallet: the credits that were added, or asked for by a purchase. Usage has its own in each line. */
  readonly credits: string;
  /** What such a credit was worth. */
  readonly credit_price: string;
  /** Which version of the credit price that was. 0: nothing was converted. */
  readonly credit_price_version: number;
};

/** A meter as it is to be made. */
export type NewMeter = {
  /** Unique within its credit product. a-z, 0-9, "_", ".", "-"; at most 64. */
  readonly meter_id: string;
  /** The CloudEvents type that it selects, exactly. */
  readonly event_type: string;
  /** All must hold. Empty: every usage event of the type. */
  readonly filters: readonly MeterFilter[];
  /** True: every usage event counts as 1. */
  readonly count?: boolean | undefined;
  /** Where the quantity stands in data, dot-separated, such as "tokens.input". */
  readonly value_path?: string | undefined;
  /** Credits per unit of quantity, as a decimal string. */
  readonly weight: string;
  /** The weight is in force for usage from then on. Absent: for usage of any time. */
  readonly effective_at: string;
  /**
   * What its usage draws on, for ever. Absent: the credit balance. On the wallet, a weight counts wallet credits, which are worth
   * the credit price in force when the usage happened.
   */
  readonly draws_on: DrawsOn;
};

/** The state of a part. */
export type PartStatus = {
  /** Such as "log", "projections", "webhooks". */
  readonly name: string;
  /** False: requests that need it fail. */
  readonly ready: boolean;
  /** What it is, and what is wrong with it. */
  readonly detail: string;
};

/** Stops debits. */
export type PauseCreditBalanceRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Which credit product, such as "api-calls". */
  readonly credit_product_id: string;
  /** Why, for the record. At most 256 characters. */
  readonly reason: string;
};

/** The credit balance after the command. */
export type PauseCreditBalanceResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The figures. */
  readonly balance: Balance;
};

/** Stops debits. */
export type PauseWalletRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Why, for the record. At most 256 characters. */
  readonly reason: string;
};

/** The wallet after the command. */
export type PauseWalletResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The figures. */
  readonly balance: Balance;
};

/** Pays an invoice. */
export type PayInvoiceRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** The caller's own, 1 to 128 characters; an invoice is paid once. */
  readonly invoice_id: string;
  /**
   * What is due, as a decimal string of zero or more in whole minor units of the wallet's currency. "0" only settles the usage
   * that `billed` says, such as that of an invoice paid by other means; without it nothing happens.
   */
  readonly due: string;
  /**
   * Usage that waited for its invoice and is billed by this one, not more than is unbilled. Empty: all that is unbilled, up to what is
   * due; of an invoice that was paid before, what that payment billed.
   */
  readonly billed: string;
  /** ISO 4217 code; refused when it is not the wallet's. Empty: not compared. */
  readonly currency: string;
};

/** What was paid. */
export type PayInvoiceResponse = {
  /** Revision that the command made; the present one when nothing was recorded. */
  readonly revision: number;
  /** The figures. */
  readonly balance: Balance;
  /** What was taken, as a decimal string. */
  readonly paid: string;
  /** What remains due, to be paid by other means. */
  readonly remaining: string;
  /**
   * Why something remains due: "insufficient_credits", "balance_paused", "balance_closed", "wallets_disabled", or "too_many_grants" where
   * the value lies in more grants than one payment can take from. Empty when nothing does.
   */
  readonly reason: string;
  /** The payment as it was recorded. Absent when nothing was. */
  readonly payment: InvoicePayment | undefined;
};

/** Sets value aside. */
export type PlaceHoldRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Empty: the wallet. */
  readonly credit_product_id: string;
  /** How much, as a decimal string above zero, in the balance's own measure. */
  readonly amount: string;
  /** Given back by itself then. Absent: never. */
  readonly expires_at: string;
  /** The caller's own reference. At most 256 characters. */
  readonly reference: string;
};

/** The balance after the command. */
export type PlaceHoldResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The figures. */
  readonly balance: Balance;
  /** The hold. */
  readonly hold: Hold;
};

/** How much a customer may buy at a time in the portal, in money. */
export type PortalPurchaseLimit = {
  /** ISO 4217 code, such as "EUR". */
  readonly currency: string;
  /** The least that may be paid at a time, as a decimal string above zero in whole minor units. Empty: one minor unit. */
  readonly minimum: string;
  /** The most that may be paid at a time. Empty: no bound. */
  readonly maximum: string;
};

/** A change of credit prices that nobody has made yet. */
export type PreviewPriceChangeRequest = {
  /** Prices as they would be set, at most one per currency. */
  readonly credit_prices: readonly CreditPrice[];
};

/** One message of a preview. */
export type PreviewPriceChangeResponse = {
  /** A wallet that the change touches. */
  readonly wallet?: WalletPricePreview | undefined;
  /** The end. */
  readonly totals?: PricePreviewTotals | undefined;
};

/** The end of a preview. */
export type PricePreviewTotals = {
  /** How many wallets the change touches: those whose unit equivalent it moves. */
  readonly wallets_touched: number;
  /** Every currency that has wallets or that the change names, in order. */
  readonly currencies: readonly CurrencyPricePreview[];
  /** When the question was asked. Wallets may change during the preview. Each one names its revision. */
  readonly as_of: string;
};

/** Credits that are there once their money is. */
export type Purchase = {
  /** Made by the ledger, unique within its wallet for ever. */
  readonly purchase_id: string;
  /** Whose. */
  readonly customer_id: string;
  /** How it stands. */
  readonly status: PurchaseStatus;
  /** What the provider was asked for, as a decimal string; what the wallet is credited with. */
  readonly amount: string;
  /** ISO 4217 code. */
  readonly currency: string;
  /** The same in credits, at the price of the start. */
  readonly credits: string;
  /** The credit price that was. */
  readonly credit_price: string;
  /** Which of the currency's prices that was. */
  readonly credit_price_version: number;
  /** Who takes the money: "manual" or "stripe". */
  readonly provider: string;
  /** Who asked for it. */
  readonly by: PurchasedBy;
  /** When it was started. */
  readonly started_at: string;
  /** Nobody waits for the money any longer from then on. Absent: no end. */
  readonly expires_at: string | undefined;
  /** When it succeeded, failed or expired. */
  readonly ended_at: string | undefined;
  /** The grant that it bought. */
  readonly grant_id: string;
  /** True: it had failed or expired before its money came. */
  readonly late: boolean;
  /** Why it failed: the provider's word, or the account's own. */
  readonly failure_code: string;
  /** The same for people. */
  readonly failure_reason: string;
  /** The provider's id of the payment that was credited. */
  readonly payment_id: string;
  /** What needs a person, oldest first. */
  readonly flags: readonly PurchaseFlag[];
};

/** A notification about a purchase that needs a person. It credited nothing. */
export type PurchaseFlag = {
  /**
   * Why: "other_currency", "other_amount", "already_succeeded", "failed_after_success", "grant_already_expired", "purchase_no_longer_tracked",
   * "balance_closed" or "payment_of_other_purchase".
   */
  readonly reason: string;
  /** What was paid, as a decimal string. Empty where no money was taken. */
  readonly paid_amount: string;
  /** ISO 4217 code of what was paid. */
  readonly paid_currency: string;
  /** The provider's id of the notification. */
  readonly event_id: string;
  /** The provider's id of the payment. */
  readonly payment_id: string;
  /** When it was recorded. */
  readonly flagged_at: string;
  /** Where the payment was credited to another purchase: which. */
  readonly credited_to: string;
};

/** Builds derived state again. */
export type RebuildProjectionsRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
};

/** The result of a rebuild. */
export type RebuildProjectionsResponse = {
  /** Events read. */
  readonly events: number;
  /** Documents written. */
  readonly documents: number;
  /** How long it took, in milliseconds. */
  readonly duration_ms: number;
};

/** A usage event that could not be applied. */
export type RejectedUsage = {
  /** Made by the ledger. */
  readonly rejection_id: string;
  /** Where it stands. */
  readonly status: RejectedUsageStatus;
  /** A stable code such as "unknown_customer". */
  readonly reason: string;
  /** The same for people, naming field and remedy. */
  readonly detail: string;
  /** The event's source, as far as it could be read. */
  readonly source: string;
  /** The event's id, as far as it could be read. */
  readonly id: string;
  /** The event's subject, as far as it could be read. */
  readonly customer_id: string;
  /** Which way it came, such as "http", "grpc" or a topic with partition and offset. */
  readonly received_from: string;
  /** When it was rejected. */
  readonly rejected_at: string;
  /** When it was replayed successfully. */
  readonly replayed_at: string | undefined;
  /** The original bytes, base64 over HTTP. Left out of lists. */
  readonly original: Uint8Array | undefined;
};

/** Gives a hold back. */
export type ReleaseHoldRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Empty: the wallet. */
  readonly credit_product_id: string;
  /** Which hold. */
  readonly hold_id: string;
};

/** The balance after the command. */
export type ReleaseHoldResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The figures. */
  readonly balance: Balance;
  /** What was given back, as a decimal string. */
  readonly released: string;
};

/** Replays a rejected usage event. */
export type ReplayRejectedUsageRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Which. */
  readonly rejection_id: string;
};

/** What became of it this time. */
export type ReplayRejectedUsageResponse = {
  /** The outcome of the event. */
  readonly outcome: UsageOutcome;
  /** How it stands now. */
  readonly rejected_usage: RejectedUsage;
};

/** Sends a message again. */
export type ResendDeliveryRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Which endpoint. */
  readonly endpoint_id: string;
  /** Which message. */
  readonly webhook_id: string;
};

/** The message is on its way again. */
export type ResendDeliveryResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** How it stands now. */
  readonly delivery: Delivery;
};

/** Ends a suspension or a back-off. */
export type ResumeAutoTopUpRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Why. At most 256 characters. */
  readonly reason: string;
};

/** The auto top-up after the command. */
export type ResumeAutoTopUpResponse = {
  /** Revision of the auto top-up. */
  readonly revision: number;
  /** How it stands. */
  readonly auto_top_up: AutoTopUp;
};

/** Allows debits again. */
export type ResumeCreditBalanceRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Which credit product, such as "api-calls". */
  readonly credit_product_id: string;
  /** Why, for the record. At most 256 characters. */
  readonly reason: string;
};

/** The credit balance after the command. */
export type ResumeCreditBalanceResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The figures. */
  readonly balance: Balance;
};

/** Allows debits again. */
export type ResumeWalletRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Why, for the record. At most 256 characters. */
  readonly reason: string;
};

/** The wallet after the command. */
export type ResumeWalletResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The figures. */
  readonly balance: Balance;
};

/** Ends a meter. */
export type RetireMeterRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Which credit product, such as "api-calls". */
  readonly credit_product_id: string;
  /** Which meter. */
  readonly meter_id: string;
  /** Usage from then on is not taken. Absent: now. */
  readonly effective_at: string;
};

/** The credit product as it is now. */
export type RetireMeterResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The credit product. */
  readonly credit_product: CreditProduct;
};

/** Gives back a payment. */
export type ReverseInvoicePaymentRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** The invoice that was paid. */
  readonly invoice_id: string;
  /** How much, as a decimal string above zero in whole minor units. Empty: all that has not been given back yet. */
  readonly amount: string;
  /** Why, for the record. At most 256 characters. */
  readonly reason: string;
  /**
   * The caller's own id of the reversal, such as that of a credit note, 1 to 128 characters: it is carried out once, whatever the
   * idempotency key. Empty: only the idempotency key distinguishes a retry from another reversal.
   */
  readonly reversal_id: string;
};

/** What was given back. */
export type ReverseInvoicePaymentResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The figures. */
  readonly balance: Balance;
  /** What this reversal gave back, as a decimal string. */
  readonly reversed: string;
  /** The grants it went back to, and how much to each, in order. */
  readonly returned: readonly Allocation[];
  /** The payment after it. */
  readonly payment: InvoicePayment;
};

/** Gives an endpoint a new secret. */
export type RotateWebhookSecretRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Which. */
  readonly endpoint_id: string;
};

/** The new secret. */
export type RotateWebhookSecretResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The endpoint. */
  readonly endpoint: WebhookEndpoint;
  /** "whsec_" and base64. Keep it: it is not shown again. */
  readonly secret: string;
};

/** Sends a test message. */
export type SendTestPingRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Which endpoint. */
  readonly endpoint_id: string;
};

/** The test message is on its way. */
export type SendTestPingResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** By which it can be found among the deliveries. */
  readonly webhook_id: string;
};

/** Sends many usage events. */
export type SendUsageBatchRequest = {
  /** 1 to 1,000. */
  readonly events: readonly UsageEvent[];
};

/** What became of them. */
export type SendUsageBatchResponse = {
  /** How many were charged. */
  readonly applied: number;
  /** How many had been charged before. */
  readonly duplicate: number;
  /** How many were rejected. */
  readonly rejected: number;
  /** How many are in the queue. Only where usage goes through one. */
  readonly queued: number;
  /** One per event, in the order of the request. */
  readonly outcomes: readonly UsageOutcome[];
  /** When the ledger received them. */
  readonly as_of: string;
};

/** Sends one usage event. */
export type SendUsageRequest = {
  /** The event. */
  readonly event: UsageEvent;
};

/** What became of it. */
export type SendUsageResponse = {
  /** The outcome of the event. */
  readonly outcome: UsageOutcome;
  /** When the ledger received it. */
  readonly as_of: string;
};

/** Sets the policy of a customer's wallet. */
export type SetAutoTopUpRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** What to do. */
  readonly policy: AutoTopUpPolicy;
};

/** The auto top-up after the command. */
export type SetAutoTopUpResponse = {
  /** Revision of the auto top-up. */
  readonly revision: number;
  /** How it stands. */
  readonly auto_top_up: AutoTopUp;
};

/** Replaces the warning lines. */
export type SetCreditBalanceLimitsRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Which credit product, such as "api-calls". */
  readonly credit_product_id: string;
  /** The new limits, at most 8. Empty: none. */
  readonly limits: readonly Limit[];
};

/** The credit balance after the command. */
export type SetCreditBalanceLimitsResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The figures. */
  readonly balance: Balance;
};

/** Replaces the default limits. */
export type SetCreditProductLimitsRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Which credit product, such as "api-calls". */
  readonly credit_product_id: string;
  /** The new limits, at most 8. Empty: none. */
  readonly limits: readonly Limit[];
};

/** The credit product as it is now. */
export type SetCreditProductLimitsResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The credit product. */
  readonly credit_product: CreditProduct;
};

/** Sets a meter's weight. */
export type SetMeterWeightRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Which credit product, such as "api-calls". */
  readonly credit_product_id: string;
  /** Which meter. */
  readonly meter_id: string;
  /** Credits per unit of quantity, as a decimal string. */
  readonly weight: string;
  /** In force for usage from then on. Absent: now. */
  readonly effective_at: string;
};

/** The credit product as it is now. */
export type SetMeterWeightResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The credit product. */
  readonly credit_product: CreditProduct;
};

/** Replaces the warning lines. */
export type SetWalletLimitsRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** The new limits, at most 8. Empty: none. */
  readonly limits: readonly Limit[];
};

/** The wallet after the command. */
export type SetWalletLimitsResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The figures. */
  readonly balance: Balance;
};

/** The account's settings. */
export type Settings = {
  /** False: no wallet takes credits, holds or payments. */
  readonly enabled: boolean;
  /** Whether credits of origin free may be added. */
  readonly allow_free_credits: boolean;
  /** Every price ever set, by currency, then in the order of recording. */
  readonly credit_prices: readonly CreditPrice[];
  /** Whether customers may buy credits by themselves. */
  readonly allow_portal_purchases: boolean;
  /** What they may buy for at a time, at most one for each currency. A currency without one takes any amount that can be paid. */
  readonly portal_purchase_limits: readonly PortalPurchaseLimit[];
  /** What a wallet begins with that is created without limits of its own. */
  readonly default_limits: readonly DefaultLimit[];
};

/** Starts a purchase. */
export type StartPurchaseRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** So many credits, as a decimal string above zero, converted at the credit price in force. The money has to be whole minor units. */
  readonly credits?: string | undefined;
  /** So much money, as a decimal string above zero in whole minor units of the wallet's currency. */
  readonly amount?: string | undefined;
  /** Who takes the money: "manual" (somebody confirms by this API) or "stripe" (the customer pays on Stripe's page). */
  readonly provider: string;
  /** Who asks. Not given: staff. */
  readonly by: PurchasedBy;
  /** Nobody waits for the money from then on. Absent: 24 hours for "stripe", 30 days for "manual". Not for customers to choose. */
  readonly expires_at: string;
  /** Where the provider's page leads after the payment: an http or https URL. Needed for a provider with a page. */
  readonly paid_url: string;
  /** Where it leads when the customer turns back. Needed for a provider with a page. */
  readonly cancelled_url: string;
  /** Of the grant that is bought: lower is taken first, 0 to 255. Absent: 100. Not for customers to choose. */
  readonly priority: number | undefined;
  /** Of the grant that is bought: it covers usage before then. Absent: never expires. Not for customers to choose. */
  readonly grant_expires_at: string;
  /** The caller's own notes, kept with the grant: at most 20, names up to 64 and values up to 512 characters. */
  readonly metadata: Readonly<Record<string, string>>;
};

/** The wallet after the command. */
export type StartPurchaseResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The figures. */
  readonly balance: Balance;
  /** The purchase, pending. */
  readonly purchase: Purchase;
  /** Where the customer pays. Empty where the provider has no page, and in the answer to a retry once nobody can pay there any more. */
  readonly checkout_url: string;
};

/** Adds credits. */
export type TopUpCreditBalanceRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Which credit product, such as "api-calls". */
  readonly credit_product_id: string;
  /** How many, as a decimal string above zero. */
  readonly amount: string;
  /** Paid or free. */
  readonly origin: Origin;
  /** Lower is taken first, 0 to 255. Absent: 100. */
  readonly priority: number | undefined;
  /** Covers usage from then on. Absent: usage of any time before it expires. */
  readonly effective_at: string;
  /** Covers usage before then. Absent: never expires. */
  readonly expires_at: string;
  /** What was paid for it. */
  readonly cost_basis: CostBasis;
  /** The caller's own reference, such as a payment id. At most 256 characters. */
  readonly reference: string;
  /** The caller's own notes: at most 20, names up to 64 and values up to 512 characters. */
  readonly metadata: Readonly<Record<string, string>>;
};

/** The credit balance after the command. */
export type TopUpCreditBalanceResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The figures. */
  readonly balance: Balance;
  /** The grant that was added. */
  readonly grant: Grant;
};

/** Money as credits at a credit price, as decimal strings. */
export type UnitEquivalents = {
  /** All that grants still have. */
  readonly booked: string;
  /** What can be spent. */
  readonly available: string;
};

/** One change of the settings. */
export type UpdateSettingsRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Absent: unchanged. */
  readonly enabled: boolean | undefined;
  /** Absent: unchanged. */
  readonly allow_free_credits: boolean | undefined;
  /** Prices to set, at most one per currency. Prices of other currencies stay. */
  readonly credit_prices: readonly CreditPrice[];
  /** The revision that the change was made from. Over HTTP: the If-Match header. Absent: change whatever is there. */
  readonly expected_revision: number | undefined;
  /** Absent: unchanged. */
  readonly allow_portal_purchases: boolean | undefined;
  /** The whole list as it shall be. Empty: unchanged; see no_portal_purchase_limits. */
  readonly portal_purchase_limits: readonly PortalPurchaseLimit[];
  /** True: none from now on. Not together with portal_purchase_limits. */
  readonly no_portal_purchase_limits: boolean;
  /** The whole list as it shall be. Empty: unchanged; see no_default_limits. Wallets that exist keep theirs. */
  readonly default_limits: readonly DefaultLimit[];
  /** True: none from now on. Not together with default_limits. */
  readonly no_default_limits: boolean;
};

/** The settings after the change. */
export type UpdateSettingsResponse = {
  /** Revision that the change made. */
  readonly revision: number;
  /** The settings now in force. */
  readonly settings: Settings;
};

/** Changes an endpoint. */
export type UpdateWebhookEndpointRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Which. */
  readonly endpoint_id: string;
  /** Absent: unchanged. */
  readonly url: string | undefined;
  /** Only these types. Empty: unchanged; see all_event_types. */
  readonly event_types: readonly string[];
  /** True: all types from now on. Not together with event_types. */
  readonly all_event_types: boolean;
  /** Absent: unchanged. */
  readonly description: string | undefined;
};

/** The endpoint after the command. */
export type UpdateWebhookEndpointResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The endpoint. */
  readonly endpoint: WebhookEndpoint;
};

/** A fact in CloudEvents 1.0 form: this customer used this much, then. */
export type UsageEvent = {
  /** "1.0". */
  readonly specversion: string;
  /** Unique within its source, 1 to 256 bytes. With source it is what makes the event itself. */
  readonly id: string;
  /** Who says so, 1 to 512 bytes, such as "gateway-eu-1". */
  readonly source: string;
  /** What kind of usage, 1 to 256 bytes, such as "llm.completion". Meters select by it. */
  readonly type: string;
  /** The customer's id. */
  readonly subject: string;
  /** RFC 3339 time of the usage, as text. Empty: the time it is received. */
  readonly time: string;
  /** The event's data as JSON text of an object. Text, because a number has to keep all its digits. Empty: none. */
  readonly data_json: string;
};

/** One usage event inside a movement. */
export type UsageLine = {
  /** CloudEvents source. */
  readonly source: string;
  /** CloudEvents id. */
  readonly id: string;
  /** When the usage happened. */
  readonly used_at: string | undefined;
  /** Credits it cost, as a decimal string: of the credit product, or wallet credits. */
  readonly credits: string;
  /** What no grant covered, in the balance's own measure. Empty where it waits for its invoice. */
  readonly uncovered: string;
  /** How the credits came about, one part per meter. */
  readonly parts: readonly UsagePart[];
  /** What it cost in the balance's own measure: money in a wallet, otherwise the credits. */
  readonly amount: string;
  /** Whose meters took it. */
  readonly credit_product_id: string;
  /** In a wallet: what a credit was worth when the usage happened. Empty otherwise. */
  readonly credit_price: string;
  /** Which version of the credit price that was. 0 outside a wallet. */
  readonly credit_price_version: number;
};

/** What became of one usage event of a request. */
export type UsageOutcome = {
  /** Its place in the request, from 0. */
  readonly index: number;
  /** Its id, as far as it could be read. */
  readonly id: string;
  /** Its source, as far as it could be read. */
  readonly source: string;
  /** What became of it. */
  readonly status: UsageStatus;
  /** Why it was rejected, or will be where that is known before it leaves the queue: a stable code. Empty otherwise. */
  readonly reason: string;
  /** The same for people, naming field and remedy. */
  readonly detail: string;
  /** By which it can be found among rejected usage. Empty with `queued`: list rejected usage of the customer. */
  readonly rejection_id: string;
  /** The customer it is for, as far as that could be read. */
  readonly customer_id: string;
};

/** What one meter took from a usage event. */
export type UsagePart = {
  /** The meter. */
  readonly meter_id: string;
  /** The quantity it took, as a decimal string. */
  readonly quantity: string;
  /** Credits per unit of quantity. */
  readonly weight: string;
  /** Which of the meter's weights that was. */
  readonly weight_version: number;
};

/** A broken invariant. */
export type VerifyFinding = {
  /** Which invariant is broken: "I2" no doubling, "I3" conservation, "I4" never negative, "I5" order, "I6" projection, "I10" tamper. */
  readonly invariant: string;
  /** The stream of the finding. Empty: the log as a whole. */
  readonly stream: string;
  /** The revision of the finding. Absent: the finding is about the whole stream. */
  readonly revision: number | undefined;
  /** The finding, for people. */
  readonly detail: string;
};

/** Starts a check. */
export type VerifyLedgerRequest = {
  /**
   * The digest of heads covers events up to this position, such as that of an earlier check, which then gave the same digest.
   * Empty: all events.
   */
  readonly heads_at: string;
};

/** One report of a check. */
export type VerifyLedgerResponse = {
  /** The progress. */
  readonly progress?: VerifyProgress | undefined;
  /** A finding. */
  readonly finding?: VerifyFinding | undefined;
  /** The end. */
  readonly summary?: VerifySummary | undefined;
};

/** How far a check has come. */
export type VerifyProgress = {
  /** Events read so far. */
  readonly events: number;
  /** Streams seen so far. */
  readonly streams: number;
};

/** The result of a check. */
export type VerifySummary = {
  /** True when there was no finding. */
  readonly valid: boolean;
  /** Events read. */
  readonly events: number;
  /** Streams read. */
  readonly streams: number;
  /** Wallets and credit balances compared. */
  readonly balances: number;
  /** Findings in all, those beyond what was reported one by one included. */
  readonly findings: number;
  /** How long it took, in milliseconds. */
  readonly duration_ms: number;
  /**
   * SHA-256, in hex, over a line "stream revision chain" and a line feed for the last event of every stream, sorted by stream.
   * Kept elsewhere with its position and compared with a later check, it shows what the hash chains alone cannot: a log that
   * was rewritten as a whole, or the end of a stream cut off together with its derived state.
   */
  readonly heads: string;
  /** Position of the last event that the digest covers, as text because it is a 64-bit number. "-1" for an empty log. */
  readonly position: string;
};

/** Takes back what is left of a grant. */
export type VoidTopUpRequest = {
  /** Idempotency key, see operations.proto. Over HTTP: the Idempotency-Key header. */
  readonly request_id: string;
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Empty: the wallet. */
  readonly credit_product_id: string;
  /** Which grant, such as "g1". */
  readonly grant_id: string;
  /** Why, for the record. Needed; at most 256 characters. */
  readonly reason: string;
};

/** The balance after the command. */
export type VoidTopUpResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The figures. */
  readonly balance: Balance;
  /** What was left of the grant and has been taken back, as a decimal string. */
  readonly voided: string;
};

/** What the change would do to one wallet. */
export type WalletPricePreview = {
  /** Whose. */
  readonly customer_id: string;
  /** ISO 4217 code. */
  readonly currency: string;
  /** In money; the change leaves it as it is. */
  readonly booked: string;
  /** In money, as it is now. */
  readonly available: string;
  /** At the price without the change. Absent where there is none. */
  readonly before: UnitEquivalents | undefined;
  /** At the price with the change. */
  readonly after: UnitEquivalents | undefined;
  /** Revision of the wallet that this speaks of. */
  readonly revision: number;
};

/** Asks for every change of a balance. */
export type WatchBalanceRequest = {
  /** Whose: the id given when the customer was created, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Empty: the wallet. */
  readonly credit_product_id: string;
  /** Leave out states up to and including this revision. Over HTTP also the Last-Event-ID header. Absent: begin with the present one. */
  readonly after_revision: number | undefined;
};

/** The figures after a change. A slow reader is given the latest ones, never all in between. */
export type WatchBalanceResponse = {
  /** Revision that the figures speak of; rising from message to message. */
  readonly revision: number;
  /** The moment that the figures speak of. */
  readonly as_of: string;
  /** The figures. */
  readonly balance: Balance;
};

/** Where webhooks go. */
export type WebhookEndpoint = {
  /** Made by the ledger. */
  readonly endpoint_id: string;
  /** http or https. */
  readonly url: string;
  /** Only these types, such as "wallet.low_balance". Empty: all. */
  readonly event_types: readonly string[];
  /** For people. */
  readonly description: string;
  /** Whether it is delivered to. */
  readonly status: WebhookEndpointStatus;
  /** Why it is disabled: "by_account", "gone" or "only_failures". Empty while enabled. */
  readonly disabled_reason: string;
  /** When it was added. */
  readonly created_at: string;
  /** Until then messages are also signed with the secret before. Absent: no rotation is under way. */
  readonly previous_secret_until: string | undefined;
};
