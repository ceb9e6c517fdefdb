/** How the process behaves, whatever service it is. */
import { Flag, Variable, WholeNumber } from '../config/config';
import { LOG_LEVELS, type LogLevel } from '@drawdown/runtime/server';
import { IsBoolean, IsIn, IsInt, Max, Min } from 'class-validator';

export class ProcessVariables {
  @Variable('Milliseconds that a stop waits for work in progress', 'milliseconds from 1000 to 600000')
  @WholeNumber()
  @IsInt()
  @Min(1_000)
  @Max(600_000)
  DRAIN_TIMEOUT_MS = 25_000;

  @Variable('Ends the service when its standard input ends, so that it does not outlive the program that started it', 'true or false')
  @Flag()
  @IsBoolean()
  EXIT_WITH_STDIN = false;

  @Variable('Lowest level that is logged', 'one of trace, debug, info, warn, error, fatal, silent')
  @IsIn(LOG_LEVELS)
  LOG_LEVEL: LogLevel = 'info';
}
