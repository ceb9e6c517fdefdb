import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadContract, messageFromJson, type Route, routes, rpcNames } from '@drawdown/api/contract';
import Ajv from 'ajv/dist/2020';
import { parseJson } from '@drawdown/domain/usage';
import { openApiDocument, openApiText } from './openapi';

const contract = loadContract();
const document = JSON.parse(JSON.stringify(openApiDocument(contract))) as {
  readonly paths: Record<string, Record<string, { operationId: string; requestBody?: { content: Record<string, { schema: object }> } }>>;
  readonly components: { readonly schemas: Record<string, object> };
};

describe('the OpenAPI document', () => {
  it('is the one in docs/openapi.json; if not: npm run generate', () => {
    expect(readFileSync(join(__dirname, '../../../../docs/openapi.json'), 'utf8') === openApiText()).toBe(true);
  });

  it('has every route of the table, each with an id of its own', () => {
    for (const name of rpcNames)
      for (const { method, path } of (routes[name] as Route).http) expect(document.paths[path]).toHaveProperty(method.toLowerCase());
    const ids = Object.values(document.paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('refers only to schemas that it has, and ajv can read them all', () => {
    const ajv = new Ajv({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'doc', ...document });
    for (const name of Object.keys(document.components.schemas))
      expect(ajv.compile({ $ref: `doc#/components/schemas/${name}` })).toBeInstanceOf(Function);
    for (const [, reference] of JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g))
      expect(document.components.schemas).toHaveProperty(reference ?? '');
  });

  it('takes and refuses the same bodies as the transport', () => {
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const path = '/v1/customers/{customer_id}/credit-balances/{credit_product_id}/top-ups';
    const schema = document.paths[path]?.['post']?.requestBody?.content['application/json']?.schema;
    const request = contract.rpcs.get('TopUpCreditBalance')?.request;
    if (!schema || !request) throw new Error('no top-up');
    ajv.addSchema({ $id: 'doc', ...document });
    const valid = ajv.compile(JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"doc#/')) as object);
    const elsewhere = new Map([
      ['customer_id', ''],
      ['credit_product_id', ''],
      ['request_id', ''],
    ]);
    for (const body of [
      '{}',
      '{"amount":"1","origin":"paid"}',
      '{"amount":1}',
      '{"origin":"gift"}',
      '{"colour":1}',
      '{"priority":1}',
      '{"priority":1.5}',
      '{"metadata":{"a":"b"}}',
      '{"metadata":{"a":1}}',
      '{"cost_basis":{"amount":"1","currency":"EUR"}}',
      '{"cost_basis":"1"}',
      '{"customer_id":"c"}',
      '[]',
    ]) {
      const { node } = parseJson(body);
      const violations: never[] = [];
      if (node !== undefined) messageFromJson(request, node, violations, '', elsewhere);
      expect([body, valid(JSON.parse(body))]).toEqual([body, violations.length === 0]);
    }
  });
});
