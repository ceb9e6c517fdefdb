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
   * Sets the policy and turns it on. A purchase in flight, a back-off and a suspension continue. Earlier requests of the period count
   * towards the new maximum.
   */
  readonly SetAutoTopUp: RpcTypes<'AutoTopUpService', false, SetAutoTopUpRequest, SetAutoTopUpResponse>;
  /** The policy, its phase, the time of its next decision, and its latest decisions. */
  readonly GetAutoTopUp: RpcTypes<'AutoTopUpService', false, GetAutoTopUpRequest, GetAutoTopUpResponse>;
  /** Turns it off. A purchase in flight continues to its end. */
  readonly DisableAutoTopUp: RpcTypes<'AutoTopUpService', false, DisableAutoTopUpRequest, DisableAutoTopUpResponse>;
  /** Ends a suspension or a back-off and tries again. A maximum that is reached still applies. */
  readonly ResumeAutoTopUp: RpcTypes<'AutoTopUpService', false, ResumeAutoTopUpRequest, ResumeAutoTopUpResponse>;
  /** The figures of one balance, now or as of a past moment. */
  readonly GetBalance: RpcTypes<'BalanceService', false, GetBalanceRequest, GetBalanceResponse>;
  /** The wallet, if there is one, and all credit balances of a customer. */
  readonly ListBalances: RpcTypes<'BalanceService', false, ListBalancesRequest, ListBalancesResponse>;
  /** The movements of one balance, page by page. New movements do not change a page. */
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
  /** Ends a meter: it takes no usage from that time on. */
  readonly RetireMeter: RpcTypes<'CatalogService', false, RetireMeterRequest, RetireMeterResponse>;
  /** Sets the weight of a meter from a time on. Rated usage keeps its weight. */
  readonly SetMeterWeight: RpcTypes<'CatalogService', false, SetMeterWeightRequest, SetMeterWeightResponse>;
  /** Replaces the default limits. Balances that exist keep theirs. */
  readonly SetCreditProductLimits: RpcTypes<'CatalogService', false, SetCreditProductLimitsRequest, SetCreditProductLimitsResponse>;
  /** Gives a customer a balance of a credit product. */
  readonly CreateCreditBalance: RpcTypes<'CreditBalanceService', false, CreateCreditBalanceRequest, CreateCreditBalanceResponse>;
  /** The credit balances of one customer, in order of credit product. */
  readonly ListCreditBalances: RpcTypes<'CreditBalanceService', false, ListCreditBalancesRequest, ListCreditBalancesResponse>;
  /** Adds a grant. */
  readonly TopUpCreditBalance: RpcTypes<'CreditBalanceService', false, TopUpCreditBalanceRequest, TopUpCreditBalanceResponse>;
  /** Takes credits by hand, with a reason. An amount above the available one is refused, and nothing is taken. */
  readonly DeductCredits: RpcTypes<'CreditBalanceService', false, DeductCreditsRequest, DeductCreditsResponse>;
  /** Stops debits and new holds. Top-ups are still accepted, expiry still runs, usage goes uncovered. */
  readonly PauseCreditBalance: RpcTypes<'CreditBalanceService', false, PauseCreditBalanceRequest, PauseCreditBalanceResponse>;
  /** Allows debits again. */
  readonly ResumeCreditBalance: RpcTypes<'CreditBalanceService', false, ResumeCreditBalanceRequest, ResumeCreditBalanceResponse>;
  /** Ends the balance for good and posts the rest as an entry. Refused while holds are open. */
  readonly CloseCreditBalance: RpcTypes<'CreditBalanceService', false, CloseCreditBalanceRequest, CloseCreditBalanceResponse>;
  /** Replaces the warning lines. */
  readonly SetCreditBalanceLimits: RpcTypes<'CreditBalanceService', false, SetCreditBalanceLimitsRequest, SetCreditBalanceLimitsResponse>;
  /** Registers a customer. Usage of an unknown customer is rejected, so do this first. */
  readonly CreateCustomer: RpcTypes<'CustomerService', false, CreateCustomerRequest, CreateCustomerResponse>;
  /** One customer. */
  readonly GetCustomer: RpcTypes<'CustomerService', false, GetCustomerRequest, GetCustomerResponse>;
  /** All customers, in order of id. */
  readonly ListCustomers: RpcTypes<'CustomerService', false, ListCustomersRequest, ListCustomersResponse>;
  /** Reserves an amount. An amount above the available one is refused, and nothing is reserved. */
  readonly PlaceHold: RpcTypes<'HoldService', false, PlaceHoldRequest, PlaceHoldResponse>;
  /** Debits a hold, all or part. */
  readonly CaptureHold: RpcTypes<'HoldService', false, CaptureHoldRequest, CaptureHoldResponse>;
  /** Releases the rest of a hold to its grants. */
  readonly ReleaseHold: RpcTypes<'HoldService', false, ReleaseHoldRequest, ReleaseHoldResponse>;
  /**
   * Pays the largest possible amount in whole minor units, and answers with the amount that is still due. An invoice is paid once. A
   * repeat gets the first answer, under any idempotency key. A repeat with another amount or currency is refused. A paused, closed,
   * disabled or empty wallet pays nothing and answers with the reason. It records nothing, so the invoice may be tried later, and its
   * usage stays unbilled until then. An invoice that was paid in part is done: pay the rest by other means.
   */
  readonly PayInvoice: RpcTypes<'InvoiceService', false, PayInvoiceRequest, PayInvoiceResponse>;
  /**
   * Returns a payment, all or part, to its own grants, the last taken first. A grant that has expired since expires again at once. Works
   * while paused.
   */
  readonly ReverseInvoicePayment: RpcTypes<'InvoiceService', false, ReverseInvoicePaymentRequest, ReverseInvoicePaymentResponse>;
  /** The payment of an invoice by a wallet, with its returned amount. */
  readonly GetInvoicePayment: RpcTypes<'InvoiceService', false, GetInvoicePaymentRequest, GetInvoicePaymentResponse>;
  /** Checks the complete ledger: the hash chain, the sums, and the projections against the streams. The last message is the summary. */
  readonly VerifyLedger: RpcTypes<'OperationsService', true, VerifyLedgerRequest, VerifyLedgerResponse>;
  /** Deletes all derived state and builds it again from the streams. */
  readonly RebuildProjections: RpcTypes<'OperationsService', false, RebuildProjectionsRequest, RebuildProjectionsResponse>;
  /** The version, the parts and the positions of this process. */
  readonly GetStatus: RpcTypes<'OperationsService', false, GetStatusRequest, GetStatusResponse>;
  /**
   * Asks a payment provider for the money. It credits nothing. Until it is answered, you may send it again under the same key: the
   * provider is asked for the same payment again, never for a second one.
   */
  readonly StartPurchase: RpcTypes<'PurchaseService', false, StartPurchaseRequest, StartPurchaseResponse>;
  /** One purchase, with its notifications. */
  readonly GetPurchase: RpcTypes<'PurchaseService', false, GetPurchaseRequest, GetPurchaseResponse>;
  /** The purchases of a customer, the newest first. */
  readonly ListPurchases: RpcTypes<'PurchaseService', false, ListPurchasesRequest, ListPurchasesResponse>;
  /**
   * Reports the payment of a purchase by the provider "manual". Other providers confirm by their own signed notifications, and a
   * report by hand is refused as PURCHASE_OF_OTHER_PROVIDER. An amount or currency other than the requested one is flagged, refused as
   * PURCHASE_FLAGGED, and never credited. A caller may correct a mistyped amount: the purchase is credited at most once. One payment is
   * credited to one purchase of a wallet.
   */
  readonly ConfirmPurchase: RpcTypes<'PurchaseService', false, ConfirmPurchaseRequest, ConfirmPurchaseResponse>;
  /** Reports that no money will come. If a provider takes money for the purchase later, this money is credited. */
  readonly FailPurchase: RpcTypes<'PurchaseService', false, FailPurchaseRequest, FailPurchaseResponse>;
  /** Rejected usage, newest first. */
  readonly ListRejectedUsage: RpcTypes<'RejectedUsageService', false, ListRejectedUsageRequest, ListRejectedUsageResponse>;
  /** One rejected usage event with its original bytes. */
  readonly GetRejectedUsage: RpcTypes<'RejectedUsageService', false, GetRejectedUsageRequest, GetRejectedUsageResponse>;
  /** Sends the event in again. Fix the cause first. */
  readonly ReplayRejectedUsage: RpcTypes<'RejectedUsageService', false, ReplayRejectedUsageRequest, ReplayRejectedUsageResponse>;
  /** The debt of the account to its customers at any past time, with all that was added and taken up to then. */
  readonly GetLiabilityReport: RpcTypes<'ReportService', false, GetLiabilityReportRequest, GetLiabilityReportResponse>;
  /** The settings in force, with their revision. */
  readonly GetSettings: RpcTypes<'SettingsService', false, GetSettingsRequest, GetSettingsResponse>;
  /**
   * Changes the given fields and leaves the rest. Refused if expected_revision is given and is not the present one. If no value
   * changes, nothing is recorded and the revision stays.
   */
  readonly UpdateSettings: RpcTypes<'SettingsService', false, UpdateSettingsRequest, UpdateSettingsResponse>;
  /**
   * The effect of a change of credit prices, before anybody makes it: each wallet whose unit equivalent changes, then the totals as
   * the last message. A price change moves no money.
   */
  readonly PreviewPriceChange: RpcTypes<'SettingsService', true, PreviewPriceChangeRequest, PreviewPriceChangeResponse>;
  /** The present time. */
  readonly GetTestClock: RpcTypes<'TestClockService', false, GetTestClockRequest, GetTestClockResponse>;
  /**
   * Advances the clock. Everything that becomes due on the way happens in order, each at its own moment, before the answer. A retry under the
   * same key advances to the same moment. Of two calls at once, the second starts where the first ended.
   */
  readonly AdvanceTestClock: RpcTypes<'TestClockService', false, AdvanceTestClockRequest, AdvanceTestClockResponse>;
  /** Takes back the rest of one grant, such as after a mistake or a chargeback. Works while paused. Refused while any of it is held. */
  readonly VoidTopUp: RpcTypes<'TopUpService', false, VoidTopUpRequest, VoidTopUpResponse>;
  /** One usage event. */
  readonly SendUsage: RpcTypes<'UsageService', false, SendUsageRequest, SendUsageResponse>;
  /** Up to 1,000 usage events. Valid ones are applied, and invalid ones are listed. A larger batch is refused. */
  readonly SendUsageBatch: RpcTypes<'UsageService', false, SendUsageBatchRequest, SendUsageBatchResponse>;
  /** Opens the customer's wallet. Refused until a credit price exists for the customer's currency. */
  readonly CreateWallet: RpcTypes<'WalletService', false, CreateWalletRequest, CreateWalletResponse>;
  /** Adds a grant, given in credits and converted to money at the credit price in force. */
  readonly AddCredits: RpcTypes<'WalletService', false, AddCreditsRequest, AddCreditsResponse>;
  /** Stops debits and new holds. Credits are still accepted, expiry still runs, usage goes uncovered. */
  readonly PauseWallet: RpcTypes<'WalletService', false, PauseWalletRequest, PauseWalletResponse>;
  /** Allows debits again. */
  readonly ResumeWallet: RpcTypes<'WalletService', false, ResumeWalletRequest, ResumeWalletResponse>;
  /** Ends the wallet for good and posts the rest as an entry. Refused while holds are open. */
  readonly CloseWallet: RpcTypes<'WalletService', false, CloseWalletRequest, CloseWalletResponse>;
  /** Replaces the warning lines. */
  readonly SetWalletLimits: RpcTypes<'WalletService', false, SetWalletLimitsRequest, SetWalletLimitsResponse>;
  /** Adds an endpoint. Only this answer has its secret. */
  readonly CreateWebhookEndpoint: RpcTypes<'WebhookService', false, CreateWebhookEndpointRequest, CreateWebhookEndpointResponse>;
  /** One endpoint. */
  readonly GetWebhookEndpoint: RpcTypes<'WebhookService', false, GetWebhookEndpointRequest, GetWebhookEndpointResponse>;
  /** All endpoints, in order of id. */
  readonly ListWebhookEndpoints: RpcTypes<'WebhookService', false, ListWebhookEndpointsRequest, ListWebhookEndpointsResponse>;
  /** Changes the given fields and leaves the rest. */
  readonly UpdateWebhookEndpoint: RpcTypes<'WebhookService', false, UpdateWebhookEndpointRequest, UpdateWebhookEndpointResponse>;
  /** Delivers to it again. It continues where it stopped. */
  readonly EnableWebhookEndpoint: RpcTypes<'WebhookService', false, EnableWebhookEndpointRequest, EnableWebhookEndpointResponse>;
  /** Delivers nothing to it. */
  readonly DisableWebhookEndpoint: RpcTypes<'WebhookService', false, DisableWebhookEndpointRequest, DisableWebhookEndpointResponse>;
  /** Ends it for good. */
  readonly DeleteWebhookEndpoint: RpcTypes<'WebhookService', false, DeleteWebhookEndpointRequest, DeleteWebhookEndpointResponse>;
  /** Gives it a new secret. For 24 hours messages are signed with both. */
  readonly RotateWebhookSecret: RpcTypes<'WebhookService', false, RotateWebhookSecretRequest, RotateWebhookSecretResponse>;
  /** Sends a message of type test.ping to it. */
  readonly SendTestPing: RpcTypes<'WebhookService', false, SendTestPingRequest, SendTestPingResponse>;
  /** Its deliveries, newest first. */
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
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** The number of credits, as a decimal string above zero. Converted at the credit price in force. */
  readonly credits: string;
  /** Paid or free. Free is refused unless the settings allow it. */
  readonly origin: Origin;
  /** Lower is taken first, 0 to 255. Absent: 100. */
  readonly priority: number | undefined;
  /** Covers usage from then on. Absent: usage of any time before it expires. */
  readonly effective_at: string;
  /** Covers usage before then. Absent: never expires. */
  readonly expires_at: string;
  /** The caller's own reference, such as a payment id. Required for paid credits. At most 256 characters. */
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
  /** The credit price of the conversion. */
  readonly credit_price: string;
  /** The version of the credit price. */
  readonly credit_price_version: number;
};

