/** A small language for tests of usage: one good event, and what is different about another. */
import { instant } from '@drawdown/domain/amounts';
import type { ParsedUsage, UsageEvent } from './usage-event';
import { parseStructured } from './usage-message';

export const receivedAt = instant('2024-03-01T12:00:00Z');

export const goodFields = {
  specversion: '1.0',
  id: 'row-1',
  source: 'azure-llm-code',
  type: 'llm.request',
  subject: 'cus_1',
  time: '2023-11-16T18:17:03.9799600Z',
  data: { input_tokens: 4808, output_tokens: 10 },
} as const;

/** JSON of the good event with other fields; a field that is `undefined` is left out. */
export const eventJson = (changes: Readonly<Record<string, unknown>> = {}): string => JSON.stringify({ ...goodFields, ...changes });

/** The good event with its data as this JSON text, so that a test can write what JSON.stringify cannot. */
export const eventWithData = (json: string): string => eventJson({ data: '@' }).replace('"@"', () => json);

export const accepted = (parsed: ParsedUsage): UsageEvent => {
  if ('rejection' in parsed) throw new Error(`${parsed.rejection.reason}: ${parsed.rejection.detail}`);
  return parsed.usage;
};

export const reasonOf = (parsed: ParsedUsage): string => ('rejection' in parsed ? parsed.rejection.reason : 'accepted');

export const usage = (changes: Readonly<Record<string, unknown>> = {}): UsageEvent =>
  accepted(parseStructured(eventJson(changes), receivedAt));
export const usageWithData = (json: string): UsageEvent => accepted(parseStructured(eventWithData(json), receivedAt));
