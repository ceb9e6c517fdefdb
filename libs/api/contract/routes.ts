/**
 * Every operation by its rpc name, with its place at the HTTP transport. Both transports, the OpenAPI document and the list of handlers
 * are made from this table; a test compares it with the proto files.
 */

type Kind = 'command' | 'query' | 'stream';
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface HttpRoute {
  readonly method: Method;
  /** Parameters in braces are fields of the request. The rest of the request is the body, or the query string of a GET. */
  readonly path: string;
}

export interface Route {
  readonly service: string;
  readonly kind: Kind;
  readonly http: readonly HttpRoute[];
  /** HTTP status of success. Default 200. */
  readonly success?: 201;
  /** The answer's field that is its ETag; an If-None-Match with it is answered 304. */
  readonly etag?: string;
  /** The request's field that an If-Match header fills. */
  readonly ifMatch?: string;
  /** The request's field that a Last-Event-ID header fills, for a stream that can be taken up again. */
  readonly resumeFrom?: string;
  /** The HTTP body goes to the raw usage handler as bytes, unparsed. */
  readonly raw?: true;
}

const SETTINGS = '/v1/settings';
const CUSTOMERS = '/v1/customers';
const CUSTOMER = `${CUSTOMERS}/{customer_id}`;
const PRODUCTS = '/v1/credit-products';
const PRODUCT = `${PRODUCTS}/{credit_product_id}`;
const WALLET = `${CUSTOMER}/wallet`;
const INVOICE = `${WALLET}/invoices/{invoice_id}`;
const BALANCES = `${CUSTOMER}/credit-balances`;
const BALANCE = `${BALANCES}/{credit_product_id}`;
const PURCHASES = `${WALLET}/purchases`;
const PURCHASE = `${PURCHASES}/{purchase_id}`;
const ENDPOINTS = '/v1/webhook-endpoints';
const ENDPOINT = `${ENDPOINTS}/{endpoint_id}`;
const REJECTED = '/v1/rejected-usage';

const at =
  (method: Method) =>
  (...paths: string[]): readonly HttpRoute[] =>
    paths.map((path) => ({ method, path }));
const get = at('GET');
const post = at('POST');
const put = at('PUT');
const patch = at('PATCH');
const remove = at('DELETE');

const command = <const S extends string>(service: S, http: readonly HttpRoute[]) => ({ service, kind: 'command', http }) as const;
const query = <const S extends string>(service: S, http: readonly HttpRoute[]) => ({ service, kind: 'query', http }) as const;
const stream = <const S extends string>(service: S, http: readonly HttpRoute[]) => ({ service, kind: 'stream', http }) as const;
const create = <const S extends string>(service: S, http: readonly HttpRoute[]) => ({ ...command(service, http), success: 201 }) as const;

