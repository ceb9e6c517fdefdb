/** The same operation asked at either transport: an answer, or what it was refused with, in the same words. */
import { routes, type RpcName } from '@drawdown/api/contract';
import { httpRequestOf } from '../../../apps/cli/src/service/route';
import { asOverGrpc, type Fields, GrpcProblem } from './grpc-client';
import type { Deployment } from '../services/deployment';
import type { Method, Problem } from './http-client';

export interface Said {
  /** Empty for a success. */
  readonly code: string;
  /** HTTP status, or the name of the gRPC one. */
  readonly status: number | string;
  /** Title and detail of a refusal. */
  readonly detail: string;
  readonly facts: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** To the letter, for comparing one answer with another of the same transport. */
  readonly text: string;
}

export type Transport = (rpc: RpcName, request: Fields, key?: string) => Promise<Said>;

export const overHttp =
  ({ http }: Pick<Deployment, 'http'>): Transport =>
  async (rpc, { expected_revision: expected, ...request }, key) => {
    const { method, path, body } = httpRequestOf(rpc, request);
    const headers = expected === undefined ? {} : { 'if-match': `"${String(expected)}"` };
    const {
      status,
      text,
      body: answer,
    } = await http.send<Problem>(method as Method, path, body, { headers, ...(key !== undefined && { key }) });
    const ok = status < 300;
    return {
      code: ok ? '' : answer.code,
      status,
      detail: ok ? '' : `${answer.title}: ${answer.detail}`,
      facts: (ok ? undefined : answer.facts) ?? {},
      body: answer,
      text,
    };
  };

export const overGrpc =
  ({ grpc }: Pick<Deployment, 'grpc'>): Transport =>
  async (rpc, request, key) => {
    const asked = asOverGrpc({ ...request, ...(key !== undefined && { request_id: key }) }) as Fields;
    try {
      const body: unknown =
        routes[rpc].kind === 'stream' ? (await grpc.stream(rpc, asked, () => false)).at(-1) : await grpc.call(rpc, asked);
      return { code: '', status: 'OK', detail: '', facts: {}, body, text: JSON.stringify(body) };
    } catch (problem) {
      if (!(problem instanceof GrpcProblem)) throw problem;
      const detail = problem.message.replace(`${problem.status} ${problem.reason}: `, '');
      return { code: problem.reason, status: problem.status, detail, facts: problem.facts, body: undefined, text: problem.message };
    }
  };
