/** What the ledger and ingestion have to agree on. */
import { Variable, WholeNumber } from '../config/config';
import { IsInt, Max, Min } from 'class-validator';

const DAYS_MAX = 400;
export const DAY_MS = 86_400_000;

export class LedgerVariables {
  @Variable('Days for which a repeat of a usage event is recognized', `a number of days from 1 to ${DAYS_MAX}`)
  @WholeNumber()
  @IsInt()
  @Min(1)
  @Max(DAYS_MAX)
  DEDUPE_WINDOW_DAYS = 35;
}
