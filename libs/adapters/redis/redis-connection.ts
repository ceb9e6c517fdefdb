/** One connection (or one per node of a cluster): bounded in time and in number, and never a queue that grows while nobody answers. */
import { backOffMs } from '@drawdown/engine/async';
import { DerivedStateLost, DerivedStateUnavailable } from '@drawdown/engine/event-store';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { LOST_REPLY, type Script } from './scripts';

/** A call that is not answered within this is given up, and the connection with it: it may have been done. */
const ANSWER_TIMEOUT_MS = 3_000;
const CONNECT_TIMEOUT_MS = 3_000;
/** Calls without an answer yet. Beyond it a call is refused at once. */
const CALLS_IN_FLIGHT_MAX = 10_000;
const CLOSE_MS_MAX = 200;
const RECONNECT = { minMs: 50, maxMs: 2_000 };

export type Argument = string | number | Buffer;
/** What a script answers: bytes, a whole number, nothing, or a list of these. */
export type Reply = Buffer | string | number | null | readonly Reply[];

export interface ConnectionFigures {
  readonly connected: boolean;
  readonly inFlight: number;
  readonly calls: number;
  /** Calls that were not answered, or with an error. */
  readonly failures: number;
  readonly connections: number;
  /** Of the last connection or call that failed; absent when the last one worked. */
  readonly fault?: string;
}

export class RedisConnection {
  private readonly redis: Redis | Cluster;
  private inFlight = 0;
  private calls = 0;
  private failures = 0;
  private connections = 0;
  private fault: string | undefined;
  /** The first attempt is waited for; after that a call while there is no connection fails at once. */
  private tried = false;

  /** `url`: redis:// or rediss:// (TLS), or redis-cluster:// and rediss-cluster:// with nodes parted by commas. Does not wait. */
  constructor(
    private readonly url: string,
    private readonly timeoutMs = ANSWER_TIMEOUT_MS,
  ) {
    this.redis = connect(url, timeoutMs);
    this.redis.on('ready', () => {
      this.tried = true;
      this.connections += 1;
      this.fault = undefined;
    });
    this.redis.on('close', () => (this.tried = true));
    this.redis.on('error', (error: Error) => (this.fault = messageOf(error)));
  }

  onReady(listener: () => void): void {
    this.redis.on('ready', listener);
  }

  get figures(): ConnectionFigures {
    const { inFlight, calls, failures, connections, fault } = this;
    return { connected: this.redis.status === 'ready', inFlight, calls, failures, connections, ...(fault !== undefined && { fault }) };
  }

  /** By its number, as the URL names it. A cluster has one only. */
  get database(): number {
    return this.redis instanceof Redis ? (this.redis.options.db ?? 0) : 0;
  }

  /** Why there is no connection, as the client knows it. */
  get lastFault(): string | undefined {
    return this.fault;
  }

  /** @throws DerivedStateLost the script said so. @throws DerivedStateUnavailable no answer; it may have been done. */
  async run({ source, sha }: Script, keys: readonly string[], args: readonly Argument[]): Promise<Reply> {
    for (const call of [
      () => this.command('evalsha', sha, keys.length, ...keys, ...args),
      () => this.command('eval', source, keys.length, ...keys, ...args),
    ])
      try {
        return await call();
      } catch (fault) {
        if (!(fault instanceof ReplyFault)) throw fault;
        if (fault.text.includes(LOST_REPLY)) throw new DerivedStateLost();
        // A server that was started anew does not know the script yet: it is sent whole.
        if (!fault.text.startsWith('NOSCRIPT')) throw this.unavailable(remedyOf(fault.text), fault);
      }
    throw this.unavailable('it does not keep scripts');
  }

