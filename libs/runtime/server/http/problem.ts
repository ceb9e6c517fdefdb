/** Errors as RFC 9457 problem details. */
import type { ErrorAnswer } from '@drawdown/api/errors';

export const PROBLEM_TYPE = 'application/problem+json';

export interface Problem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function problem(answer: Omit<ErrorAnswer, 'grpc' | 'bug'>, headers: Readonly<Record<string, string>> = {}): Problem {
  const { code, http: status, title, detail, violations, facts, retryAfterMs } = answer;
  return {
    status,
    headers: {
      ...headers,
      ...(retryAfterMs !== undefined && { 'retry-after': String(Math.ceil(retryAfterMs / 1_000)) }),
    },
    body: JSON.stringify({
      type: 'about:blank',
      title,
      status,
      detail,
      code,
      ...(violations.length > 0 && {
        errors: violations.map(({ field, problem: what, remedy }) => ({ field, detail: what, remedy })),
      }),
      ...(Object.keys(facts).length > 0 && { facts }),
    }),
  };
}

/** A problem of HTTP itself, without a counterpart at the gRPC transport. */
export const httpProblem = (
  http: number,
  code: string,
  title: string,
  detail: string,
  headers?: Readonly<Record<string, string>>,
): Problem => problem({ http, code, title, detail, violations: [], facts: {} }, headers);