/** Adds a meter. */
export type AddMeterRequest = {
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The credit product, such as "api-calls". */
  readonly credit_product_id: string;
  /** The meter. */
  readonly meter: NewMeter;
};

/** The credit product after the command. */
export type AddMeterResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The credit product. */
  readonly credit_product: CreditProduct;
};

/** Moves time on: give one of the two. */
export type AdvanceTestClockRequest = {
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** To this time, not before the present one. */
  readonly to: string;
  /** By so many seconds, up to 400 days. */
  readonly by_seconds: number | undefined;
};

/** The time after it. */
export type AdvanceTestClockResponse = {
  /** The present time. */
  readonly now: string;
};

/** The amount that one debit took from one grant. */
export type Allocation = {
  /** The grant. */
  readonly grant_id: string;
  /** The taken amount, as a decimal string. */
  readonly amount: string;
};

/** The state of an auto top-up. */
export type AutoTopUp = {
  /** The customer's id. */
  readonly customer_id: string;
  /** ISO 4217 code of the wallet. */
  readonly currency: string;
  /** The policy that was set last. */
  readonly policy: AutoTopUpPolicy;
  /** Its phase. */
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

/** One decision, or its result. */
export type AutoTopUpDecision = {
  /** Its place in the stream of the auto top-up. */
  readonly revision: number;
  /**
   * One of "configured", "disabled", "resumed", "requested", "skipped", "withdrawn" (the account or the wallet refused the purchase,
   * which is no failed payment), "started", "succeeded", "declined", "expired" and "suspended".
   */
  readonly type: string;
  /** Its time. */
  readonly at: string;
  /**
   * The reason to skip, withdraw, decline, disable or suspend. To skip: "disabled", "suspended", "in_flight", "not_needed",
   * "not_due", "target_reached", "wallet_paused", "wallets_disabled", "no_credit_price", "too_many_purchases", "backing_off",
   * "cooling_down", "maximum_count" or "maximum_money".
   */
  readonly reason: string;
  /** The request, such as "a1". */
  readonly request_id: string;
  /** The purchase of the request, such as "p1". */
  readonly purchase_id: string;
  /** The requested or paid amount, as a decimal string. */
  readonly amount: string;
  /** The available amount at the decision, as a decimal string. */
  readonly available: string;
  /** The projected amount at the decision, as a decimal string. */
  readonly projected: string;
  /** The pending amount at the decision, as a decimal string. */
  readonly pending: string;
  /** When the auto top-up decides or tries again by itself. Absent: it waits for an event. */
  readonly again_at: string | undefined;
};

/** When to top up, with how much, and how often at most. Amounts are decimal strings in the wallet's currency. */
export type AutoTopUpPolicy = {
  /** The figure with pending purchases is at this amount or below. */
  readonly threshold?: string | undefined;
  /** Every so many days of 24 hours, 1 to 366. */
  readonly every_days?: number | undefined;
  /** At 00:00 UTC of this day of every month, 1 to 31; of the last one where a month is shorter. */
  readonly day_of_month?: number | undefined;
  /** The first time. Only with every_days. Absent: that many days from now. */
  readonly starting_at: string | undefined;
  /** A fixed amount, in whole minor units. */
  readonly amount?: string | undefined;
  /** The amount that is missing up to this target, rounded up to the minor unit. */
  readonly target?: string | undefined;
  /** The least amount of a request. Only with target. Providers refuse tiny payments. */
  readonly minimum: string;
  /** The figure that the threshold is compared with. Not given: available. */
  readonly figure: AutoTopUpFigure;
  /** The shortest time between two requests, in seconds, up to 31 days. */
  readonly cooldown_seconds: number;
  /** The period of the maximum. Not given: month. */
  readonly maximum_period: AutoTopUpPeriod;
  /**
   * The most money that all requests of one period may ask for. Declined and expired requests count, because they may be paid late
   * and are credited then. Leave room in it for retries after a decline.
   */
  readonly maximum_money: string;
  /** The highest number of requests in one period, 1 to 100. Declined and expired requests count, withdrawn ones do not. */
  readonly maximum_count: number;
};

/** The figures of one wallet or credit balance at one revision. Amounts are decimal strings in the balance's own measure. */
export type Balance = {
  /** The customer's id. */
  readonly customer_id: string;
  /** Empty for the wallet. */
  readonly credit_product_id: string;
  /** For people. */
  readonly name: string;
  /** Whether it may be used. */
  readonly status: BalanceStatus;
  /** ISO 4217 code of a wallet. Empty for a credit balance. */
  readonly currency: string;
  /** The name of one unit of a credit balance. Empty for a wallet. */
  readonly unit: string;
  /** The remaining amounts of all grants. */
  readonly booked: string;
  /** The sum of open holds. */
  readonly held: string;
  /** The amount that can be spent now: booked and eligible, less held. */
  readonly available: string;
  /** Purchases not yet confirmed. */
  readonly pending: string;
  /** Available less unbilled. It may be below zero, because unbilled usage has happened and has taken nothing from a grant yet. */
  readonly projected: string;
  /** Usage beyond the available amount, in total. */
  readonly uncovered: string;
  /** Debits for usage, in total. */
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
  /** Revision of the balance's stream, from 0. */
  readonly revision: number;
  /** Time at which eligibility and expiry were decided. */
  readonly as_of: string;
  /** Usage that waits for its invoice. */
  readonly unbilled: string;
};

/** Asks whether an amount could be spent. */
export type CanSpendRequest = {
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Empty: the wallet. */
  readonly credit_product_id: string;
  /** The amount, as a decimal string above zero, in the balance's own measure. */
  readonly amount: string;
  /** Lowest revision of the answer, see operations.proto. Absent: any. */
  readonly min_revision: number | undefined;
};

/** Whether the amount could be spent. */
export type CanSpendResponse = {
  /** True: a debit of the amount would be covered at this revision and moment. */
  readonly can_spend: boolean;
  /** The reason why not, such as "insufficient_credits". Empty if it could. */
  readonly reason: string;
  /** The spendable amount. */
  readonly available: string;
  /** The missing amount. "0" if nothing is missing. */
  readonly shortfall: string;
  /** Revision of the answer. */
  readonly revision: number;
  /** Time of the answer. */
  readonly as_of: string;
};

/** Debits a hold. */
export type CaptureHoldRequest = {
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Empty: the wallet. */
  readonly credit_product_id: string;
  /** The hold. */
  readonly hold_id: string;
  /** The amount, as a decimal string above zero. */
  readonly amount: string;
  /** True: the rest stays held. False: the rest is released. */
  readonly keep_open: boolean;
  /** The treatment of an amount above the held one. Not given: refuse. */
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
  /** The grants that it took from, with the amount of each. */
  readonly allocations: readonly Allocation[];
};

/** Ends a credit balance. */
export type CloseCreditBalanceRequest = {
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** The credit product, such as "api-calls". */
  readonly credit_product_id: string;
  /** The reason, required, at most 256 characters. */
  readonly reason: string;
};

/** The credit balance after the command. */
export type CloseCreditBalanceResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The figures. */
  readonly balance: Balance;
  /** The rest that was posted out, as a decimal string. */
  readonly residual: string;
};

