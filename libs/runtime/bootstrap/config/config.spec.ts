import { IsArray, IsBoolean, IsIn, IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { CommaList, ConfigInvalid, describeConfig, Flag, parseConfig, Variable, WholeNumber } from './config';

class DemoConfig {
  @Variable('Where data lies', 'a folder')
  @IsString()
  DATA_DIR!: string;

  @Variable('Port of the transport', 'a port from 0 to 65535')
  @WholeNumber()
  @IsInt()
  @Min(0)
  @Max(65_535)
  HTTP_PORT = 8080;

  @Variable('Open to strangers', 'true or false')
  @Flag()
  @IsBoolean()
  INSECURE = false;

  @Variable('Networks that webhooks may go to', 'CIDR networks between commas')
  @CommaList()
  @IsArray()
  NETWORKS: readonly string[] = [];

  @Variable('Lowest level that is logged', 'info or debug')
  @IsIn(['info', 'debug'])
  LOG_LEVEL = 'info';

  @Variable('Key of the store', 'a key', { secret: true })
  @IsOptional()
  @IsIn(['right'])
  STORE_KEY?: string;
}

const problemsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    parseConfig(DemoConfig, environment);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigInvalid)) throw error;
    return error.problems.map(({ variable, problem, remedy }) => `${variable} ${problem}; ${remedy}`);
  }
};

describe('the configuration', () => {
  it('is read from the variables, with defaults for those that are not set', () => {
    const config = parseConfig(DemoConfig, {
      DATA_DIR: '/d',
      HTTP_PORT: '0',
      INSECURE: 'true',
      NETWORKS: ' a, ,b',
      PATH: '/bin',
      LOG_LEVEL: '',
    });
    expect(config).toBeInstanceOf(DemoConfig);
    expect({ ...config }).toEqual({ DATA_DIR: '/d', HTTP_PORT: 0, INSECURE: true, NETWORKS: ['a', 'b'], LOG_LEVEL: 'info' });
  });

  it('says every problem at once, with variable, what is wrong and the remedy', () => {
    expect(problemsOf({ HTTP_PORT: '70000', INSECURE: 'yes', LOG_LEVEL: 'loud' })).toEqual([
      'DATA_DIR is not set: it must be a string; set it to a folder',
      'HTTP_PORT is 70000: it must not be greater than 65535; set it to a port from 0 to 65535',
      'INSECURE is "yes": it must be a boolean value; set it to true or false',
      'LOG_LEVEL is "loud": it must be one of the following values: info, debug; set it to info or debug',
    ]);
  });

  it.each(['1e3', '0x10', '80.5', '-1', ' 80'])('takes only digits for a whole number, not %j', (port) => {
    expect(problemsOf({ DATA_DIR: '/d', HTTP_PORT: port })).toHaveLength(1);
  });

  it('never shows a secret, not even a wrong one', () => {
    expect(problemsOf({ DATA_DIR: '/d', STORE_KEY: 'swordfish' }).join()).not.toContain('swordfish');
    const lines = describeConfig(DemoConfig, parseConfig(DemoConfig, { DATA_DIR: '/d', STORE_KEY: 'right' }));
    expect(lines.find(({ variable }) => variable === 'STORE_KEY')).toMatchObject({ value: '(set)', required: false });
  });

  it.each([
    ['redis://user:swordfish@127.0.0.1:6379/0', 'redis://user:***@127.0.0.1:6379/0'],
    ['rediss://:sword@fish@redis:6379', 'rediss://:***@redis:6379'],
    ['esdb://admin:swordfish@a:2113,b:2113?tls=true', 'esdb://admin:***@a:2113,b:2113?tls=true'],
    ['redis://127.0.0.1:6379', 'redis://127.0.0.1:6379'],
  ])('shows where %s leads, and not its password', (url, shown) => {
    class UrlConfig {
      @Variable('A server', 'a URL', { secret: 'in_url' })
      @IsString()
      @IsIn([url])
      SERVER_URL!: string;
    }
    expect(describeConfig(UrlConfig, parseConfig(UrlConfig, { SERVER_URL: url }))).toMatchObject([{ value: shown }]);
    expect(() => parseConfig(UrlConfig, { SERVER_URL: `${url}/wrong` })).toThrow(`SERVER_URL is "${shown}/wrong"`);
  });

  it('refuses a variable of ours that it does not know', () => {
    expect(problemsOf({ DATA_DIR: '/d', DRAWDOWN_PROT: '1' })).toEqual([
      'DRAWDOWN_PROT is not a variable of this program; remove it, or see .env.example for the right name',
    ]);
  });

  it('leaves alone what the command line reads, so that both can be set in one terminal', () => {
    expect(problemsOf({ DATA_DIR: '/d', DRAWDOWN_URL: 'http://127.0.0.1:8080' })).toEqual([]);
  });

  it('is described variable by variable', () => {
    expect(describeConfig(DemoConfig).map(({ variable, standard, required }) => [variable, standard, required])).toEqual([
      ['DATA_DIR', undefined, true],
      ['HTTP_PORT', '8080', false],
      ['INSECURE', 'false', false],
      ['NETWORKS', '', false],
      ['LOG_LEVEL', 'info', false],
      ['STORE_KEY', undefined, false],
    ]);
  });
});
