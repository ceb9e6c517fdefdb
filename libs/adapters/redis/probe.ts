/** Is this a Redis that derived state may be kept in? Said with the variable and the remedy. */
import { DerivedStateUnavailable, Fault } from '@drawdown/engine/event-store';
import { type RedisConnection, type Reply, ReplyFault } from './redis-connection';

/** A person has to change something: trying again does not help. */
class RedisUnfit extends Fault {
  constructor(message: string, options?: ErrorOptions) {
    super('redis_unfit', message, false, options);
  }
}

const CREDENTIALS = /NOAUTH|WRONGPASS|invalid password|without any password configured|NOPERM/;

export async function probeRedis(connection: RedisConnection, warn: (message: string) => void = () => undefined): Promise<void> {
  let info: string;
  try {
    info = textOf(await connection.command('info'));
  } catch (fault) {
    throw whyNot(connection, fault);
  }
  const field = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
  if (field('role') === 'slave')
    throw new RedisUnfit('REDIS_URL leads to a replica, which takes no writes: give it the address of the primary');
  const policy = field('maxmemory_policy');
  if (policy === undefined)
    warn(
      'REDIS_URL: this Redis does not say its maxmemory-policy. It has to be "noeviction": an evicted key is usage that could be charged again',
    );
  else if (policy !== 'noeviction')
    throw new RedisUnfit(
      `REDIS_URL leads to a Redis with maxmemory-policy ${policy}: it may evict keys, and usage whose key is gone would be charged again. Set "maxmemory-policy noeviction", or give Drawdown a Redis of its own`,
    );
  await assertDatabase(connection);
  try {
    await connection.command('eval', 'return 1', 0);
  } catch (fault) {
    if (fault instanceof ReplyFault)
      throw new RedisUnfit(`REDIS_URL: this user may not run scripts (${fault.text}); allow it EVAL and EVALSHA`, { cause: fault });
    throw fault;
  }
}

/** The client goes on in database 0 when Redis refuses to select another. @throws RedisUnfit */
async function assertDatabase(connection: RedisConnection): Promise<void> {
  const { database } = connection;
  if (database === 0) return;
  // Not "client info", which older servers do not know: a database that is there can be selected again.
  try {
    await connection.command('select', database);
  } catch (fault) {
    if (!(fault instanceof ReplyFault)) throw fault;
    throw new RedisUnfit(
      `REDIS_URL names database ${database}, which this Redis does not have (${fault.text}); leave it out, or keep deployments apart by REDIS_PREFIX`,
      { cause: fault },
    );
  }
}

function whyNot(connection: RedisConnection, fault: unknown): Fault {
  const text = fault instanceof ReplyFault ? fault.text : (connection.lastFault ?? '');
  if (CREDENTIALS.test(text))
    return new RedisUnfit(`REDIS_URL: Redis does not take the user or the password (${text}); put the right ones into the URL`, {
      cause: fault,
    });
  return fault instanceof DerivedStateUnavailable ? fault : connection.unavailable(text, fault);
}

const textOf = (reply: Reply): string => (Buffer.isBuffer(reply) ? reply.toString() : '');
