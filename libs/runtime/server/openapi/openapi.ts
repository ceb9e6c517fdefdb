/** The OpenAPI 3.1 document of the HTTP transport, made from the operation table and the comments of the contract. */
import { type Contract, type HttpRoute, loadContract, type Route, routes, type Rpc, rpcNames } from '@drawdown/api/contract';
import { USAGE_BATCH_EVENTS_MAX, USAGE_CONTENT_TYPES } from '@drawdown/api/resources';
import { pathParameters } from '@drawdown/api/contract';
import { PAYMENT_NOTIFICATIONS_PATH } from '../http/payment-notifications';
import { PROBLEM_TYPE } from '../http/problem';
import { PAYMENT_NOTIFICATION_OPERATION, PROBLEM_SCHEMA, USAGE_EVENT_SCHEMA } from './fixed-schemas';
import { type Schema, Schemas } from './schemas';

export function openApiDocument(contract: Contract): Schema {
  const schemas = new Schemas();
  const paths: Record<string, Record<string, unknown>> = {};
  for (const name of rpcNames) {
    const rpc = contract.rpcs.get(name);
    if (!rpc) throw new Error(`operation ${name} has no rpc in the contract`);
    const route: Route = routes[name];
    for (const http of route.http) {
      const at = (paths[http.path] ??= {});
      // POST /v1/usage stands for two rpcs; the batch is the wider description.
      at[http.method.toLowerCase()] = route.raw ? usageOperation(contract, schemas) : operation(rpc, route, http, schemas);
    }
  }
  // No operation of the table: a provider calls it, over HTTP alone.
  paths[PAYMENT_NOTIFICATIONS_PATH] = { post: PAYMENT_NOTIFICATION_OPERATION };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Drawdown',
      version: 'v1',
      summary: 'A prepaid wallet and credit ledger',
      description:
        'Amounts are decimal strings, times RFC 3339, errors RFC 9457 problem details with a stable `code`. Every command takes an ' +
        '`Idempotency-Key` header: the same key with the same request returns the first answer.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...contract.services].map(([name, description]) => ({ name: tagOf(name.slice(name.lastIndexOf('.') + 1)), description })),
    paths,
    components: {
      schemas: { ...schemas.all(), Problem: PROBLEM_SCHEMA, CloudEvent: USAGE_EVENT_SCHEMA },
      responses: {
        Problem: {
          description: 'What is wrong, and what to do about it.',
          content: { [PROBLEM_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    },
  };
}

/** The text of docs/openapi.json, which `npm run generate` writes. */
export const openApiText = (): string => `${JSON.stringify(openApiDocument(loadContract()), null, 2)}\n`;

const tagOf = (service: string): string => service.replace(/Service$/, '');

function operation(rpc: Rpc, route: Route, http: HttpRoute, schemas: Schemas): Schema {
  const inPath = pathParameters(http.path);
  const wallet = /\/wallet(\/|$)/.test(http.path);
  const outside = new Set([...inPath, 'request_id', route.ifMatch, ...(wallet ? ['credit_product_id'] : [])]);
  const withBody = http.method !== 'GET' && http.method !== 'DELETE';
  const rest = rpc.request.fields.filter(({ name }) => !outside.has(name));
  return {
    operationId: route.http.length > 1 ? `${rpc.name}Of${wallet ? 'Wallet' : 'CreditBalance'}` : rpc.name,
    tags: [tagOf(rpc.service)],
    description: rpc.comment,
    parameters: [
      ...rpc.request.fields
        .filter(({ name }) => inPath.includes(name))
        .map((field) => parameter(field.name, 'path', schemas.field(field, rpc.request))),
      ...(withBody ? [] : rest.map((field) => parameter(field.name, 'query', schemas.field(field, rpc.request)))),
      ...headers(route),
    ],
    ...(withBody &&
      rest.length > 0 && {
        requestBody: { content: { 'application/json': { schema: schemas.object(rpc.request, ({ name }) => outside.has(name)) } } },
      }),
    responses: {
      [String(route.success ?? 200)]: {
        description: rpc.response.comment,
        content: { [rpc.streamed ? 'text/event-stream' : 'application/json']: { schema: schemas.reference(rpc.response) } },
      },
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}

const parameter = (name: string, place: 'path' | 'query' | 'header', { description, ...schema }: Schema): Schema => ({
  name,
  in: place,
  ...(place === 'path' && { required: true }),
  ...(description !== undefined && { description }),
  schema,
});

const header = (name: string, description: string): Schema => parameter(name, 'header', { type: 'string', description });

const headers = (route: Route): Schema[] => [
  ...(route.kind === 'command'
    ? [
        header(
          'Idempotency-Key',
          'Unique to this command, 1 to 128 printable ASCII characters. Known by what the command is about: for another customer the same key is another command. What is refused or changes nothing uses up no key. Without it a retry is a new command.',
        ),
      ]
    : []),
  ...(route.ifMatch === undefined
    ? []
    : [
        header(
          'If-Match',
          'The revision that the change was made from, as the ETag says it. Refused with 412 when it is no longer the present one.',
        ),
      ]),
  ...(route.etag !== undefined && route.kind === 'query' ? [header('If-None-Match', 'Answered 304 when this is still the ETag.')] : []),
  ...(route.resumeFrom === undefined ? [] : [header('Last-Event-ID', `The same as ${route.resumeFrom}, as EventSource sends it.`)]),
];

function usageOperation(contract: Contract, schemas: Schemas): Schema {
  const rpc = contract.rpcs.get('SendUsageBatch');
  const single = contract.rpcs.get('SendUsage');
  if (!rpc || !single) throw new Error('the contract has no SendUsageBatch, or no SendUsage');
  const one = { $ref: '#/components/schemas/CloudEvent' };
  const many = { type: 'array', items: one, minItems: 1, maxItems: USAGE_BATCH_EVENTS_MAX };
  const schemaOf = {
    'application/cloudevents+json': one,
    'application/cloudevents-batch+json': many,
    'application/json': { oneOf: [one, many] },
  };
  return {
    operationId: 'SendUsage',
    tags: [tagOf(rpc.service)],
    description: `${rpc.comment} One usage event as a CloudEvent, many as a list, or one in binary mode: the attributes as ce-* headers and the data as the body.`,
    requestBody: { required: true, content: Object.fromEntries(USAGE_CONTENT_TYPES.map((type) => [type, { schema: schemaOf[type] }])) },
    responses: {
      200: {
        description: `${single.response.comment} Of a list: ${rpc.response.comment} The status is 200 whatever the outcomes are, \`queued\` among them: it says that every event is durable.`,
        content: { 'application/json': { schema: { oneOf: [schemas.reference(single.response), schemas.reference(rpc.response)] } } },
      },
      default: { $ref: '#/components/responses/Problem' },
    },
  };
}
