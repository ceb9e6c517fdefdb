/**
 * Configuration: a class per app, its properties named after environment variables, with class-validator decorators. Parsed once;
 * on failure every problem is said, with its variable, what is wrong and the remedy.
 */
import 'reflect-metadata';
import { plainToInstance, Transform } from 'class-transformer';
import { getMetadataStorage, type ValidationError, validateSync } from 'class-validator';

export interface ConfigProblem {
  readonly variable: string;
  readonly problem: string;
  readonly remedy: string;
}

export class ConfigInvalid extends Error {
  constructor(readonly problems: readonly ConfigProblem[]) {
    super(
      ['The configuration cannot be used:', ...problems.map(({ variable, problem, remedy }) => `  ${variable} ${problem}; ${remedy}`)].join(
        '\n',
      ),
    );
    this.name = 'ConfigInvalid';
  }
}

interface Described {
  readonly about: string;
  /** An example or the form that is wanted, for the remedy. */
  readonly wanted: string;
  readonly secret: Secrecy;
}

/** `in_url`: only the password of a URL is secret, and where it leads is shown. */
type Secrecy = boolean | 'in_url';

/** A URL or connection string as people may see it. */
export const withoutPassword = (url: string): string => url.replace(/(:\/\/[^:@/]*):.*@/s, '$1:***@');

const shown = (text: string, secret: Secrecy): string => (secret === 'in_url' ? withoutPassword(text) : secret ? '(set)' : text);

const descriptions = new WeakMap<object, Map<string, Described>>();

/** Says what a variable is for and what may stand in it. A variable without it is not one of the configuration. */
export const Variable =
  (about: string, wanted: string, { secret = false }: { readonly secret?: Secrecy } = {}): PropertyDecorator =>
  (prototype, property) => {
    const known = descriptions.get(prototype) ?? new Map<string, Described>();
    descriptions.set(prototype, known.set(String(property), { about, wanted, secret }));
  };

/** "true" or "false", and nothing that merely looks like it. */
export const Flag = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value));

/** Digits only, after a sign if it is below zero: "1e3" and "0x10" are refused by the validator that follows. */
export const WholeNumber = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) => (typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value));

/** Parts between commas, trimmed, empty ones left out. */
export const CommaList = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string'
      ? value
          .split(',')
          .map((part) => part.trim())
          .filter((part) => part !== '')
      : value,
  );

/** Variables with our prefix that are read elsewhere: the command line finds the service by it. */
const READ_ELSEWHERE: ReadonlySet<string> = new Set(['DRAWDOWN_URL']);

/**
 * @param prefix variables of the environment that begin so and are not known are refused, so that a slip does not go unseen
 * @throws ConfigInvalid
 */
export function parseConfig<T extends object>(
  shape: new () => T,
  environment: Readonly<Record<string, string | undefined>>,
  prefix = 'DRAWDOWN_',
): T {
  const known = descriptionsOf(shape);
  // An empty variable is one that was not set: `FOO= npm start` is how shells unset for one command.
  const given = Object.fromEntries([...known.keys()].flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])));
  const config = plainToInstance(shape, given, { exposeDefaultValues: true });
  const problems = validateSync(config, { forbidUnknownValues: true }).map((error) => problemOf(error, known));
  for (const name of Object.keys(environment))
    if (name.startsWith(prefix) && !known.has(name) && !READ_ELSEWHERE.has(name))
      problems.push({
        variable: name,
        problem: 'is not a variable of this program',
        remedy: `remove it, or see .env.example for the right name`,
      });
  if (problems.length > 0) throw new ConfigInvalid(problems);
  return config;
}

function problemOf({ property, constraints = {}, value }: ValidationError, known: ReadonlyMap<string, Described>): ConfigProblem {
  const { wanted = 'a valid value', secret = false } = known.get(property) ?? {};
  const reasons = Object.values(constraints).map((text) => text.replace(property, '').trim());
  const found =
    value === undefined ? 'is not set' : secret === true ? 'has a value that cannot be used' : `is ${shown(JSON.stringify(value), secret)}`;
  return { variable: property, problem: `${found}: it ${reasons.join(' and ')}`, remedy: `set it to ${wanted}` };
}

export interface ConfigLine {
  readonly variable: string;
  readonly about: string;
  readonly wanted: string;
  /** Of the class, as text; undefined when there is none. */
  readonly standard: string | undefined;
  /** In force, as text; a secret is masked. */
  readonly value: string | undefined;
  readonly required: boolean;
}

/** Every variable with what it is for, its default and its value. */
export function describeConfig<T extends object>(shape: new () => T, config?: T): readonly ConfigLine[] {
  const standard = new Map<string, unknown>(Object.entries(new shape()));
  const values = config && new Map<string, unknown>(Object.entries(config));
  const optional = new Set(
    getMetadataStorage()
      .getTargetValidationMetadatas(shape, '', true, false)
      .filter(({ type }) => type === 'conditionalValidation')
      .map(({ propertyName }) => propertyName),
  );
  return [...descriptionsOf(shape)].map(([variable, { about, wanted, secret }]) => ({
    variable,
    about,
    wanted,
    standard: textOf(standard.get(variable)),
    value: maskedOf(values?.get(variable), secret),
    required: standard.get(variable) === undefined && !optional.has(variable),
  }));
}

const textOf = (value: unknown): string | undefined =>
  value === undefined ? undefined : Array.isArray(value) ? value.join(',') : String(value);

const maskedOf = (value: unknown, secret: Secrecy): string | undefined => {
  const text = textOf(value);
  return text === undefined || text === '' ? text : shown(text, secret);
};

function descriptionsOf(shape: new () => object): ReadonlyMap<string, Described> {
  const all = new Map<string, Described>();
  for (let at: object | null = shape.prototype as object; at && at !== Object.prototype; at = Object.getPrototypeOf(at) as object | null)
    for (const [name, described] of descriptions.get(at) ?? []) if (!all.has(name)) all.set(name, described);
  return all;
}