/** Ends a wallet. */
export type CloseWalletRequest = {
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** The reason, required, at most 256 characters. */
  readonly reason: string;
};

/** The wallet after the command. */
export type CloseWalletResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The figures. */
  readonly balance: Balance;
  /** The rest that was posted out, as a decimal string. */
  readonly residual: string;
};

/** Reports a payment. */
export type ConfirmPurchaseRequest = {
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** The purchase. */
  readonly purchase_id: string;
  /** The paid amount, not the requested one, as a decimal string. */
  readonly amount: string;
  /** ISO 4217 code of the paid amount. */
  readonly currency: string;
  /**
   * The caller's id of the payment, such as a transfer or a receipt. In one wallet the same id is the same payment. It is credited to one
   * purchase, and flagged as "payment_of_other_purchase" for another one. If one payment pays for several purchases, confirm each share
   * with its own id, such as "pay-7/1" and "pay-7/2". At most 128 characters.
   */
  readonly payment_id: string;
  /**
   * The caller's own id of this event, unique within the wallet forever. With other contents it is refused as PAYMENT_EVENT_CONFLICT.
   * A repeat under the same request_id, or without one, gets the first answer. Under another request_id the outcome is
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
  /** The outcome. */
  readonly outcome: ConfirmationOutcome;
  /** The grant that was added. Absent if it existed already. */
  readonly grant: Grant | undefined;
};

/** The price that was paid for a grant. It is for reports and changes no balance. */
export type CostBasis = {
  /** The paid amount, as a decimal string in units of the currency. */
  readonly amount: string;
  /** ISO 4217 code, such as "EUR". */
  readonly currency: string;
};

/** Gives a customer a credit balance. */
export type CreateCreditBalanceRequest = {
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** The credit product, such as "api-calls". */
  readonly credit_product_id: string;
  /** For people, at most 128 characters. Empty: the credit product's name. */
  readonly name: string;
  /** Free credits at the start, as a decimal string. Empty: none. */
  readonly starting_balance: string;
  /** Warning lines, at most 8. Empty: those of the credit product. */
  readonly limits: readonly Limit[];
  /** True: no warning lines, also not those of the credit product. */
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
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** Chosen by the account. a-z, 0-9, "_", ".", "-"; at most 64. */
  readonly credit_product_id: string;
  /** For people, 1 to 128 characters. */
  readonly name: string;
  /** The name of one unit, 1 to 64 characters. */
  readonly unit: string;
  /** At least one is needed before usage can consume the product; more can be added later. */
  readonly meters: readonly NewMeter[];
  /** Default limits of new credit balances, at most 8. */
  readonly limits: readonly Limit[];
};