  /** @throws ReplyFault Redis answered with an error. @throws DerivedStateUnavailable it did not answer. */
  async command(name: string, ...args: readonly Argument[]): Promise<Reply> {
    if (this.inFlight >= CALLS_IN_FLIGHT_MAX) throw this.unavailable(`more than ${CALLS_IN_FLIGHT_MAX} calls wait for an answer`);
    this.inFlight += 1;
    this.calls += 1;
    try {
      await this.connected();
      // The client's own type for "any reply"; `Reply` is what the protocol can say.
      const reply = (await this.redis.callBuffer(name, ...args)) as Reply;
      this.fault = undefined;
      return reply;
    } catch (error) {
      this.failures += 1;
      if (isReplyError(error)) throw new ReplyFault(error.message);
      throw this.unavailable(this.fault ?? messageOf(error), error);
    } finally {
      this.inFlight -= 1;
    }
  }

  async close(): Promise<void> {
    const { redis } = this;
    if (redis.status === 'end') return;
    // Between two attempts to connect the client ends without saying so.
    const ended = new Promise<void>((resolve) => {
      redis.once('end', resolve);
      setTimeout(resolve, CLOSE_MS_MAX).unref();
    });
    // Nothing on its way is waited for: who needs an answer has awaited it.
    redis.disconnect();
    await ended;
  }

  unavailable(why: string, cause?: unknown): DerivedStateUnavailable {
    return new DerivedStateUnavailable(`Redis at ${shown(this.url)} (REDIS_URL) cannot be used now: ${why}`, { cause });
  }

  private async connected(): Promise<void> {
    const { redis } = this;
    if (redis.status === 'ready') return;
    if (this.tried || redis.status === 'end') throw new Error('no connection');
    await new Promise<void>((resolve, reject) => {
      const settle = (error?: Error) => {
        clearTimeout(timer);
        redis.off('ready', ready).off('close', closed);
        if (error) reject(error);
        else resolve();
      };
      const ready = () => settle();
      const closed = () => settle(new Error(this.fault ?? 'the connection was closed'));
      const timer = setTimeout(() => settle(new Error(`no connection within ${this.timeoutMs} ms`)), this.timeoutMs);
      redis.once('ready', ready).once('close', closed);
    });
  }
}

/** An error that Redis itself answered with. */
export class ReplyFault extends Error {
  constructor(readonly text: string) {
    super(text);
  }
}

function connect(url: string, timeoutMs: number): Redis | Cluster {
  const backOff = (times: number) => backOffMs(times, RECONNECT);
  const options: RedisOptions = {
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: timeoutMs,
    // Silence while an answer is awaited: the socket is taken for dead.
    socketTimeout: timeoutMs,
    // A call fails when the connection does. Sent again behind our back it could overtake what came after it.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: null,
    // A primary that was made a replica: the address may lead to the new primary by now.
    reconnectOnError: ({ message }) => message.includes('READONLY'),
    enableOfflineQueue: false,
    retryStrategy: backOff,
    connectionName: 'drawdown',
  };
  const cluster = /^(rediss?)-cluster:\/\//.exec(url);
  if (!cluster) return new Redis(url, options);
  const [first = '', ...others] = url.slice(cluster[0].length).split(',');
  const { username, password, host } = new URL(`redis://${first}`);
  const nodes = [host, ...others]
    .map((node) => new URL(`redis://${node}`))
    .map(({ hostname, port }) => ({ host: hostname, port: Number(port || 6379) }));
  return new Cluster(nodes, {
    enableOfflineQueue: false,
    clusterRetryStrategy: backOff,
    redisOptions: {
      ...options,
      ...(username && { username: decodeURIComponent(username) }),
      ...(password && { password: decodeURIComponent(password) }),
      ...(cluster[1] === 'rediss' && { tls: {} }),
    },
  });
}

const isReplyError = (error: unknown): error is Error => error instanceof Error && error.name === 'ReplyError';
const messageOf = (error: unknown): string => (error instanceof Error ? error.message || error.name : String(error));
/** What to do about an error that Redis answered with, where something can be done. */
const remedyOf = (text: string): string =>
  text.includes('OOM') ? `its memory is full (${text}); raise its maxmemory: what it holds is needed, and nothing may be evicted` : text;
/** Without user and password, and whatever else of a secret may stand in a query. */
export const shown = (url: string): string => url.replace(/\?.*$/s, '').replace(/\/\/.*@/s, '//');
