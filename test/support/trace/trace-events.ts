/** The rows of the trace as usage events, in the two forms in which producers that are not ours send them. */
import { readFileSync } from 'node:fs';
import { customerOf, type Trace } from './trace';

export interface TraceEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly data: { readonly input_tokens: number; readonly output_tokens: number };
}

/** `2023-11-16 18:17:03.9799600` is UTC. */
const rfc3339 = (timestamp: string): string => `${timestamp.trim().replace(' ', 'T')}Z`;

export function traceEvents({ file }: Trace): readonly TraceEvent[] {
  const rows = readFileSync(file, 'utf8')
    .split('\n')
    .slice(1)
    .filter((line) => line.trim() !== '');
  return rows.map((line, row) => {
    const [timestamp = '', input, output] = line.trim().split(',');
    return {
      specversion: '1.0',
      id: `row-${row}`,
      source: 'azure-llm-code',
      type: 'llm.request',
      subject: customerOf(row),
      time: rfc3339(timestamp),
      data: { input_tokens: Number(input), output_tokens: Number(output) },
    };
  });
}

/** One line of JSON for each, as `kcat -P -l` sends them. */
export const jsonLines = (events: readonly TraceEvent[]): string => events.map((event) => `${JSON.stringify(event)}\n`).join('');

/** CloudEvents 1.0.2, Kafka protocol binding 3.2. */
export const binaryMode = ({ data, ...attributes }: TraceEvent): { readonly headers: Record<string, string>; readonly value: string } => ({
  headers: {
    'content-type': 'application/json',
    ...Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce_${name}`, value])),
  },
  value: JSON.stringify(data),
});
