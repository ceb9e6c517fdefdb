/** Both doors over the parts, as the variables say. */
import { answerPaymentNotice, answerUsage, handlers, type Parts } from '@drawdown/api/resources';
import { Doors, type Health, type Log } from '@drawdown/runtime/server';
import type { DoorVariables } from '../variables/door-variables';
import { VERSION } from '../version';

/** @throws InsecureListener, CannotListen */
export function openDoors(
  config: DoorVariables,
  parts: Parts,
  { health, log }: { readonly health: Health; readonly log: Log },
): Promise<Doors> {
  const { HTTP_HOST, HTTP_PORT, GRPC_HOST, GRPC_PORT, INSECURE: insecure, GRPC_REFLECTION: reflection } = config;
  const service = { version: VERSION, startedAt: parts.clock(), draining: () => health.draining };
  const complete: Parts = { ...parts, service };
  return Doors.open({
    handlers: handlers(complete),
    usage: answerUsage(complete),
    paymentNotices: answerPaymentNotice(complete),
    http: { host: HTTP_HOST, port: HTTP_PORT },
    grpc: { host: GRPC_HOST, port: GRPC_PORT },
    insecure,
    reflection,
    health,
    log,
  });
}
