/** Redis: derived state that services share. All of it can be made again from the log. */
import { Variable, WholeNumber } from '@drawdown/platform';
import { IsInt, Matches, Max, Min } from 'class-validator';

const SHARDS_MAX = 256;

export class RedisVariables {
  @Variable('Redis; empty for derived state in DATA_DIR', 'a URL, such as redis://127.0.0.1:6379 or rediss://user:secret@host:6380', { secret: 'in_url' })
  @Matches(/^$|^rediss?:\/\/\S+$/, { message: 'must be a URL that begins with redis:// or rediss://' })
  REDIS_URL = '';

  @Variable('What the names of all keys begin with, so that several deployments may share a Redis', 'letters, digits, dots, dashes and underscores')
  @Matches(/^[A-Za-z0-9._-]{1,64}$/, { message: 'must be 1 to 64 letters, digits, dots, dashes and underscores' })
  REDIS_PREFIX = 'drawdown';

  @Variable('Parts that the index of applied keys is in: a cluster spreads them. A change makes derived state anew', `a number from 1 to ${SHARDS_MAX}`)
  @WholeNumber()
  @IsInt()
  @Min(1)
  @Max(SHARDS_MAX)
  REDIS_SHARDS = 16;
}
