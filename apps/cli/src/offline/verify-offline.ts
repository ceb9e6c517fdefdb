/** The service's own check on a data folder, told in the service's own messages. */
import type { Instant } from '@drawdown/amounts';
import { foldings, type Message } from '@drawdown/application';
import { type FindingKind, verify } from '@drawdown/ledger';
import { openDataFolder } from './data-folder';

/** Which promise a finding breaks; see docs/cli.md. */
const INVARIANTS: Readonly<Record<FindingKind, string>> = {
  doubled: 'I2',
  conservation: 'I3',
  revision: 'I5',
  projection: 'I6',
  index: 'I6',
  chain: 'I10',
  unreadable: 'I10',
};

export async function* verifyOffline(directory: string): AsyncGenerator<Message> {
  const folder = await openDataFolder(directory);
  const began = performance.now();
  try {
    for await (const step of verify({ ...folder, foldings, now: Date.now() as Instant })) {
      if (step.kind === 'progress') yield { progress: { events: step.events } };
      if (step.kind === 'finding') {
        const { kind, stream, revision, detail } = step.finding;
        yield { finding: { invariant: INVARIANTS[kind], stream, revision, detail } };
      }
      if (step.kind === 'summary') {
        const { events, streams, documents, findings } = step.summary;
        yield {
          summary: {
            sound: findings === 0,
            events,
            streams,
            balances: documents,
            findings,
            duration_ms: Math.round(performance.now() - began),
          },
        };
      }
    }
  } finally {
    await folder.close();
  }
}
