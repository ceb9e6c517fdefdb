/** The tables of docs/operating.md that the code decides. */
import { type AppConfig, type AppGroups, describeGroups, KafkaVariables, topicSpecs } from '@drawdown/runtime/bootstrap';
import { config as ingestion } from '../apps/ingestion/src/config';
import { config as ledger } from '../apps/ledger/src/config';
import { config as webhooks } from '../apps/webhooks/src/config';
import { DAY_MS } from '../libs/domain/amounts/amounts.fixtures';

interface Row {
  readonly about: string;
  readonly standard: string;
  /** Services that do not start without it. */
  readonly needed: readonly string[];
  readonly services: readonly string[];
}

/** `<!-- name ... -->` to `<!-- end of name -->`, with what lies between replaced. @throws Error when there is no such place */
export function withTable(document: string, name: string, table: string): string {
  const place = new RegExp(`(<!-- ${name}\\b[^\\n]*-->\\n)[^]*?(<!-- end of ${name} -->)`);
  if (!place.test(document)) throw new Error(`there is no place for ${name}`);
  return document.replace(place, (_, begin: string, end: string) => `${begin}\n${table}\n${end}`);
}

/** Every variable of the three services, in the order in which the ledger has them. */
export function variablesTable(): string {
  const rows = new Map<string, Row>();
  note(rows, 'ledger', ledger);
  note(rows, 'ingestion', ingestion);
  note(rows, 'webhooks', webhooks);
  const lines = [...rows].map(([variable, { about, standard, needed, services }]) => {
    const value =
      needed.length > 0
        ? `has to be set${needed.length < services.length ? ` for ${needed.join(', ')}` : ''}`
        : standard === ''
          ? ''
          : `\`${standard}\``;
    return `| \`${variable}\` | ${about} | ${value} | ${services.length === 3 ? 'all' : services.join(', ')} |`;
  });
  return `| variable | meaning | default | service |\n|---|---|---|---|\n${lines.join('\n')}\n`;
}

function note<G extends AppGroups>(rows: Map<string, Row>, service: string, config: AppConfig<G>): void {
  for (const { variable, about, standard = '', required } of describeGroups(config).flatMap(({ lines }) => lines)) {
    const known = rows.get(variable);
    // Each service has a port of its own; what it is stands in the words.
    const shown = known && known.standard !== standard ? '' : standard;
    rows.set(variable, {
      about,
      standard: shown,
      needed: [...(known?.needed ?? []), ...(required ? [service] : [])],
      services: [...(known?.services ?? []), service],
    });
  }
}

const MIB = 1_048_576;

export function topicsTable(): string {
  const defaults = new KafkaVariables();
  const about = {
    usage: 'usage from producers, under any key or none',
    rated: 'the same records with their rating, keyed by customer',
    rejected: 'rejected usage, unchanged, with the reason in headers',
  } as const;
  const lines = (['usage', 'rated', 'rejected'] as const).flatMap((topic) =>
    topicSpecs(defaults, [topic]).map(
      ({ name, partitions, retentionMs, messageBytesMax = MIB }) =>
        `| \`${name}\` | ${about[topic]} | ${partitions} | ${retentionMs / DAY_MS} days | ${Math.round(messageBytesMax / MIB)} MiB |`,
    ),
  );
  return `| topic | content | partitions | retention | largest record |\n|---|---|---|---|---|\n${lines.join('\n')}\n`;
}
