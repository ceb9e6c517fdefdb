/**
 * Where payment providers deliver their signed notifications. At the HTTP transport alone: it is no operation of ours, but a provider that calls
 * in its own words. A signature covers the very bytes, so nothing between the socket and the provider's adapter reads them.
 */
import type { AnswerPaymentNotification } from '@drawdown/api/resources';
import { Refused } from '@drawdown/api/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Call } from '../call';
import type { Log } from '../logging';

/** The provider's own name, such as `stripe`, stands in the path. */
export const PAYMENT_NOTIFICATIONS_PATH = '/v1/payment-events/{provider}';

type Answered = (request: FastifyRequest, reply: FastifyReply, work: (call: Call) => Promise<void>) => Promise<FastifyReply>;

export function registerPaymentNotifications(
  instance: FastifyInstance,
  { paymentNotices, log }: { readonly paymentNotices: AnswerPaymentNotification; readonly log: Log },
  answered: Answered,
): void {
  instance.route<{ Params: { readonly provider: string } }>({
    method: 'POST',
    url: PAYMENT_NOTIFICATIONS_PATH.replace('{provider}', ':provider'),
    handler: (request, reply) =>
      answered(request, reply, async (call) => {
        const { provider } = request.params;
        const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        try {
          const answer = await paymentNotices(provider, { headers: singleHeaders(request), body }, call);
          log.info({ provider, ...answer, callId: call.callId }, 'a payment notification was taken');
          reply.type('application/json').send(JSON.stringify(answer));
        } catch (error) {
          // Nobody reads what a provider is answered: an attack, or money for a purchase that is not known, shows here.
          if (error instanceof Refused)
            log.warn({ provider, refusal: error.refusal, callId: call.callId }, 'a payment notification was refused');
          throw error;
        }
      }),
  });
}

/** A header that came several times is no single text: nobody could say which of them was signed. */
const singleHeaders = ({ raw }: FastifyRequest): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(
    Object.entries(raw.headersDistinct).flatMap(([name, values = []]) => (values.length === 1 ? [[name, values[0]]] : [])),
  );
