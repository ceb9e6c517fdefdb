/** Log and derived state on servers that services share. Nothing here waits for them: `awaited` does. */
import { EventStoreDbLog } from '@drawdown/adapters/eventstoredb';
import { Fault } from '@drawdown/engine/event-store';
import type { Log } from '@drawdown/runtime/server';
import { RedisLease, RedisProjections } from '@drawdown/adapters/redis';
import type { DerivedInUse, LogInUse } from './stores';
import type { EventStoreVariables } from '../variables/eventstore-variables';
import type { RedisVariables } from '../variables/redis-variables';

const NEVER = new Promise<never>(() => undefined);

/** @throws Fault naming EVENTSTORE_URL when it cannot be a connection string */
export function eventStoreDbLog(
  { EVENTSTORE_URL, EVENTSTORE_APPEND_TIMEOUT_MS: appendTimeoutMs }: EventStoreVariables,
  logger: Log,
): LogInUse & Required<Pick<LogInUse, 'awaited'>> {
  const log = EventStoreDbLog.open({
    connectionString: EVENTSTORE_URL,
    appendTimeoutMs,
    onInterrupted: (fault) =>
      logger.warn({ server: 'eventstoredb', reason: fault.message }, 'following the log was interrupted; it is taken up again'),
  });
  return {
    name: 'eventstoredb',
    log,
    awaited: { name: 'eventstoredb', variable: 'EVENTSTORE_URL', probe: () => log.probe().catch(asStart) },
    broken: NEVER,
    says: {},
    resubscriptions: () => log.figures().resubscriptions,
    close: () => log.close(),
  };
}

/** The words of operating systems and of the server for it. */
const FULL = /not enough space|no space left|disk (?:is )?full|ENOSPC/i;

/** A running service waits for room; one that starts would wait for it unseen. */
function asStart(fault: unknown): never {
  if (fault instanceof Fault && FULL.test(fault.message))
    throw new Fault(
      'log_disk_full',
      `the disk of the EventStoreDB of EVENTSTORE_URL is full (${fault.message}): make room there, then start again`,
      false,
      { cause: fault },
    );
  throw fault;
}

export function redisProjections(
  { REDIS_URL: url, REDIS_PREFIX: prefix, REDIS_SHARDS: shards }: RedisVariables,
  logger: Log,
): DerivedInUse & Required<Pick<DerivedInUse, 'server'>> {
  const projections = RedisProjections.open({ url, prefix, shards, warn: (message) => logger.warn({ server: 'redis' }, message) });
  return {
    projections,
    server: {
      awaited: { name: 'redis', variable: 'REDIS_URL', probe: () => projections.probe() },
      condition: () => {
        const { connected, fault } = projections.figures();
        return connected
          ? { ready: true, detail: 'connected' }
          : { ready: false, detail: `not connected${fault === undefined ? '' : `: ${fault}`}` };
      },
    },
    losses: () => projections.figures().losses,
    close: () => projections.close(),
  };
}

/** Whose turn it is to send webhooks, among the services that share a log and this Redis. */
export const webhookLease = ({ REDIS_URL: url, REDIS_PREFIX: prefix }: RedisVariables): RedisLease =>
  RedisLease.open({ url, prefix, name: 'webhooks' });
