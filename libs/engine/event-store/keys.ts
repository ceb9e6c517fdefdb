/** Keys that are applied once: those of commands, of payments, and of usage events. Found by a 64-bit fingerprint, then confirmed. */
import { hash } from 'node:crypto';

const fingerprint = (text: string): bigint => BigInt(`0x${hash('sha256', text).slice(0, 16)}`);

/** A command's key belongs to the stream that the command changes. */
export const commandFingerprint = (stream: string, key: string): bigint => fingerprint(`command\0${stream}\0${key}`);

/** A payment is credited once in the wallet of the stream. */
export const paymentFingerprint = (stream: string, paymentId: string): bigint => fingerprint(`payment\0${stream}\0${paymentId}`);

/** A usage event is known by source and id (CloudEvents 1.0, section 3.1), whoever it is for. */
export const usageFingerprint = (source: string, id: string): bigint => fingerprint(`usage\0${source}\0${id}`);

/** Where a key was applied. Usage keys carry what confirms them, so that the stream need not be read. */
export interface KeyPlace {
  readonly stream: string;
  readonly revision: number;
}