export const routes = {
  GetSettings: { ...query('SettingsService', get(SETTINGS)), etag: 'revision' },
  UpdateSettings: { ...command('SettingsService', patch(SETTINGS)), etag: 'revision', ifMatch: 'expected_revision' },

  PreviewPriceChange: stream('SettingsService', post(`${SETTINGS}/price-preview`)),

  CreateCustomer: create('CustomerService', post(CUSTOMERS)),
  GetCustomer: query('CustomerService', get(CUSTOMER)),
  ListCustomers: query('CustomerService', get(CUSTOMERS)),

  CreateCreditProduct: create('CatalogService', post(PRODUCTS)),
  GetCreditProduct: query('CatalogService', get(PRODUCT)),
  ListCreditProducts: query('CatalogService', get(PRODUCTS)),
  AddMeter: create('CatalogService', post(`${PRODUCT}/meters`)),
  RetireMeter: command('CatalogService', post(`${PRODUCT}/meters/{meter_id}/retire`)),
  SetMeterWeight: command('CatalogService', post(`${PRODUCT}/meters/{meter_id}/weights`)),
  SetCreditProductLimits: command('CatalogService', put(`${PRODUCT}/limits`)),

  CreateWallet: create('WalletService', post(WALLET)),
  AddCredits: create('WalletService', post(`${WALLET}/credits`)),
  PauseWallet: command('WalletService', post(`${WALLET}/pause`)),
  ResumeWallet: command('WalletService', post(`${WALLET}/resume`)),
  CloseWallet: command('WalletService', post(`${WALLET}/close`)),
  SetWalletLimits: command('WalletService', put(`${WALLET}/limits`)),

  PayInvoice: command('InvoiceService', post(`${INVOICE}/pay`)),
  ReverseInvoicePayment: command('InvoiceService', post(`${INVOICE}/reverse`)),
  GetInvoicePayment: query('InvoiceService', get(INVOICE)),

  SetAutoTopUp: command('AutoTopUpService', put(`${WALLET}/auto-top-up`)),
  GetAutoTopUp: query('AutoTopUpService', get(`${WALLET}/auto-top-up`)),
  DisableAutoTopUp: command('AutoTopUpService', post(`${WALLET}/auto-top-up/disable`)),
  ResumeAutoTopUp: command('AutoTopUpService', post(`${WALLET}/auto-top-up/resume`)),

  CreateCreditBalance: create('CreditBalanceService', post(BALANCES)),
  ListCreditBalances: query('CreditBalanceService', get(BALANCES)),
  TopUpCreditBalance: create('CreditBalanceService', post(`${BALANCE}/top-ups`)),
  DeductCredits: create('CreditBalanceService', post(`${BALANCE}/deductions`)),
  PauseCreditBalance: command('CreditBalanceService', post(`${BALANCE}/pause`)),
  ResumeCreditBalance: command('CreditBalanceService', post(`${BALANCE}/resume`)),
  CloseCreditBalance: command('CreditBalanceService', post(`${BALANCE}/close`)),
  SetCreditBalanceLimits: command('CreditBalanceService', put(`${BALANCE}/limits`)),

  VoidTopUp: command('TopUpService', post(`${WALLET}/grants/{grant_id}/void`, `${BALANCE}/grants/{grant_id}/void`)),

  PlaceHold: create('HoldService', post(`${WALLET}/holds`, `${BALANCE}/holds`)),
  CaptureHold: command('HoldService', post(`${WALLET}/holds/{hold_id}/capture`, `${BALANCE}/holds/{hold_id}/capture`)),
  ReleaseHold: command('HoldService', post(`${WALLET}/holds/{hold_id}/release`, `${BALANCE}/holds/{hold_id}/release`)),

  StartPurchase: create('PurchaseService', post(PURCHASES)),
  GetPurchase: query('PurchaseService', get(PURCHASE)),
  ListPurchases: query('PurchaseService', get(PURCHASES)),
  ConfirmPurchase: command('PurchaseService', post(`${PURCHASE}/confirm`)),
  FailPurchase: command('PurchaseService', post(`${PURCHASE}/fail`)),

  SendUsage: { service: 'UsageService', kind: 'command', http: post('/v1/usage'), raw: true },
  SendUsageBatch: { service: 'UsageService', kind: 'command', http: post('/v1/usage'), raw: true },

  GetBalance: query('BalanceService', get(`${WALLET}/balance`, `${BALANCE}/balance`)),
  ListBalances: query('BalanceService', get(`${CUSTOMER}/balances`)),
  ListMovements: query('BalanceService', get(`${WALLET}/movements`, `${BALANCE}/movements`)),
  CanSpend: query('BalanceService', get(`${WALLET}/can-spend`, `${BALANCE}/can-spend`)),
  WatchBalance: { ...stream('BalanceService', get(`${WALLET}/watch`, `${BALANCE}/watch`)), resumeFrom: 'after_revision' },

  CreateWebhookEndpoint: create('WebhookService', post(ENDPOINTS)),
  GetWebhookEndpoint: query('WebhookService', get(ENDPOINT)),
  ListWebhookEndpoints: query('WebhookService', get(ENDPOINTS)),
  UpdateWebhookEndpoint: command('WebhookService', patch(ENDPOINT)),
  EnableWebhookEndpoint: command('WebhookService', post(`${ENDPOINT}/enable`)),
  DisableWebhookEndpoint: command('WebhookService', post(`${ENDPOINT}/disable`)),
  DeleteWebhookEndpoint: command('WebhookService', remove(ENDPOINT)),
  RotateWebhookSecret: command('WebhookService', post(`${ENDPOINT}/rotate-secret`)),
  SendTestPing: command('WebhookService', post(`${ENDPOINT}/ping`)),
  ListDeliveries: query('WebhookService', get(`${ENDPOINT}/deliveries`)),
  ResendDelivery: command('WebhookService', post(`${ENDPOINT}/deliveries/{webhook_id}/resend`)),

  ListRejectedUsage: query('RejectedUsageService', get(REJECTED)),
  GetRejectedUsage: query('RejectedUsageService', get(`${REJECTED}/{rejection_id}`)),
  ReplayRejectedUsage: command('RejectedUsageService', post(`${REJECTED}/{rejection_id}/replay`)),

  GetLiabilityReport: query('ReportService', get('/v1/reports/liability')),

  VerifyLedger: stream('OperationsService', post('/v1/operations/verify')),
  RebuildProjections: command('OperationsService', post('/v1/operations/rebuild')),
  GetTestClock: query('TestClockService', get('/v1/test-clock')),
  AdvanceTestClock: command('TestClockService', post('/v1/test-clock/advance')),

  GetStatus: query('OperationsService', get('/v1/operations/status')),
} as const satisfies Readonly<Record<string, Route>>;

export type RpcName = keyof typeof routes;
export type StreamName = { [Name in RpcName]: (typeof routes)[Name]['kind'] extends 'stream' ? Name : never }[RpcName];

/** The names in the braces of a path, in order. */
export const pathParameters = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
