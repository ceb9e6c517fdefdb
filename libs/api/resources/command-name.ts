/**
 * Commands that are carried out once by a name of their own, such as the invoice that is paid, whatever idempotency key they come with.
 * The key that such a name becomes is stored for ever, and no caller can send it: keys of callers are printable ASCII.
 */
import { createHash } from 'node:crypto';
import type { CommandCall } from './carry-out';

export const invoiceKey = (invoiceId: string): string => `invoice\u00a7${invoiceId}`;
export const reversalKey = (reversalId: string): string => `reversal\u00a7${reversalId}`;

/**
 * The same call, known by a key of ours. The caller's is used up beside it.
 * @param body all that makes it this command and no other, beside the name, in one way of writing: "10" and "10.00" are the same amount
 */
export const knownBy = (call: CommandCall, key: string, body: readonly (string | undefined)[]): CommandCall => ({
  key,
  callerKey: call.key,
  body: createHash('sha256')
    .update(JSON.stringify([key, ...body.map((part) => part ?? null)]))
    .digest('hex'),
  traceparent: call.traceparent,
  replayed: () => call.replayed(),
});