/** The credit product after the command. */
export type CreateCreditProductResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The credit product. */
  readonly credit_product: CreditProduct;
};

/** Registers a customer. */
export type CreateCustomerRequest = {
  /** Idempotency key, see operations.proto. */
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
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Warning lines, at most 8. Empty: the default limits of the settings for the customer's currency. */
  readonly limits: readonly Limit[];
  /** True: no warning lines, and no default limits. */
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
  /** Idempotency key, see operations.proto. */
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

/** The value of one wallet credit in a currency, from a time on. */
export type CreditPrice = {
  /** ISO 4217 code, such as "EUR". */
  readonly currency: string;
  /** Money per credit, as a decimal string above zero with at most 9 digits after the point. */
  readonly price: string;
  /**
   * The price is in force from this time until the next price of its currency begins. Absent: at once. If the same price is in force
   * already, nothing changes. A past time also prices usage of that time that arrives later. It does not change charged usage, nor
   * usage from after the next price began. The first price of a currency also counts for earlier times, unless it was scheduled ahead.
   * Answers always have this field.
   */
  readonly effective_at: string;
  /** Counts the prices of this currency from 1. Set by the ledger; leave it out of requests. */
  readonly version: number;
};

/** A unit of value, and the meters that consume it. */
export type CreditProduct = {
  /** Chosen by the account. a-z, 0-9, "_", ".", "-"; at most 64. */
  readonly credit_product_id: string;
  /** For people. */
  readonly name: string;
  /** The name of one unit, such as "API credit". */
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
  /** Wallets that were created up to this time, closed ones included. */
  readonly wallets: number;
  /** Paid credits. */
  readonly paid: Liability;
  /** Free credits. */
  readonly free: Liability;
};

/** The effect of the change on all wallets of one currency. Each figure is a sum over the wallets. */
export type CurrencyPricePreview = {
  /** ISO 4217 code. */
  readonly currency: string;
  /** The prices of this time are compared: now, or the effective time of a price that begins later. */
  readonly compared_at: string;
  /** The price at this time without the change. Empty if there is none. */
  readonly price_before: string;
  /** The price at this time with the change. */
  readonly price_after: string;
  /** Whether the two prices differ. */
  readonly moves: boolean;
  /** The number of wallets, without closed ones. */
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
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** The credit product, such as "api-calls". */
  readonly credit_product_id: string;
  /** The number of credits, as a decimal string above zero. */
  readonly amount: string;
  /** The reason, required, at most 256 characters. */
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
  /** The grants that it took from, with the amount of each. */
  readonly allocations: readonly Allocation[];
};

/** A warning line of new wallets. */
export type DefaultLimit = {
  /** The line. An amount needs a currency; a percentage may go to wallets of all currencies. */
  readonly limit: Limit;
  /** For wallets of this currency only. Empty: for those of all. */
  readonly currency: string;
};

/** Ends an endpoint. */
export type DeleteWebhookEndpointRequest = {
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The endpoint. */
  readonly endpoint_id: string;
};

/** The endpoint is gone. */
export type DeleteWebhookEndpointResponse = {
  /** Revision that the command made. */
  readonly revision: number;
};

/** One message to one endpoint. */
export type Delivery = {
  /** The same in every attempt, so that receivers recognize repeats. */
  readonly webhook_id: string;
  /** Such as "wallet.low_balance". */
  readonly event_type: string;
  /** Its status. */
  readonly status: DeliveryStatus;
  /** The stream of its ledger event. */
  readonly stream: string;
  /** The revision of that event. */
  readonly revision: number;
  /** The attempts so far, oldest first. */
  readonly attempts: readonly DeliveryAttempt[];
  /** Absent unless pending. */
  readonly next_attempt_at: string | undefined;
};

/** One attempt. */
export type DeliveryAttempt = {
  /** Its time. */
  readonly at: string;
  /** The status of the endpoint's answer. 0: no answer. */
  readonly status_code: number;
  /** The failure. Empty if it was delivered. */
  readonly error: string;
  /** Its duration in milliseconds. */
  readonly duration_ms: number;
};

/** Turns it off. */
export type DisableAutoTopUpRequest = {
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** The reason, at most 256 characters. */
  readonly reason: string;
};

/** The auto top-up after the command. */
export type DisableAutoTopUpResponse = {
  /** Revision of the auto top-up. */
  readonly revision: number;
  /** Its state. */
  readonly auto_top_up: AutoTopUp;
};

/** Disables an endpoint. */
export type DisableWebhookEndpointRequest = {
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The endpoint. */
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
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The endpoint. */
  readonly endpoint_id: string;
};

/** The endpoint after the command. */
export type EnableWebhookEndpointResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The endpoint. */
  readonly endpoint: WebhookEndpoint;
};

/** Reports that no money will come. */
export type FailPurchaseRequest = {
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** The purchase. */
  readonly purchase_id: string;
  /** The reason in one word, such as "declined". At most 64 characters. */
  readonly code: string;
  /** The same for people. At most 256 characters. */
  readonly reason: string;
  /**
   * The caller's own id of this event, unique within the wallet forever, as for a confirmation. Under another request_id the outcome is
   * ALREADY_ENDED. Empty: none. At most 128 characters.
   */
  readonly event_id: string;
};

/** The wallet after the command. */
export type FailPurchaseResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The figures. */
  readonly balance: Balance;
  /** The outcome. */
  readonly outcome: FailureOutcome;
};

/** Asks for one. */
export type GetAutoTopUpRequest = {
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Lowest revision of the answer, see operations.proto. Absent: any. */
  readonly min_revision: number | undefined;
  /** Number of decisions, 1 to 1,000, the newest first. 0 or absent: 100. */
  readonly page_size: number;
  /** The next_page_token of the page before, for older decisions. */
  readonly page_token: string;
};

/** One auto top-up. */
export type GetAutoTopUpResponse = {
  /** Revision of the auto top-up. */
  readonly revision: number;
  /** When this was read. */
  readonly as_of: string;
  /** Its state. */
  readonly auto_top_up: AutoTopUp;
  /** The decisions, the newest first. */
  readonly decisions: readonly AutoTopUpDecision[];
  /** For older decisions. Empty: there are none. */
  readonly next_page_token: string;
};

/** Asks for the figures of one balance. */
export type GetBalanceRequest = {
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Empty: the wallet. */
  readonly credit_product_id: string;
  /** Lowest revision of the answer, see operations.proto. Absent: any. */
  readonly min_revision: number | undefined;
  /** The balance as the ledger knew it at this time. Absent: now. */
  readonly at: string;
};

/** The figures of one balance. */
export type GetBalanceResponse = {
  /** Revision of the answer. */
  readonly revision: number;
  /** Time of the answer. */
  readonly as_of: string;
  /** The figures. */
  readonly balance: Balance;
};

/** Asks for one credit product. */
export type GetCreditProductRequest = {
  /** The credit product, such as "api-calls". */
  readonly credit_product_id: string;
  /** Lowest revision of the answer, see operations.proto. Absent: any. */
  readonly min_revision: number | undefined;
};

/** One credit product. */
export type GetCreditProductResponse = {
  /** Revision of the answer. */
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
  /** Lowest revision of the answer, see operations.proto. Absent: any. */
  readonly min_revision: number | undefined;
};

/** One customer. */
export type GetCustomerResponse = {
  /** Revision of the answer. */
  readonly revision: number;
  /** When this was read. */
  readonly as_of: string;
  /** The customer. */
  readonly customer: Customer;
};

/** Asks for the payment of an invoice. */
export type GetInvoicePaymentRequest = {
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** The caller's own id. */
  readonly invoice_id: string;
  /** Lowest revision of the answer, see operations.proto. Absent: any. */
  readonly min_revision: number | undefined;
};

/** The payment of an invoice. */
export type GetInvoicePaymentResponse = {
  /** Revision of the wallet. */
  readonly revision: number;
  /** When this was read. */
  readonly as_of: string;
  /** The payment. */
  readonly payment: InvoicePayment;
};

