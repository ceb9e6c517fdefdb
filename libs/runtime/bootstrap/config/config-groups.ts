/** The configuration of an app as groups of variables, each a class as `parseConfig` reads it, so that apps share a group. */
import { ConfigInvalid, type ConfigLine, type ConfigProblem, describeConfig, parseConfig } from './config';

export type Groups = Readonly<Record<string, new () => object>>;

export type ConfigOf<G extends Groups> = { readonly [Name in keyof G]: InstanceType<G[Name]> };

export interface AppConfig<G extends Groups> {
  /** By name, in the order of .env.example. */
  readonly groups: G;
  /** Variables that this app cannot do without, although their group can. */
  readonly needs?: Readonly<Record<string, string>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** A group whose variables have to fit each other, and those of other groups: `all` has every variable that could be read. */
interface Checked {
  problems(all: Readonly<Record<string, unknown>>): readonly ConfigProblem[];
}
const isChecked = (group: object): group is Checked => 'problems' in group && typeof group.problems === 'function';

/** @throws ConfigInvalid with the problems of all groups. */
export function parseGroups<G extends Groups>(
  { groups, needs = {} }: AppConfig<G>,
  environment: Environment,
  prefix = 'DRAWDOWN_',
): ConfigOf<G> {
  const problems: ConfigProblem[] = [];
  const parsed: [name: string, group: object][] = [];
  const ours = new Set(Object.values(groups).flatMap((shape) => describeConfig(shape).map(({ variable }) => variable)));
  // A slip in a name is a slip for all groups: the first is asked about what no group knows, the others about nothing.
  const unknown = Object.fromEntries(Object.entries(environment).filter(([name]) => name.startsWith(prefix) && !ours.has(name)));
  for (const [i, [name, shape]] of Object.entries(groups).entries()) {
    const own = Object.fromEntries(describeConfig(shape).map(({ variable }) => [variable, environment[variable]]));
    try {
      const group = parseConfig(shape, i === 0 ? { ...own, ...unknown } : own, prefix);
      parsed.push([name, group]);
    } catch (error) {
      if (!(error instanceof ConfigInvalid)) throw error;
      problems.push(...error.problems);
    }
  }
  const all = Object.fromEntries<unknown>(parsed.flatMap(([, group]) => Object.entries(group)));
  for (const [, group] of parsed) if (isChecked(group)) problems.push(...group.problems(all));
  for (const [variable, remedy] of Object.entries(needs))
    if (!environment[variable]) problems.push({ variable, problem: 'is not set', remedy });
  if (problems.length > 0) throw new ConfigInvalid(problems);
  return Object.fromEntries(parsed) as ConfigOf<G>;
}

type GroupLines = readonly { readonly group: string; readonly lines: readonly ConfigLine[] }[];

/** Every variable of an app, group by group. */
export const describeGroups = <G extends Groups>({ groups, needs = {} }: AppConfig<G>, config?: ConfigOf<G>): GroupLines =>
  Object.entries(groups).map(([group, shape]) => ({
    group,
    lines: describeConfig(shape, config?.[group]).map((line) => ({ ...line, required: line.required || line.variable in needs })),
  }));
