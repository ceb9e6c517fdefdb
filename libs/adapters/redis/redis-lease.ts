/** A turn at being active, held in Redis: one process has it, another takes over when it is given up or not renewed in time. */
import { randomBytes } from 'node:crypto';
import { type Lease, LEASE_TTL_MS_DEFAULT } from '@drawdown/engine/webhooks';
import { PREFIX_DEFAULT } from './redis-projections';
import { RedisConnection } from './redis-connection';
import { LEASE_ACQUIRE, LEASE_RELEASE } from './scripts';

interface RedisLeaseOptions {
  readonly url: string;
  readonly prefix?: string;
  /** Of what it is the turn, such as `webhooks`. */
  readonly name: string;
  /** Who holds it. Default: by chance, another in every process. */
  readonly owner?: string;
  readonly ttlMs?: number;
  /** How long an answer is waited for. Less than `ttlMs`: who cannot ask in time has lost it. */
  readonly timeoutMs?: number;
}

export class RedisLease implements Lease {
  private readonly connection: RedisConnection;
  private readonly key: string;
  private readonly owner: string;
  private readonly ttlMs: number;

  private constructor({ url, prefix = PREFIX_DEFAULT, name, owner, ttlMs = LEASE_TTL_MS_DEFAULT, timeoutMs }: RedisLeaseOptions) {
    this.connection = new RedisConnection(url, Math.min(timeoutMs ?? Infinity, ttlMs / 2));
    this.key = `{${prefix}:lease:${name}}`;
    this.owner = owner ?? randomBytes(12).toString('hex');
    this.ttlMs = ttlMs;
  }

  /** Does not wait for the server. */
  static open(options: RedisLeaseOptions): RedisLease {
    return new RedisLease(options);
  }

  async acquire(): Promise<boolean> {
    return (await this.connection.run(LEASE_ACQUIRE, [this.key], [this.owner, this.ttlMs])) === 1;
  }

  async release(): Promise<void> {
    await this.connection.run(LEASE_RELEASE, [this.key], [this.owner]);
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}