/** Asks for the report. */
export type GetLiabilityReportRequest = {
  /**
   * Entries count up to this time, by recorded_at of their movement. An effective_at may be long before, so sum movements by recorded_at.
   * An expiry that is posted late counts from its due time, or from the entry before it in the wallet if that is later. Absent: now.
   */
  readonly at: string;
};

/** The report. */
export type GetLiabilityReportResponse = {
  /** Time of the report. */
  readonly as_of: string;
  /** In order of currency. A currency without wallets at this time is absent. */
  readonly currencies: readonly CurrencyLiability[];
};

/** Asks for a purchase. */
export type GetPurchaseRequest = {
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** The purchase. */
  readonly purchase_id: string;
  /** Lowest revision of the answer, see operations.proto. Absent: any. */
  readonly min_revision: number | undefined;
};

/** A purchase. */
export type GetPurchaseResponse = {
  /** Revision of the answer. */
  readonly revision: number;
  /** Time of the answer. */
  readonly as_of: string;
  /** The purchase. */
  readonly purchase: Purchase;
};

/** Asks for one rejected usage event. */
export type GetRejectedUsageRequest = {
  /** The rejection. */
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
  /** Lowest revision of the answer, see operations.proto. Absent: any. */
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
  /** The present time. Every command is recorded at it. */
  readonly now: string;
};

/** Asks for one endpoint. */
export type GetWebhookEndpointRequest = {
  /** The endpoint. */
  readonly endpoint_id: string;
};

/** One endpoint. */
export type GetWebhookEndpointResponse = {
  /** Revision of the answer. */
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
  /** The added amount, as a decimal string in the balance's own measure. */
  readonly amount: string;
  /** The remaining amount, held value included. */
  readonly remaining: string;
  /** The part of it that open holds keep. */
  readonly held: string;
  /** Paid or free. */
  readonly origin: Origin;
  /** Lower is taken first. 0 to 255. */
  readonly priority: number;
  /** Covers usage from then on. Absent: usage of any time before it expires. */
  readonly effective_at: string | undefined;
  /** Covers usage before then. Absent: never expires. */
  readonly expires_at: string | undefined;
  /** The price that was paid for it, if given. */
  readonly cost_basis: CostBasis | undefined;
  /** The caller's own reference, such as a payment id. */
  readonly reference: string;
  /** The caller's own notes. */
  readonly metadata: Readonly<Record<string, string>>;
};

/** Value that is reserved and settled later. */
export type Hold = {
  /** Made by the ledger, unique within its balance. */
  readonly hold_id: string;
  /** The amount that is still held, as a decimal string. "0" after the end of the hold. */
  readonly amount: string;
  /** The hold is released by itself at this time. Absent: never. */
  readonly expires_at: string | undefined;
  /** The caller's own reference. */
  readonly reference: string;
  /** The held grants, with the amount of each. */
  readonly allocations: readonly Allocation[];
};

/** The payment of one invoice by a wallet. */
export type InvoicePayment = {
  /** The caller's own id. */
  readonly invoice_id: string;
  /** Made by the ledger, unique within its wallet. */
  readonly payment_id: string;
  /** The requested amount, as a decimal string. */
  readonly due: string;
  /** The paid amount. */
  readonly paid: string;
  /** The amount that was still due. */
  readonly remaining: string;
  /** The unbilled usage that this invoice billed. */
  readonly billed: string;
  /** The returned part of the payment. */
  readonly reversed: string;
  /** The part that can still be returned. */
  readonly reversible: string;
  /** The grants that it was taken from, with the amount of each, in order. */
  readonly allocations: readonly Allocation[];
  /** When it was paid. */
  readonly paid_at: string;
};

/**
 * Money of one origin, from the beginning up to this time, as decimal strings:
 * granted + returned - consumed - captured - deducted - paid_to_invoices - expired - voided - closed = outstanding.
 */
export type Liability = {
  /** Added: top-ups and purchases. */
  readonly granted: string;
  /** Returned by reversed invoice payments. */
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
   * The liability: the remaining amounts of all grants, held or not. The sum of paid and free, less expired_unposted, is the booked amount
   * of the wallets at this time.
   */
  readonly outstanding: string;
  /** The part of outstanding that has expired and whose expiry is not posted yet. It excludes the amounts of open holds. */
  readonly expired_unposted: string;
};

/**
 * A warning line of a wallet or credit balance. It warns when the projected amount falls from above the line to the line or below, once for
 * each downward crossing.
 */
export type Limit = {
  /** Chosen by the account, unique within its balance, such as "warning". a-z, 0-9, "_", ".", "-"; at most 64. */
  readonly limit_id: string;
  /** In the balance's own measure (money or units), as a decimal string such as "12.50", not negative. */
  readonly absolute?: string | undefined;
  /** Percent of the last top-up, above "0" and at most "100", as a decimal string. */
  readonly percent_of_last_top_up?: string | undefined;
};

/** A warning line with its present threshold. */
export type LimitStatus = {
  /** The line as it was set. */
  readonly limit: Limit;
  /** The line in the balance's own measure, as a decimal string. Empty while a percentage has no top-up to refer to. */
  readonly threshold: string;
  /**
   * True while the projected amount of the answer is at the line or below. A balance that never was above the line has crossed nothing,
   * and no warning was sent.
   */
  readonly reached: boolean;
};

/** Asks for all balances of a customer. */
export type ListBalancesRequest = {
  /** The customer's id, 1 to 128 bytes. */
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
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Size of the page, 1 to 1,000. 0 or absent: 100. */
  readonly page_size: number;
  /** The next_page_token of the page before. Empty: the first page. */
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
  /** Size of the page, 1 to 1,000. 0 or absent: 100. */
  readonly page_size: number;
  /** The next_page_token of the page before. Empty: the first page. */
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
  /** Size of the page, 1 to 1,000. 0 or absent: 100. */
  readonly page_size: number;
  /** The next_page_token of the page before. Empty: the first page. */
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
  /** The endpoint. */
  readonly endpoint_id: string;
  /** Only with this status. Not given: all. */
  readonly status: DeliveryStatus;
  /** Size of the page, 1 to 1,000. 0 or absent: 100. */
  readonly page_size: number;
  /** The next_page_token of the page before, with the same filters. Empty: the first page. */
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
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Empty: the wallet. */
  readonly credit_product_id: string;
  /** Lowest revision of the answer, see operations.proto. Absent: any. */
  readonly min_revision: number | undefined;
  /** Size of the page, 1 to 1,000. 0 or absent: 100. */
  readonly page_size: number;
  /** The next_page_token of the page before, with the same filters. Empty: the first page. */
  readonly page_token: string;
  /** Only these. Empty: all. */
  readonly types: readonly MovementType[];
  /** True: the newest first. False: the oldest first. */
  readonly newest_first: boolean;
};

/** A page of movements. */
export type ListMovementsResponse = {
  /** In the requested order. */
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
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Size of the page, 1 to 1,000. 0 or absent: 100. */
  readonly page_size: number;
  /** The next_page_token of the page before. Empty: the first page. */
  readonly page_token: string;
  /** Lowest revision of the answer, see operations.proto. Absent: any. */
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
  /** Size of the page, 1 to 1,000. 0 or absent: 100. */
  readonly page_size: number;
  /** The next_page_token of the page before, with the same filters. Empty: the first page. */
  readonly page_token: string;
  /** Only with this reason. Empty: all. */
  readonly reason: string;
  /** Only of this customer. Empty: all. */
  readonly customer_id: string;
  /** Only with this status. Not given: all. */
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
  /** Size of the page, 1 to 1,000. 0 or absent: 100. */
  readonly page_size: number;
  /** The next_page_token of the page before. Empty: the first page. */
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
  /** The path of the quantity in data. */
  readonly value_path?: string | undefined;
  /** Every weight it ever had, in the order of recording. */
  readonly weights: readonly MeterWeight[];
  /** Takes no usage from then on. Absent: in use. */
  readonly retired_at: string | undefined;
  /** The source for its usage. */
  readonly draws_on: DrawsOn;
};

