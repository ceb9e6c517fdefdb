/** Options of every list. */
import type { Command } from 'commander';
import { wholeNumber } from '../../option-values';

export interface PageOptions {
  readonly pageSize?: number;
  readonly pageToken?: string;
}

const PAGE_SIZE_MAX = 1_000;

export const paged = (command: Command): Command =>
  command
    .option('--page-size <n>', `at most so many, 1 to ${PAGE_SIZE_MAX}; default 100`, wholeNumber(1, PAGE_SIZE_MAX))
    .option('--page-token <token>', 'the token that the page before printed');

export const pageOf = ({ pageSize, pageToken }: PageOptions) => ({ page_size: pageSize, page_token: pageToken });
