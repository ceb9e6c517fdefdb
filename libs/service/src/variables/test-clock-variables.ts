/** A clock for rehearsals, and what it is refused together with. */
import { type ConfigProblem, Flag, Variable } from '@drawdown/platform';
import { IsBoolean } from 'class-validator';

/** Each of them says that the time is that of others, or that the money is real. */
const SAYS_OTHERWISE: readonly (readonly [variable: string, wrong: (value: string) => boolean])[] = [
  ['NODE_ENV', (value) => value === 'production'],
  ['EVENTSTORE_URL', (value) => value !== ''],
  ['REDIS_URL', (value) => value !== ''],
  ['KAFKA_BROKERS', (value) => value !== ''],
  ['STRIPE_SECRET_KEY', (value) => /^[a-z]+_live_/.test(value)],
];

export class TestClockVariables {
  @Variable('Whether the clock stands still until it is moved on over the API, for rehearsals; never in production', 'true or false')
  @Flag()
  @IsBoolean()
  TEST_CLOCK = false;

  problems(): readonly ConfigProblem[] {
    if (!this.TEST_CLOCK) return [];
    return SAYS_OTHERWISE.filter(([variable, wrong]) => wrong(process.env[variable] ?? '')).map(([variable]) => ({
      variable: 'TEST_CLOCK',
      problem: `is true together with ${variable}`,
      mend: `set TEST_CLOCK=false, or leave ${variable} out: a rehearsal is of one process with files and money of its own`,
    }));
  }
}
