/** Reads figures off /metrics in the Prometheus text format. */
import { request } from 'undici';

export interface Figure {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

export async function figuresAt(ops: string): Promise<readonly Figure[]> {
  const answer = await request(`${ops}/metrics`);
  const text = await answer.body.text();
  return text.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = LINE.exec(line) ?? [];
    return name === undefined
      ? []
      : [
          {
            name,
            labels: Object.fromEntries([...labels.matchAll(LABEL)].map(([, label, value]) => [label, value])) as Record<string, string>,
            value: Number(value),
          },
        ];
  });
}

/** The sum of all figures of a name that carry the labels. */
export const sumOf = (figures: readonly Figure[], name: string, labels: Readonly<Record<string, string>> = {}): number =>
  figures
    .filter((figure) => figure.name === name && Object.entries(labels).every(([label, value]) => figure.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0);