/** A condition on a usage event's data. */
export type MeterFilter = {
  /** The path in data, dot-separated, such as "model.name". */
  readonly path: string;
  /** The required value. Numbers are compared by value, true and false by word. */
  readonly equals: string;
};

/** The price of one unit of quantity, from a time on. */
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
  /** Its type. */
  readonly type: MovementType;
  /** The amount that was added (positive) or taken (negative), as a decimal string. "0" if nothing moved. */
  readonly amount: string;
  /** The uncovered part. */
  readonly uncovered: string;
  /** Booked after it. */
  readonly booked: string;
  /** Held after it. */
  readonly held: string;
  /** Available after it. */
  readonly available: string;
  /** The time from which it counts. It may be before recorded_at, such as for a backdated top-up or an expiry that is posted late. */
  readonly effective_at: string;
  /** The time of recording. To match the liability report, sum by this time. */
  readonly recorded_at: string;
  /** The actor, if known. */
  readonly actor: string;
  /** The reason, if given. */
  readonly reason: string;
  /** The caller's own reference. For an invoice payment or its reversal: the invoice. */
  readonly reference: string;
  /** The grant it made or ended. */
  readonly grant_id: string;
  /** The hold it concerns. */
  readonly hold_id: string;
  /** The warning line it concerns. */
  readonly limit_id: string;
  /** The grants that it took from, with the amount of each. */
  readonly allocations: readonly Allocation[];
  /** Its usage events, at most 100 of them. */
  readonly usage: readonly UsageLine[];
  /** The number of all its usage events. */
  readonly usage_count: number;
  /** Id of the ledger event. */
  readonly event_id: string;
  /** The change of unbilled usage: up by use, down by billing. Empty if it did not change. */
  readonly unbilled: string;
  /** Projected after it. */
  readonly projected: string;
  /** The purchase it concerns. */
  readonly purchase_id: string;
  /** In a wallet: the credits that were added, or requested by a purchase. Each usage line has its own. */
  readonly credits: string;
  /** The credit price of these credits. */
  readonly credit_price: string;
  /** The version of the credit price. 0: nothing was converted. */
  readonly credit_price_version: number;
};

/** A new meter. */
export type NewMeter = {
  /** Unique within its credit product. a-z, 0-9, "_", ".", "-"; at most 64. */
  readonly meter_id: string;
  /** The CloudEvents type that it selects, exactly. */
  readonly event_type: string;
  /** All must hold. Empty: every usage event of the type. */
  readonly filters: readonly MeterFilter[];
  /** True: every usage event counts as 1. */
  readonly count?: boolean | undefined;
  /** The path of the quantity in data, dot-separated, such as "tokens.input". */
  readonly value_path?: string | undefined;
  /** Credits per unit of quantity, as a decimal string. */
  readonly weight: string;
  /** The weight is in force for usage from then on. Absent: for usage of any time. */
  readonly effective_at: string;
  /**
   * The source for its usage, forever. Absent: the credit balance. On the wallet, a weight counts wallet credits, which are worth
   * the credit price at the time of the usage.
   */
  readonly draws_on: DrawsOn;
};

/** The state of a part. */
export type PartStatus = {
  /** Such as "log", "projections", "webhooks". */
  readonly name: string;
  /** False: requests that need it fail. */
  readonly ready: boolean;
  /** The part, and its problem. */
  readonly detail: string;
};

/** Stops debits. */
export type PauseCreditBalanceRequest = {
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** The credit product, such as "api-calls". */
  readonly credit_product_id: string;
  /** The reason, at most 256 characters. */
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
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** The reason, at most 256 characters. */
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
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** The caller's own id, 1 to 128 characters. An invoice is paid once. */
  readonly invoice_id: string;
  /**
   * The amount due, as a decimal string of zero or more in whole minor units of the wallet's currency. "0" only settles the usage of
   * `billed`, such as for an invoice that was paid by other means. Without `billed` nothing happens.
   */
  readonly due: string;
  /**
   * The unbilled usage that this invoice bills, not more than is unbilled. Empty: all unbilled usage, up to the amount due. For an
   * invoice that was paid before: the usage that this payment billed.
   */
  readonly billed: string;
  /** ISO 4217 code. Refused if the wallet has another. Empty: not compared. */
  readonly currency: string;
};

/** The result of the payment. */
export type PayInvoiceResponse = {
  /** Revision that the command made, or the present one if nothing was recorded. */
  readonly revision: number;
  /** The figures. */
  readonly balance: Balance;
  /** The taken amount, as a decimal string. */
  readonly paid: string;
  /** The amount that is still due. Pay it by other means. */
  readonly remaining: string;
  /**
   * The reason why something is still due: "insufficient_credits", "balance_paused", "balance_closed", "wallets_disabled", or
   * "too_many_grants" (the value is in more grants than one payment can take from). Empty if nothing is due.
   */
  readonly reason: string;
  /** The recorded payment. Absent if nothing was recorded. */
  readonly payment: InvoicePayment | undefined;
};

/** Reserves an amount. */
export type PlaceHoldRequest = {
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Empty: the wallet. */
  readonly credit_product_id: string;
  /** The amount, as a decimal string above zero, in the balance's own measure. */
  readonly amount: string;
  /** The hold is released by itself at this time. Absent: never. */
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

/** The limits of one purchase by a customer in the portal, in money. */
export type PortalPurchaseLimit = {
  /** ISO 4217 code, such as "EUR". */
  readonly currency: string;
  /** The least amount of one purchase, as a decimal string above zero in whole minor units. Empty: one minor unit. */
  readonly minimum: string;
  /** The largest amount of one purchase. Empty: no bound. */
  readonly maximum: string;
};

/** A change of credit prices that nobody has made yet. */
export type PreviewPriceChangeRequest = {
  /** The prices to preview, at most one per currency. */
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
  /** The number of wallets whose unit equivalent changes. */
  readonly wallets_touched: number;
  /** Every currency that has wallets or is in the change, in order. */
  readonly currencies: readonly CurrencyPricePreview[];
  /** Time of the request. Wallets may change during the preview. Each one has its revision. */
  readonly as_of: string;
};

/** Credits that the wallet gets after their payment. */
export type Purchase = {
  /** Made by the ledger, unique within its wallet forever. */
  readonly purchase_id: string;
  /** The customer's id. */
  readonly customer_id: string;
  /** Its status. */
  readonly status: PurchaseStatus;
  /** The requested amount, as a decimal string. The wallet is credited with it. */
  readonly amount: string;
  /** ISO 4217 code. */
  readonly currency: string;
  /** The same in credits, at the price of the start. */
  readonly credits: string;
  /** This credit price. */
  readonly credit_price: string;
  /** The version of the credit price. */
  readonly credit_price_version: number;
  /** The payment provider: "manual" or "stripe". */
  readonly provider: string;
  /** The requester. */
  readonly by: PurchasedBy;
  /** Its start. */
  readonly started_at: string;
  /** It expires at this time. Absent: never. */
  readonly expires_at: string | undefined;
  /** The time of its success, failure or expiry. */
  readonly ended_at: string | undefined;
  /** The grant that it bought. */
  readonly grant_id: string;
  /** True: it had failed or expired before its payment. */
  readonly late: boolean;
  /** The code of its failure, from the provider or the account. */
  readonly failure_code: string;
  /** The same for people. */
  readonly failure_reason: string;
  /** The provider's id of the payment that was credited. */
  readonly payment_id: string;
  /** Notifications that need a person, oldest first. */
  readonly flags: readonly PurchaseFlag[];
};

/** A notification about a purchase that needs a person. It credited nothing. */
export type PurchaseFlag = {
  /**
   * The reason: "other_currency", "other_amount", "already_succeeded", "failed_after_success", "grant_already_expired", "purchase_no_longer_tracked",
   * "balance_closed" or "payment_of_other_purchase".
   */
  readonly reason: string;
  /** The paid amount, as a decimal string. Empty if no money was taken. */
  readonly paid_amount: string;
  /** ISO 4217 code of the paid amount. */
  readonly paid_currency: string;
  /** The provider's id of the notification. */
  readonly event_id: string;
  /** The provider's id of the payment. */
  readonly payment_id: string;
  /** When it was recorded. */
  readonly flagged_at: string;
  /** The other purchase that the payment was credited to, if any. */
  readonly credited_to: string;
};

/** Builds derived state again. */
export type RebuildProjectionsRequest = {
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
};

/** The result of a rebuild. */
export type RebuildProjectionsResponse = {
  /** Events read. */
  readonly events: number;
  /** Documents written. */
  readonly documents: number;
  /** Its duration in milliseconds. */
  readonly duration_ms: number;
};

/** A usage event that could not be applied. */
export type RejectedUsage = {
  /** Made by the ledger. */
  readonly rejection_id: string;
  /** Its status. */
  readonly status: RejectedUsageStatus;
  /** A stable code such as "unknown_customer". */
  readonly reason: string;
  /** The same for people, with field and remedy. */
  readonly detail: string;
  /** The event's source, as far as it could be read. */
  readonly source: string;
  /** The event's id, as far as it could be read. */
  readonly id: string;
  /** The event's subject, as far as it could be read. */
  readonly customer_id: string;
  /** Its transport: "http", "grpc" or a topic with partition and offset. */
  readonly received_from: string;
  /** When it was rejected. */
  readonly rejected_at: string;
  /** When it was replayed successfully. */
  readonly replayed_at: string | undefined;
  /** The original bytes, in base64 over HTTP. Absent in lists. */
  readonly original: Uint8Array | undefined;
};

/** Releases a hold. */
export type ReleaseHoldRequest = {
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Empty: the wallet. */
  readonly credit_product_id: string;
  /** The hold. */
  readonly hold_id: string;
};

/** The balance after the command. */
export type ReleaseHoldResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The figures. */
  readonly balance: Balance;
  /** The released amount, as a decimal string. */
  readonly released: string;
};

