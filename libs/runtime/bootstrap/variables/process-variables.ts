/** How the process behaves, whatever service it is. */
import { Flag, Variable, WholeNumber } from '../config/config';
import { LOG_LEVELS, type LogLevel } from '@drawdown/runtime/server';
import { IsBoolean, IsIn, IsInt, Max, Min } from 'class-validator';

export class ProcessVariables {
  @Variable('How long a stop waits for what is under way, in milliseconds', 'milliseconds from 1000 to 600000')
  @WholeNumber()
  @IsInt()
  @Min(1_000)
  @Max(600_000)
  DRAIN_TIMEOUT_MS = 25_000;

  @Variable('Whether the service ends when its standard input does: it lives no longer than the program that started it', 'true or false')
  @Flag()
  @IsBoolean()
  EXIT_WITH_STDIN = false;

  @Variable('How much is logged', 'one of trace, debug, info, warn, error, fatal, silent')
  @IsIn(LOG_LEVELS)
  LOG_LEVEL: LogLevel = 'info';
}
