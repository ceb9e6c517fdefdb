/** A clock for rehearsals, and what it is refused together with. */
import { type ConfigProblem, Flag, Variable } from '../config/config';
import { IsBoolean } from 'class-validator';

/** Each of them means that others set the time, or that the money is real. The remedies show no password. */
const CONFLICTS: readonly (readonly [variable: string, wrong: (value: string) => boolean, remedy: string])[] = [
  ['NODE_ENV', (value) => value === 'production', 'NODE_ENV=production'],
  ['EVENTSTORE_URL', (value) => value !== '', 'EVENTSTORE_URL'],
  ['REDIS_URL', (value) => value !== '', 'REDIS_URL'],
  ['KAFKA_BROKERS', (value) => value !== '', 'KAFKA_BROKERS'],
  ['STRIPE_SECRET_KEY', (value) => /^[a-z]+_live_/.test(value), 'a STRIPE_SECRET_KEY of live mode'],
];

export class TestClockVariables {
  @Variable('The clock stands still until the API moves it, for rehearsals; never in production', 'true or false')
  @Flag()
  @IsBoolean()
  TEST_CLOCK = false;

  problems(): readonly ConfigProblem[] {
    if (!this.TEST_CLOCK) return [];
    return CONFLICTS.filter(([variable, wrong]) => wrong(process.env[variable] ?? '')).map(([variable, , logger]) => ({
      variable: 'TEST_CLOCK',
      problem: `is true together with ${logger}`,
      remedy: `set TEST_CLOCK=false, or leave ${variable} out: a rehearsal is of one process with files and money of its own`,
    }));
  }
}
