/** A running Drawdown, however it is deployed. Journeys use this interface alone, so they hold on every deployment. */
import type { GrpcClient } from '../clients/grpc-client';
import type { HttpClient } from '../clients/http-client';

/** How many usage events had which outcome. */
export interface UsageOutcomes {
  readonly applied: number;
  readonly duplicate: number;
  readonly rejected: number;
}

export interface Deployment {
  readonly name: string;
  readonly http: HttpClient;
  readonly grpc: GrpcClient;
  /** Base URL of the HTTP transport. */
  readonly url: string;
  readonly grpcAddress: string;
  /** Sends usage events by the HTTP transport, and resolves when each of them has had its outcome. Not while others send. */
  use(events: readonly object[]): Promise<UsageOutcomes>;
  /** The same for a file of usage, by the command line. @throws Error when the import was not complete. */
  importUsage(file: string, mapping: readonly string[]): Promise<UsageOutcomes>;
  /** Resolves when all usage that was taken so far has had its outcome. */
  settled(): Promise<void>;
  /** Kills the process that carries out commands, and resolves when it is ready again. */
  killAndRestart(): Promise<void>;
  /** Loses everything that is derived from the log, under the running service or before its next start, and is ready again. */
  loseDerivedState(): Promise<void>;
  /** The end of what its processes said, for the message of a failure. */
  said(): string;
  stop(): Promise<void>;
}