/** Replays a rejected usage event. */
export type ReplayRejectedUsageRequest = {
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The rejection. */
  readonly rejection_id: string;
};

/** The result of the replay. */
export type ReplayRejectedUsageResponse = {
  /** The outcome of the event. */
  readonly outcome: UsageOutcome;
  /** Its present state. */
  readonly rejected_usage: RejectedUsage;
};

/** Sends a message again. */
export type ResendDeliveryRequest = {
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The endpoint. */
  readonly endpoint_id: string;
  /** The message. */
  readonly webhook_id: string;
};

/** The message is on its way again. */
export type ResendDeliveryResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** Its present state. */
  readonly delivery: Delivery;
};

/** Ends a suspension or a back-off. */
export type ResumeAutoTopUpRequest = {
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** The reason, at most 256 characters. */
  readonly reason: string;
};

/** The auto top-up after the command. */
export type ResumeAutoTopUpResponse = {
  /** Revision of the auto top-up. */
  readonly revision: number;
  /** Its state. */
  readonly auto_top_up: AutoTopUp;
};

/** Allows debits again. */
export type ResumeCreditBalanceRequest = {
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** The credit product, such as "api-calls". */
  readonly credit_product_id: string;
  /** The reason, at most 256 characters. */
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
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** The reason, at most 256 characters. */
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
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The credit product, such as "api-calls". */
  readonly credit_product_id: string;
  /** The meter. */
  readonly meter_id: string;
  /** Usage from then on is not taken. Absent: now. */
  readonly effective_at: string;
};

/** The credit product after the command. */
export type RetireMeterResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The credit product. */
  readonly credit_product: CreditProduct;
};

/** Returns a payment. */
export type ReverseInvoicePaymentRequest = {
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** The invoice that was paid. */
  readonly invoice_id: string;
  /** The amount, as a decimal string above zero in whole minor units. Empty: all that is not returned yet. */
  readonly amount: string;
  /** The reason, at most 256 characters. */
  readonly reason: string;
  /**
   * The caller's own id of the reversal, such as that of a credit note, 1 to 128 characters. The reversal is carried out once, under
   * any idempotency key. Empty: only the idempotency key distinguishes a retry from another reversal.
   */
  readonly reversal_id: string;
};

/** The result of the reversal. */
export type ReverseInvoicePaymentResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The figures. */
  readonly balance: Balance;
  /** The amount that this reversal returned, as a decimal string. */
  readonly reversed: string;
  /** The grants that it returned to, with the amount of each, in order. */
  readonly returned: readonly Allocation[];
  /** The payment after it. */
  readonly payment: InvoicePayment;
};

/** Gives an endpoint a new secret. */
export type RotateWebhookSecretRequest = {
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The endpoint. */
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
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The endpoint. */
  readonly endpoint_id: string;
};

/** The test message is on its way. */
export type SendTestPingResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The id of its delivery. */
  readonly webhook_id: string;
};

/** Sends many usage events. */
export type SendUsageBatchRequest = {
  /** 1 to 1,000. */
  readonly events: readonly UsageEvent[];
};

/** The outcomes of the events. */
export type SendUsageBatchResponse = {
  /** The number of applied events. */
  readonly applied: number;
  /** The number of duplicates. */
  readonly duplicate: number;
  /** The number of rejected events. */
  readonly rejected: number;
  /** The number of queued events. */
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

/** The outcome of the event. */
export type SendUsageResponse = {
  /** The outcome of the event. */
  readonly outcome: UsageOutcome;
  /** When the ledger received it. */
  readonly as_of: string;
};

/** Sets the policy of a customer's wallet. */
export type SetAutoTopUpRequest = {
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** The new policy. */
  readonly policy: AutoTopUpPolicy;
};

/** The auto top-up after the command. */
export type SetAutoTopUpResponse = {
  /** Revision of the auto top-up. */
  readonly revision: number;
  /** Its state. */
  readonly auto_top_up: AutoTopUp;
};

/** Replaces the warning lines. */
export type SetCreditBalanceLimitsRequest = {
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** The credit product, such as "api-calls". */
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
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The credit product, such as "api-calls". */
  readonly credit_product_id: string;
  /** The new limits, at most 8. Empty: none. */
  readonly limits: readonly Limit[];
};

/** The credit product after the command. */
export type SetCreditProductLimitsResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The credit product. */
  readonly credit_product: CreditProduct;
};

/** Sets a meter's weight. */
export type SetMeterWeightRequest = {
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The credit product, such as "api-calls". */
  readonly credit_product_id: string;
  /** The meter. */
  readonly meter_id: string;
  /** Credits per unit of quantity, as a decimal string. */
  readonly weight: string;
  /** In force for usage from then on. Absent: now. */
  readonly effective_at: string;
};

/** The credit product after the command. */
export type SetMeterWeightResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The credit product. */
  readonly credit_product: CreditProduct;
};

/** Replaces the warning lines. */
export type SetWalletLimitsRequest = {
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The customer's id, 1 to 128 bytes. */
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
  /** The limits of their purchases, at most one for each currency. Without one, any payable amount is accepted. */
  readonly portal_purchase_limits: readonly PortalPurchaseLimit[];
  /** The limits of a wallet that is created without limits of its own. */
  readonly default_limits: readonly DefaultLimit[];
};

/** Starts a purchase. */
export type StartPurchaseRequest = {
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Credits, as a decimal string above zero, converted at the credit price in force. The money must be whole minor units. */
  readonly credits?: string | undefined;
  /** Money, as a decimal string above zero in whole minor units of the wallet's currency. */
  readonly amount?: string | undefined;
  /** The payment provider: "manual" (somebody confirms by this API) or "stripe" (the customer pays on Stripe's page). */
  readonly provider: string;
  /** The requester. Not given: staff. */
  readonly by: PurchasedBy;
  /** The purchase expires at this time. Absent: after 24 hours for "stripe", 30 days for "manual". A customer cannot choose it. */
  readonly expires_at: string;
  /** The provider's page leads here after the payment. An http or https URL, required for a provider with a page. */
  readonly paid_url: string;
  /** The provider's page leads here if the customer turns back. Required for a provider with a page. */
  readonly cancelled_url: string;
  /** Priority of the bought grant: lower is taken first, 0 to 255. Absent: 100. A customer cannot choose it. */
  readonly priority: number | undefined;
  /** Expiry of the bought grant: it covers usage before this time. Absent: never. A customer cannot choose it. */
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
  /** The page on which the customer pays. Empty if the provider has no page, and in the answer to a retry after the page has closed. */
  readonly checkout_url: string;
};

