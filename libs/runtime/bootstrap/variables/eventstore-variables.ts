/** EventStoreDB: the log that services share. */
import { Variable, WholeNumber } from '../config/config';
import { IsInt, Matches, Max, Min } from 'class-validator';

const APPEND_TIMEOUT_MS_MIN = 100;
const APPEND_TIMEOUT_MS_MAX = 60_000;

export class EventStoreVariables {
  @Variable('EventStoreDB; empty for the embedded log', 'a connection string, such as esdb://admin:secret@127.0.0.1:2113?tls=true', {
    secret: 'in_url',
  })
  @Matches(/^$|^(?:esdb|kurrentdb)(?:\+discover)?:\/\/\S+$/, { message: 'must be a connection string that begins with esdb://' })
  EVENTSTORE_URL = '';

  @Variable(
    'Milliseconds after which an append without an answer counts as unknown',
    `milliseconds from ${APPEND_TIMEOUT_MS_MIN} to ${APPEND_TIMEOUT_MS_MAX}`,
  )
  @WholeNumber()
  @IsInt()
  @Min(APPEND_TIMEOUT_MS_MIN)
  @Max(APPEND_TIMEOUT_MS_MAX)
  EVENTSTORE_APPEND_TIMEOUT_MS = 10_000;
}
