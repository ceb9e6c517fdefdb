/** How this service reaches Kafka: addresses, TLS, credentials, and one connection for questions of administration. */
import { readFileSync } from 'node:fs';
import type { Fault } from '@drawdown/engine/event-store';
import { type Admin, Kafka, type KafkaConfig, type LogEntry, logLevel, type SASLOptions } from 'kafkajs';
import { readAllCompressions } from '../record/compression';
import { readHeadersInLinearTime } from '../record/header-reading';
import { isConnectionError, kafkaFault, KafkaUnavailable, rootOf } from './kafka-fault';
import { kafkaSocket } from './kafka-socket';
import { connectionProblem } from './reachability';
import { withTimeout } from '@drawdown/engine/async';

readHeadersInLinearTime();
readAllCompressions();

const CONNECT_TIMEOUT_MS = 5_000;
/** Of one request. Shorter than the session of a consumer, so that one broker that hangs does not cost the membership. */
const REQUEST_TIMEOUT_MS = 8_000;
/** kafkajs tries a request again so often by itself (another leader, a moved coordinator). Longer waiting is done in our own loops. */
const CLIENT_RETRIES = 2;
const CLIENT_RETRY_MS = 100;
const CLIENT_RETRY_MS_MAX = 1_000;
const ADMIN_TIMEOUT_MS = 20_000;
const CLOSE_TIMEOUT_MS = 5_000;

type SaslMechanism = 'plain' | 'scram-sha-256' | 'scram-sha-512';

export interface KafkaConnectionSettings {
  /** `host:port`, each. */
  readonly brokers: readonly string[];
  /** What brokers call this service in their logs and quotas. */
  readonly clientId: string;
  /** `true`: the certificate must be signed by an authority that Node knows. An object: by that of a PEM file. */
  readonly tls?: boolean | { readonly caFile: string };
  readonly sasl?: { readonly mechanism: SaslMechanism; readonly username: string; readonly password: string };
  /** What kafkajs has to say, warnings and worse. Nothing is written anywhere without it. */
  readonly log?: (level: 'warn' | 'error', message: string, fields: Readonly<Record<string, unknown>>) => void;
}

export class KafkaConnection {
  readonly brokers: readonly string[];
  private readonly config: KafkaConfig;
  private admin: Promise<Admin> | undefined;
  private asking: Promise<void> = Promise.resolve();

  constructor(private readonly settings: KafkaConnectionSettings) {
    this.brokers = settings.brokers;
    this.config = {
      brokers: [...settings.brokers],
      clientId: settings.clientId,
      connectionTimeout: CONNECT_TIMEOUT_MS,
      authenticationTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      retry: { retries: CLIENT_RETRIES, initialRetryTime: CLIENT_RETRY_MS, maxRetryTime: CLIENT_RETRY_MS_MAX },
      logLevel: logLevel.WARN,
      logCreator: () => (entry) => this.logEntry(entry),
      socketFactory: kafkaSocket,
      ...(settings.tls && { ssl: typeof settings.tls === 'object' ? { ca: readFileSync(settings.tls.caFile) } : true }),
      ...(settings.sasl && { sasl: saslOptions(settings.sasl) }),
    };
  }

  /** A client of its own: one client keeps the committed offsets of a group for all its consumers together, which loses records. */
  client(): Kafka {
    return new Kafka(this.config);
  }

  /**
   * Answers when a broker has taken this service in.
   * @throws KafkaUnavailable nobody is there yet; KafkaMisconfigured which variable to change
   */
  async probe(): Promise<void> {
    try {
      await this.administrate('reach Kafka', (admin) => admin.describeCluster());
    } catch (fault) {
      const problem = await connectionProblem({
        brokers: this.brokers,
        tls: this.config.ssl,
        sasl: this.settings.sasl !== undefined,
        error: rootOf(fault),
        timeoutMs: CONNECT_TIMEOUT_MS,
      });
      throw problem ?? fault;
    }
  }

  /**
   * Asks a broker something, bounded in time: one question after the other, because kafkajs may close a connection under one
   * question while another gets to know the brokers. A connection that failed is not used again. @throws Fault
   */
  administrate<T>(doing: string, work: (admin: Admin) => Promise<T>): Promise<T> {
    const answer = this.asking.then(() => this.ask(doing, work));
    this.asking = answer.then(() => undefined).catch(() => undefined);
    return answer;
  }

  private async ask<T>(doing: string, work: (admin: Admin) => Promise<T>): Promise<T> {
    const kept = this.admin;
    const used = (this.admin ??= this.connectAdmin());
    try {
      return await withTimeout(
        ADMIN_TIMEOUT_MS,
        used.then(work),
        () => new KafkaUnavailable(`${this.said(doing)}: no answer within ${ADMIN_TIMEOUT_MS} ms`),
      );
    } catch (error) {
      const fault = this.fault(doing, error);
      this.admin = undefined;
      void used.then((admin) => admin.disconnect()).catch(() => undefined);
      // Kept for long, it may have been closed by the broker for being idle.
      if (kept && isConnectionError(error)) return this.ask(doing, work);
      throw fault;
    }
  }

  /** The fault behind an error of kafkajs, saying which brokers were meant. */
  fault(doing: string, error: unknown): Fault {
    return kafkaFault(this.said(doing), error);
  }

  async close(): Promise<void> {
    const admin = this.admin;
    this.admin = undefined;
    const closed = admin?.then((connected) => connected.disconnect()).catch(() => undefined);
    await withTimeout(CLOSE_TIMEOUT_MS, closed ?? Promise.resolve(), () => new Error('late')).catch(() => undefined);
  }

  private async connectAdmin(): Promise<Admin> {
    const admin = this.client().admin();
    await admin.connect();
    return admin;
  }

  private said(doing: string): string {
    return `could not ${doing} at ${this.brokers.join(',')}`;
  }

  private logEntry({ level, log: { message, timestamp: _, logger: __, ...fields } }: LogEntry): void {
    this.settings.log?.(level === logLevel.ERROR ? 'error' : 'warn', message, fields);
  }
}

function saslOptions({ mechanism, username, password }: NonNullable<KafkaConnectionSettings['sasl']>): SASLOptions {
  switch (mechanism) {
    case 'plain':
      return { mechanism, username, password };
    case 'scram-sha-256':
      return { mechanism, username, password };
    case 'scram-sha-512':
      return { mechanism, username, password };
  }
}
