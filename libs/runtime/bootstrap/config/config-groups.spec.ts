import { IsInt, IsString } from 'class-validator';
import { ConfigInvalid, type ConfigProblem, Variable, WholeNumber } from './config';
import { describeGroups, parseGroups } from './config-groups';

class Store {
  @Variable('The store', 'an address')
  @IsString()
  STORE = '';

  @Variable('Its shards', 'a number')
  @WholeNumber()
  @IsInt()
  SHARDS = 1;

  problems(): readonly ConfigProblem[] {
    return this.STORE === 'one' && this.SHARDS > 1 ? [{ variable: 'SHARDS', problem: 'does not fit', remedy: 'set it to 1' }] : [];
  }
}

class Listener {
  @Variable('The port', 'a port')
  @WholeNumber()
  @IsInt()
  PORT = 1;
}

class OtherListener extends Listener {
  override PORT = 2;
}

const app = { groups: { listener: OtherListener, store: Store }, needs: { STORE: 'set it to an address' } };

const problemsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    parseGroups(app, environment);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigInvalid)) throw error;
    return error.problems.map(({ variable, problem, remedy }) => `${variable} ${problem}; ${remedy}`);
  }
};

describe('the configuration of an app, made of groups', () => {
  it('is read group by group, with the defaults of the app', () => {
    const { listener, store } = parseGroups(app, { STORE: 'many', SHARDS: '3', PATH: '/bin' });
    expect([listener.PORT, store.STORE, store.SHARDS]).toEqual([2, 'many', 3]);
  });

  it('says the problems of all groups at once', () => {
    expect(problemsOf({ PORT: 'x', SHARDS: 'y', DRAWDOWN_STROE: '1' })).toEqual([
      'PORT is "x": it must be an integer number; set it to a port',
      'DRAWDOWN_STROE is not a variable of this program; remove it, or see .env.example for the right name',
      'SHARDS is "y": it must be an integer number; set it to a number',
      'STORE is not set; set it to an address',
    ]);
  });

  it('says when variables of a group do not fit each other', () => {
    expect(problemsOf({ STORE: 'one', SHARDS: '2' })).toEqual(['SHARDS does not fit; set it to 1']);
  });

  it('is described group by group, with what this app cannot do without', () => {
    expect(
      describeGroups(app).map(({ group, lines }) => [
        group,
        lines.map(({ variable, standard, required }) => [variable, standard, required]),
      ]),
    ).toEqual([
      ['listener', [['PORT', '2', false]]],
      [
        'store',
        [
          ['STORE', '', true],
          ['SHARDS', '1', false],
        ],
      ],
    ]);
  });
});
