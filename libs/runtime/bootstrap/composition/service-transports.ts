/** Both transports over the parts, as the variables say. */
import { answerPaymentNotification, answerUsage, handlers, type ApiParts } from '@drawdown/api/resources';
import { Transports, type Health, type Log } from '@drawdown/runtime/server';
import type { TransportVariables } from '../variables/transport-variables';
import { VERSION } from '../version';

/** @throws InsecureListener, CannotListen */
export function openTransports(
  config: TransportVariables,
  parts: ApiParts,
  { health, log }: { readonly health: Health; readonly log: Log },
): Promise<Transports> {
  const { HTTP_HOST, HTTP_PORT, GRPC_HOST, GRPC_PORT, INSECURE: insecure, GRPC_REFLECTION: reflection } = config;
  const service = { version: VERSION, startedAt: parts.clock(), draining: () => health.draining };
  const complete: ApiParts = { ...parts, service };
  return Transports.open({
    handlers: handlers(complete),
    usage: answerUsage(complete),
    paymentNotices: answerPaymentNotification(complete),
    http: { host: HTTP_HOST, port: HTTP_PORT },
    grpc: { host: GRPC_HOST, port: GRPC_PORT },
    insecure,
    reflection,
    health,
    log,
  });
}
