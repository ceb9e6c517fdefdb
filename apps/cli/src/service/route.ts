/** Turns an operation and its request into an HTTP request, by the same table that the service's transport is made from. */
import { type Route, routes, type RpcName, type Message } from '@drawdown/api/contract';
import { wrongUsage } from '../exit-codes';

export interface HttpRequest {
  readonly method: string;
  /** Path with query string. */
  readonly path: string;
  /** JSON text. Absent: no body. */
  readonly body?: string;
}

const PARAMETER = /\{(\w+)\}/g;

/**
 * Fields named in the path go there, the others into the body, or into the query string of a GET. Undefined ones are left out.
 * Empty text is not: without an empty product the request would be one to the wallet.
 * @throws Failure when a field that names something is empty.
 */
export function httpRequestOf(name: RpcName, request: Message): HttpRequest {
  const fields = Object.entries(request).filter(([, value]) => value !== undefined);
  const given = new Map(fields);
  const route: Route = routes[name];
  // The most specific of the paths whose parameters are all given: a credit balance's before the wallet's.
  const { method, path } =
    route.http
      .filter(({ path }) => parametersOf(path).every((parameter) => given.has(parameter)))
      .toSorted((a, b) => parametersOf(b.path).length - parametersOf(a.path).length)[0] ?? missingParameter(name);
  const inPath = new Set(parametersOf(path));
  for (const parameter of inPath) if (given.get(parameter) === '') throw wrongUsage(`${parameter} is empty`);
  const rest = fields.filter(([field]) => !inPath.has(field));
  const filled = path.replace(PARAMETER, (_, parameter: string) => encodeURIComponent(String(given.get(parameter))));
  if (method === 'GET') return { method, path: `${filled}${queryOf(rest)}` };
  return { method, path: filled, body: JSON.stringify(Object.fromEntries(rest)) };
}

const parametersOf = (path: string): readonly string[] => [...path.matchAll(PARAMETER)].map((match) => match[1] ?? '');

function queryOf(fields: readonly (readonly [string, unknown])[]): string {
  const query = new URLSearchParams();
  for (const [field, value] of fields) for (const one of Array.isArray(value) ? value : [value]) query.append(field, String(one));
  return query.size > 0 ? `?${query.toString()}` : '';
}

function missingParameter(name: string): never {
  throw new TypeError(`${name} was asked without a field of its path`);
}
