/** The configuration of the standalone service, from environment variables. Compared with .env.example by a test. */
import { CommaList, Flag, LOG_LEVELS, type LogLevel, Variable, WholeNumber } from '@drawdown/platform';
import { ArrayMaxSize, IsBoolean, IsIn, IsInt, IsNotEmpty, IsString, Matches, Max, Min } from 'class-validator';

const PORT_MAX = 65_535;
const CIDR = /^[0-9a-fA-F:.]+\/\d{1,3}$/;
const SCHEDULE = /^\d+[smh]( \d+[smh])*$/;

export class StandaloneConfig {
  @Variable('Address of the HTTP door', 'an IP address or host name, such as 127.0.0.1')
  @IsString()
  @IsNotEmpty()
  HTTP_HOST = '127.0.0.1';

  @Variable('Port of the HTTP door; 0 takes a free one', 'a port from 0 to 65535')
  @WholeNumber()
  @IsInt()
  @Min(0)
  @Max(PORT_MAX)
  HTTP_PORT = 8080;

  @Variable('Address of the gRPC door', 'an IP address or host name, such as 127.0.0.1')
  @IsString()
  @IsNotEmpty()
  GRPC_HOST = '127.0.0.1';

  @Variable('Port of the gRPC door; 0 takes a free one', 'a port from 0 to 65535')
  @WholeNumber()
  @IsInt()
  @Min(0)
  @Max(PORT_MAX)
  GRPC_PORT = 50051;

  @Variable('Folder of the log and of derived state; one process owns it', 'a folder, such as ./data')
  @IsString()
  @IsNotEmpty()
  DATA_DIR = './data';

  @Variable('Whether a door may listen beyond this machine although it asks nobody who they are', 'true or false')
  @Flag()
  @IsBoolean()
  INSECURE = false;

  @Variable('Whether gRPC callers may ask which services there are', 'true or false')
  @Flag()
  @IsBoolean()
  GRPC_REFLECTION = true;

  @Variable('Days for which a repeat of a usage event is recognised', 'a number of days from 1 to 400')
  @WholeNumber()
  @IsInt()
  @Min(1)
  @Max(400)
  DEDUPE_WINDOW_DAYS = 35;

  @Variable('Networks that webhooks may go to although they are not public', 'CIDR networks between commas, such as 10.0.0.0/8,127.0.0.0/8')
  @CommaList()
  @ArrayMaxSize(64)
  @Matches(CIDR, { each: true, message: 'must be CIDR networks' })
  WEBHOOK_ALLOWED_NETWORKS: readonly string[] = [];

  @Variable('Waits between the attempts of a webhook', 'waits between spaces, such as "5s 5m 30m 2h"')
  @Matches(SCHEDULE, { message: 'must be waits such as 5s, 5m or 2h' })
  WEBHOOK_SCHEDULE = '5s 5m 30m 2h 5h 10h 14h 20h 24h';

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
