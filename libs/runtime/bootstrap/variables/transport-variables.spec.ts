import { ConfigInvalid } from '../config/config';
import { parseGroups } from '../config/config-groups';
import { TransportVariables } from './transport-variables';
import { OpsVariables } from './ops-variables';

function problemsOf(environment: Readonly<Record<string, string>>): readonly string[] {
  try {
    parseGroups({ groups: { transports: TransportVariables, ops: OpsVariables } }, environment);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigInvalid)) throw error;
    return error.problems.map(({ variable, problem }) => `${variable} ${problem}`);
  }
}

describe('the transports', () => {
  it('may be as they are, on free ports, and apart on one port of two addresses', () => {
    expect(problemsOf({})).toEqual([]);
    expect(problemsOf({ HTTP_PORT: '0', GRPC_PORT: '0', OPS_PORT: '0' })).toEqual([]);
    expect(problemsOf({ HTTP_HOST: '10.0.0.1', GRPC_HOST: '10.0.0.2', GRPC_PORT: '8080', INSECURE: 'true' })).toEqual([]);
  });

  it('are refused beyond this machine without INSECURE', () => {
    expect(problemsOf({ HTTP_HOST: '0.0.0.0', GRPC_HOST: 'ledger.internal' })).toEqual([
      expect.stringMatching(/^HTTP_HOST is 0\.0\.0\.0, where/),
      expect.stringMatching(/^GRPC_HOST is ledger/),
    ]);
    expect(problemsOf({ HTTP_HOST: '0.0.0.0', INSECURE: 'true' })).toEqual([]);
  });

  it.each([
    [{ HTTP_PORT: '50051' }, 'GRPC_PORT is 50051, as HTTP_PORT is'],
    [{ HTTP_PORT: '9464', HTTP_HOST: 'localhost' }, 'OPS_PORT is 9464, as HTTP_PORT is'],
    [{ GRPC_PORT: '9464', OPS_HOST: '0.0.0.0' }, 'OPS_PORT is 9464, as GRPC_PORT is'],
  ])('are refused on a port that another listener has: %j', (environment, problem) => expect(problemsOf(environment)).toEqual([problem]));
});
