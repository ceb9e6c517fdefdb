import { instant } from '@drawdown/domain/amounts';
import type { QueueRecord } from '@drawdown/engine/usage-pipeline';

export const noon = instant('2026-01-01T12:00:00Z');

/** A usage event in structured mode, as it was read. */
export const record = (given: Partial<QueueRecord> = {}): QueueRecord => ({
  topic: 'usage.v1',
  partition: 3,
  offset: '41',
  key: Buffer.from('cus_1'),
  value: Buffer.from('{"specversion":"1.0","id":"e1","source":"/s","type":"call","subject":"cus_1"}'),
  headers: { 'content-type': Buffer.from('application/cloudevents+json') },
  at: noon,
  ...given,
});

/** Records with offsets from `from` on. */
export const records = (from: number, count: number): QueueRecord[] =>
  Array.from({ length: count }, (_, i) => record({ offset: String(from + i) }));

export const offsets = (given: readonly QueueRecord[]): number[] => given.map(({ offset }) => Number(offset));
