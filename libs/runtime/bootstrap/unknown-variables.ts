/** Variables that are set and that nothing reads: slips in a name. They are reported and never refused, since other programs have variables too. */
import { type AppConfig, describeGroups, type Groups } from './config/config-groups';
import { nearestName } from '@drawdown/api/contract';

/** More than these and two names that mean something are taken for each other: HTTP_PROXY and HTTP_PORT. */
const EDITS_MAX = 2;
/** What a whole group of ours begins with. Other groups share their first word with well-known programs: HTTP_PROXY, GRPC_TRACE. */
const PREFIXES = ['EVENTSTORE_', 'KAFKA_', 'REDIS_', 'STRIPE_', 'WEBHOOK_'];

/** A sentence for each, in the order of their names. It shows no values: they may be secrets. */
export function unknownVariables<G extends Groups>(
  config: AppConfig<G>,
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const known = new Set(describeGroups(config).flatMap(({ lines }) => lines.map(({ variable }) => variable)));
  const prefixes = PREFIXES.filter((prefix) => [...known].some((name) => name.startsWith(prefix)));
  const set = Object.keys(environment).filter((name) => environment[name] && !known.has(name));
  return set.toSorted().flatMap((name) => {
    const nearest = nearestName(name, known, EDITS_MAX);
    if (nearest !== undefined) return [`${name} is not known; did you mean ${nearest}?`];
    return prefixes.some((prefix) => name.startsWith(prefix))
      ? [`${name} is not known, so nothing here reads it; .env.example has the names that are`]
      : [];
  });
}
