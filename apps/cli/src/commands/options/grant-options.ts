/** Options of whatever adds a grant. */
import type { Message } from '@drawdown/api/contract';
import type { Command } from 'commander';
import { collect, pairs, wholeNumber } from '../../option-values';

export interface GrantOptions {
  readonly origin: string;
  readonly priority?: number;
  readonly effectiveAt?: string;
  readonly expiresAt?: string;
  readonly reference?: string;
  readonly metadata?: readonly string[];
}

const PRIORITY_MAX = 255;

export const granting = (command: Command): Command =>
  command
    .requiredOption('--origin <origin>', 'paid or free')
    .option('--priority <n>', `lower is used first, 0 to ${PRIORITY_MAX}; default 100`, wholeNumber(0, PRIORITY_MAX))
    .option('--effective-at <time>', 'covers usage from then on; RFC 3339')
    .option('--expires-at <time>', 'covers usage before then; RFC 3339')
    .option('--reference <text>', 'your own reference, such as a payment id')
    .option('--metadata <name=value>', 'your own notes; repeatable', collect);

export const grantOf = (options: GrantOptions): Message => ({
  origin: options.origin,
  priority: options.priority,
  effective_at: options.effectiveAt,
  expires_at: options.expiresAt,
  reference: options.reference,
  metadata: options.metadata && pairs('--metadata', options.metadata),
});
