/** The transports: HTTP and gRPC. */
import { type ConfigProblem, Flag, Variable, WholeNumber } from '../config/config';
import { isLoopback } from '@drawdown/runtime/server';
import { IsBoolean, IsInt, IsNotEmpty, IsString, Max, Min } from 'class-validator';
import { PORT_MAX } from './ops-variables';

export class TransportVariables {
  @Variable('Address of the HTTP transport', 'an IP address or host name, such as 127.0.0.1')
  @IsString()
  @IsNotEmpty()
  HTTP_HOST = '127.0.0.1';

  @Variable('Port of the HTTP transport; 0 takes a free one', 'a port from 0 to 65535')
  @WholeNumber()
  @IsInt()
  @Min(0)
  @Max(PORT_MAX)
  HTTP_PORT = 8080;

  @Variable('Address of the gRPC transport', 'an IP address or host name, such as 127.0.0.1')
  @IsString()
  @IsNotEmpty()
  GRPC_HOST = '127.0.0.1';

  @Variable('Port of the gRPC transport; 0 takes a free one', 'a port from 0 to 65535')
  @WholeNumber()
  @IsInt()
  @Min(0)
  @Max(PORT_MAX)
  GRPC_PORT = 50051;

  @Variable('Allows transports to listen beyond this machine, although they have no authentication', 'true or false')
  @Flag()
  @IsBoolean()
  INSECURE = false;

  @Variable('Allows gRPC callers to list the services', 'true or false')
  @Flag()
  @IsBoolean()
  GRPC_REFLECTION = true;

  problems({ OPS_HOST, OPS_PORT }: Readonly<Record<string, unknown>>): readonly ConfigProblem[] {
    const found: ConfigProblem[] = [];
    for (const variable of ['HTTP_HOST', 'GRPC_HOST'] as const)
      if (!this.INSECURE && !isLoopback(this[variable]))
        found.push({
          variable,
          problem: `is ${this[variable]}, where others can reach the transport, and it asks nobody who they are`,
          remedy: 'set it to 127.0.0.1, or set INSECURE=true if something in front of it keeps strangers out',
        });
    const listeners = [
      ['HTTP_PORT', this.HTTP_HOST, this.HTTP_PORT],
      ['GRPC_PORT', this.GRPC_HOST, this.GRPC_PORT],
      ['OPS_PORT', OPS_HOST, OPS_PORT],
    ] as const;
    for (const [i, [variable, host, port]] of listeners.entries()) {
      const other = listeners.slice(0, i).find(([, otherHost, otherPort]) => port !== 0 && otherPort === port && areOne(host, otherHost));
      if (other)
        found.push({
          variable,
          problem: `is ${String(port)}, as ${other[0]} is`,
          remedy: 'give each a port of its own, or 0 for a free one',
        });
    }
    return found;
  }
}

const EVERYWHERE: readonly unknown[] = ['0.0.0.0', '::', '[::]'];
/** Judged by the text alone: no name is resolved. */
const areOne = (host: unknown, other: unknown): boolean =>
  host === other ||
  [host, other].some((one) => EVERYWHERE.includes(one)) ||
  [host, other].every((one) => typeof one === 'string' && isLoopback(one));
