/** Redis: derived state that services share. All of it can be made again from the log. */
import { Variable, WholeNumber } from '../config/config';
import { IsInt, Matches, Max, Min } from 'class-validator';

const SHARDS_MAX = 64;

export class RedisVariables {
  @Variable(
    'Redis; empty for derived state in DATA_DIR',
    'a URL, such as redis://127.0.0.1:6379, rediss://user:secret@host:6380 or redis-cluster://a:6379,b:6379',
    { secret: 'in_url' },
  )
  @Matches(/^$|^rediss?(?:-cluster)?:\/\/\S+$/, {
    message: 'must be a URL that begins with redis://, rediss://, redis-cluster:// or rediss-cluster://',
  })
  REDIS_URL = '';

  @Variable('Prefix of all keys, so that several deployments may share a Redis', 'letters, digits, dots, dashes, colons and underscores')
  @Matches(/^[\w.:-]{1,64}$/, { message: 'must be 1 to 64 letters, digits, dots, dashes, colons and underscores' })
  REDIS_PREFIX = 'drawdown';

  @Variable(
    'Hash tags that streams are spread over; more than one helps on a cluster only. Give a change a new REDIS_PREFIX',
    `a number from 1 to ${SHARDS_MAX}`,
  )
  @WholeNumber()
  @IsInt()
  @Min(1)
  @Max(SHARDS_MAX)
  REDIS_SHARDS = 1;
}