/** Adds credits. */
export type TopUpCreditBalanceRequest = {
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** The credit product, such as "api-calls". */
  readonly credit_product_id: string;
  /** The number of credits, as a decimal string above zero. */
  readonly amount: string;
  /** Paid or free. */
  readonly origin: Origin;
  /** Lower is taken first, 0 to 255. Absent: 100. */
  readonly priority: number | undefined;
  /** Covers usage from then on. Absent: usage of any time before it expires. */
  readonly effective_at: string;
  /** Covers usage before then. Absent: never expires. */
  readonly expires_at: string;
  /** The price that was paid for it. */
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
  /** The remaining amounts of all grants. */
  readonly booked: string;
  /** The spendable amount. */
  readonly available: string;
};

/** One change of the settings. */
export type UpdateSettingsRequest = {
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** Absent: unchanged. */
  readonly enabled: boolean | undefined;
  /** Absent: unchanged. */
  readonly allow_free_credits: boolean | undefined;
  /** Prices to set, at most one per currency. Prices of other currencies stay. */
  readonly credit_prices: readonly CreditPrice[];
  /** The present revision that the caller knows. Over HTTP: the If-Match header. Absent: any revision. */
  readonly expected_revision: number | undefined;
  /** Absent: unchanged. */
  readonly allow_portal_purchases: boolean | undefined;
  /** The complete new list. Empty: unchanged, see no_portal_purchase_limits. */
  readonly portal_purchase_limits: readonly PortalPurchaseLimit[];
  /** True: none from now on. Not together with portal_purchase_limits. */
  readonly no_portal_purchase_limits: boolean;
  /** The complete new list. Empty: unchanged, see no_default_limits. Wallets that exist keep theirs. */
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
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The endpoint. */
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

/** A fact in the form of a CloudEvent 1.0: one customer used one quantity at one time. */
export type UsageEvent = {
  /** "1.0". */
  readonly specversion: string;
  /** Unique within its source, 1 to 256 bytes. The event is known by source and id. */
  readonly id: string;
  /** The producer, 1 to 512 bytes, such as "gateway-eu-1". */
  readonly source: string;
  /** The kind of usage, 1 to 256 bytes, such as "llm.completion". Meters select by it. */
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
  /** Time of the usage. */
  readonly used_at: string | undefined;
  /** Its price in credits, as a decimal string: of the credit product, or wallet credits. */
  readonly credits: string;
  /** The amount that no grant covered, in the balance's own measure. Empty for usage that waits for its invoice. */
  readonly uncovered: string;
  /** The credits of each meter. */
  readonly parts: readonly UsagePart[];
  /** Its price in the balance's own measure: money in a wallet, otherwise credits. */
  readonly amount: string;
  /** The credit product of its meters. */
  readonly credit_product_id: string;
  /** In a wallet: the credit price at the time of the usage. Empty otherwise. */
  readonly credit_price: string;
  /** The version of the credit price. 0 outside a wallet. */
  readonly credit_price_version: number;
};

/** The outcome of one usage event of a request. */
export type UsageOutcome = {
  /** Its place in the request, from 0. */
  readonly index: number;
  /** Its id, as far as it could be read. */
  readonly id: string;
  /** Its source, as far as it could be read. */
  readonly source: string;
  /** Its status. */
  readonly status: UsageStatus;
  /** The reason of a rejection, a stable code. In a queue, the reason of a later rejection that is known already. Empty otherwise. */
  readonly reason: string;
  /** The same for people, with field and remedy. */
  readonly detail: string;
  /** The id of the rejection. Empty with `queued`: list the rejected usage of the customer. */
  readonly rejection_id: string;
  /** Its customer, as far as it could be read. */
  readonly customer_id: string;
};

/** The part of one meter in a usage event. */
export type UsagePart = {
  /** The meter. */
  readonly meter_id: string;
  /** The quantity, as a decimal string. */
  readonly quantity: string;
  /** Credits per unit of quantity. */
  readonly weight: string;
  /** The version of the weight. */
  readonly weight_version: number;
};

/** A broken invariant. */
export type VerifyFinding = {
  /** The broken invariant: "I2" no doubling, "I3" conservation, "I4" never negative, "I5" order, "I6" projection, "I10" tamper. */
  readonly invariant: string;
  /** The stream of the finding. Empty: the complete log. */
  readonly stream: string;
  /** The revision of the finding. Absent: the finding is about the complete stream. */
  readonly revision: number | undefined;
  /** The finding, for people. */
  readonly detail: string;
};

/** Starts a check. */
export type VerifyLedgerRequest = {
  /**
   * The digest of heads covers events up to this position. Give the position of an earlier check to get the same digest again.
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

/** The progress of a check. */
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
  /** The number of all findings. Only the first ones are reported one by one. */
  readonly findings: number;
  /** Its duration in milliseconds. */
  readonly duration_ms: number;
  /**
   * SHA-256, in hex, over a line "stream revision chain" and a line feed for the last event of every stream, sorted by stream.
   * Keep it elsewhere with its position and compare it with a later check. It shows two changes that the hash chains cannot show: a log
   * that was rewritten completely, and the end of a stream that was cut off together with its derived state.
   */
  readonly heads: string;
  /** Position of the last event that the digest covers, as text because it is a 64-bit number. "-1" for an empty log. */
  readonly position: string;
};

/** Takes back the rest of a grant. */
export type VoidTopUpRequest = {
  /** Idempotency key, see operations.proto. */
  readonly request_id: string;
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Empty: the wallet. */
  readonly credit_product_id: string;
  /** The grant, such as "g1". */
  readonly grant_id: string;
  /** The reason, required, at most 256 characters. */
  readonly reason: string;
};

/** The balance after the command. */
export type VoidTopUpResponse = {
  /** Revision that the command made. */
  readonly revision: number;
  /** The figures. */
  readonly balance: Balance;
  /** The amount that was taken back, as a decimal string. */
  readonly voided: string;
};

/** The effect of the change on one wallet. */
export type WalletPricePreview = {
  /** The customer's id. */
  readonly customer_id: string;
  /** ISO 4217 code. */
  readonly currency: string;
  /** In money. The change does not alter it. */
  readonly booked: string;
  /** In money. */
  readonly available: string;
  /** At the price without the change. Absent where there is none. */
  readonly before: UnitEquivalents | undefined;
  /** At the price with the change. */
  readonly after: UnitEquivalents | undefined;
  /** Revision of the wallet. */
  readonly revision: number;
};

/** Asks for every change of a balance. */
export type WatchBalanceRequest = {
  /** The customer's id, 1 to 128 bytes. */
  readonly customer_id: string;
  /** Empty: the wallet. */
  readonly credit_product_id: string;
  /** Leave out states up to and including this revision. Over HTTP also the Last-Event-ID header. Absent: begin with the present one. */
  readonly after_revision: number | undefined;
};

/** The figures after a change. A slow reader is given the latest ones, never all in between. */
export type WatchBalanceResponse = {
  /** Revision of the figures. It rises from message to message. */
  readonly revision: number;
  /** Time of the figures. */
  readonly as_of: string;
  /** The figures. */
  readonly balance: Balance;
};

/** A destination of webhooks. */
export type WebhookEndpoint = {
  /** Made by the ledger. */
  readonly endpoint_id: string;
  /** http or https. */
  readonly url: string;
  /** Only these types, such as "wallet.low_balance". Empty: all. */
  readonly event_types: readonly string[];
  /** For people. */
  readonly description: string;
  /** Its status. */
  readonly status: WebhookEndpointStatus;
  /** The reason for its disabling: "by_account", "gone" or "only_failures". Empty while enabled. */
  readonly disabled_reason: string;
  /** When it was added. */
  readonly created_at: string;
  /** Until this time, messages are also signed with the previous secret. Absent: no rotation is in progress. */
  readonly previous_secret_until: string | undefined;
};
