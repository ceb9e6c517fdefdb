/**
 * Every operation by the name of its rpc, with its place at the HTTP transport. Both transports and the OpenAPI document are made from this
 * table. An rpc without a place does not compile.
 */
import type { RequestOf, ResponseOf, RpcName, StreamName } from './rpc';

type Kind = 'command' | 'query' | 'stream';
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface HttpRoute {
  readonly method: Method;
  /** Parameters in braces are fields of the request. The rest of the request is the body, or the query string of a GET. */
  readonly path: string;
}

export interface Route {
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

const command = (http: readonly HttpRoute[]) => ({ kind: 'command', http }) as const;
const query = (http: readonly HttpRoute[]) => ({ kind: 'query', http }) as const;
const stream = (http: readonly HttpRoute[]) => ({ kind: 'stream', http }) as const;
const create = (http: readonly HttpRoute[]) => ({ ...command(http), success: 201 }) as const;

/** Compares the fields of a route with the messages of its rpc. */
interface RouteOf<Name extends RpcName> extends Route {
  readonly kind: Name extends StreamName ? 'stream' : 'command' | 'query';
  readonly etag?: keyof ResponseOf<Name> & string;
  readonly ifMatch?: keyof RequestOf<Name> & string;
  readonly resumeFrom?: keyof RequestOf<Name> & string;
}

export const routes: { readonly [Name in RpcName]: RouteOf<Name> } = {
  GetSettings: { ...query(get(SETTINGS)), etag: 'revision' },
  UpdateSettings: { ...command(patch(SETTINGS)), etag: 'revision', ifMatch: 'expected_revision' },

  PreviewPriceChange: stream(post(`${SETTINGS}/price-preview`)),

  CreateCustomer: create(post(CUSTOMERS)),
  GetCustomer: query(get(CUSTOMER)),
  ListCustomers: query(get(CUSTOMERS)),

  CreateCreditProduct: create(post(PRODUCTS)),
  GetCreditProduct: query(get(PRODUCT)),
  ListCreditProducts: query(get(PRODUCTS)),
  AddMeter: create(post(`${PRODUCT}/meters`)),
  RetireMeter: command(post(`${PRODUCT}/meters/{meter_id}/retire`)),
  SetMeterWeight: command(post(`${PRODUCT}/meters/{meter_id}/weights`)),
  SetCreditProductLimits: command(put(`${PRODUCT}/limits`)),

  CreateWallet: create(post(WALLET)),
  AddCredits: create(post(`${WALLET}/credits`)),
  PauseWallet: command(post(`${WALLET}/pause`)),
  ResumeWallet: command(post(`${WALLET}/resume`)),
  CloseWallet: command(post(`${WALLET}/close`)),
  SetWalletLimits: command(put(`${WALLET}/limits`)),

  PayInvoice: command(post(`${INVOICE}/pay`)),
  ReverseInvoicePayment: command(post(`${INVOICE}/reverse`)),
  GetInvoicePayment: query(get(INVOICE)),

  SetAutoTopUp: command(put(`${WALLET}/auto-top-up`)),
  GetAutoTopUp: query(get(`${WALLET}/auto-top-up`)),
  DisableAutoTopUp: command(post(`${WALLET}/auto-top-up/disable`)),
  ResumeAutoTopUp: command(post(`${WALLET}/auto-top-up/resume`)),

  CreateCreditBalance: create(post(BALANCES)),
  ListCreditBalances: query(get(BALANCES)),
  TopUpCreditBalance: create(post(`${BALANCE}/top-ups`)),
  DeductCredits: create(post(`${BALANCE}/deductions`)),
  PauseCreditBalance: command(post(`${BALANCE}/pause`)),
  ResumeCreditBalance: command(post(`${BALANCE}/resume`)),
  CloseCreditBalance: command(post(`${BALANCE}/close`)),
  SetCreditBalanceLimits: command(put(`${BALANCE}/limits`)),

  VoidTopUp: command(post(`${WALLET}/grants/{grant_id}/void`, `${BALANCE}/grants/{grant_id}/void`)),

  PlaceHold: create(post(`${WALLET}/holds`, `${BALANCE}/holds`)),
  CaptureHold: command(post(`${WALLET}/holds/{hold_id}/capture`, `${BALANCE}/holds/{hold_id}/capture`)),
  ReleaseHold: command(post(`${WALLET}/holds/{hold_id}/release`, `${BALANCE}/holds/{hold_id}/release`)),

  StartPurchase: create(post(PURCHASES)),
  GetPurchase: query(get(PURCHASE)),
  ListPurchases: query(get(PURCHASES)),
  ConfirmPurchase: command(post(`${PURCHASE}/confirm`)),
  FailPurchase: command(post(`${PURCHASE}/fail`)),

  SendUsage: { kind: 'command', http: post('/v1/usage'), raw: true },
  SendUsageBatch: { kind: 'command', http: post('/v1/usage'), raw: true },

  GetBalance: query(get(`${WALLET}/balance`, `${BALANCE}/balance`)),
  ListBalances: query(get(`${CUSTOMER}/balances`)),
  ListMovements: query(get(`${WALLET}/movements`, `${BALANCE}/movements`)),
  CanSpend: query(get(`${WALLET}/can-spend`, `${BALANCE}/can-spend`)),
  WatchBalance: { ...stream(get(`${WALLET}/watch`, `${BALANCE}/watch`)), resumeFrom: 'after_revision' },

  CreateWebhookEndpoint: create(post(ENDPOINTS)),
  GetWebhookEndpoint: query(get(ENDPOINT)),
  ListWebhookEndpoints: query(get(ENDPOINTS)),
  UpdateWebhookEndpoint: command(patch(ENDPOINT)),
  EnableWebhookEndpoint: command(post(`${ENDPOINT}/enable`)),
  DisableWebhookEndpoint: command(post(`${ENDPOINT}/disable`)),
  DeleteWebhookEndpoint: command(remove(ENDPOINT)),
  RotateWebhookSecret: command(post(`${ENDPOINT}/rotate-secret`)),
  SendTestPing: command(post(`${ENDPOINT}/ping`)),
  ListDeliveries: query(get(`${ENDPOINT}/deliveries`)),
  ResendDelivery: command(post(`${ENDPOINT}/deliveries/{webhook_id}/resend`)),

  ListRejectedUsage: query(get(REJECTED)),
  GetRejectedUsage: query(get(`${REJECTED}/{rejection_id}`)),
  ReplayRejectedUsage: command(post(`${REJECTED}/{rejection_id}/replay`)),

  GetLiabilityReport: query(get('/v1/reports/liability')),

  VerifyLedger: stream(post('/v1/operations/verify')),
  RebuildProjections: command(post('/v1/operations/rebuild')),
  GetTestClock: query(get('/v1/test-clock')),
  AdvanceTestClock: command(post('/v1/test-clock/advance')),

  GetStatus: query(get('/v1/operations/status')),
};

export const rpcNames = Object.keys(routes) as readonly RpcName[];

/** The names in the braces of a path, in order. */
export const pathParameters = (path: string): string[] => [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
