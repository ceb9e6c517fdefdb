import { keptOriginal, ORIGINAL_BYTES_KEPT_MAX, originalBytes, parseOriginal, structuredText } from './original-usage';
import { NOON } from '../../../domain/amounts/amounts.fixtures';

const attributes = [
  ['specversion', '1.0'],
  ['id', 'u1'],
  ['source', 'test'],
  ['type', 'llm'],
  ['subject', 'ada'],
] as const;

describe('an original', () => {
  it('is kept byte for byte', () => {
    const text = '{"id": "é\\u00e9 ✓"}';
    expect(originalBytes(keptOriginal(text)).toString()).toBe(text);
  });

  it('is kept up to a limit, cut between bytes', () => {
    const text = 'é'.repeat(ORIGINAL_BYTES_KEPT_MAX / 2);
    expect(keptOriginal(text)).toEqual({ text: text, encoding: 'utf8' });
    const kept = keptOriginal(`a${text}`);
    expect(kept.encoding).toBe('base64');
    expect(originalBytes(kept).equals(Buffer.from(`a${text}`).subarray(0, ORIGINAL_BYTES_KEPT_MAX))).toBe(true);
  });

  it('whose attributes came apart from its data reads as the same event', () => {
    const text = structuredText(attributes, '{"tokens": 9007199254740993}');
    const parsed = parseOriginal(keptOriginal(text), NOON);
    expect('usage' in parsed && parsed.usage).toMatchObject({ id: 'u1', subject: 'ada', time: '2026-03-01T12:00:00.000Z' });
    expect(text).toContain('9007199254740993');
  });

  it('that came without data reads as one without', () => {
    expect(structuredText(attributes, '')).not.toContain('data');
    expect(parseOriginal(keptOriginal(structuredText(attributes, '')), NOON)).toHaveProperty('usage.id', 'u1');
  });

  it('cannot smuggle attributes in its data', () => {
    const parsed = parseOriginal(keptOriginal(structuredText(attributes, '{},"time":"2020-01-01T00:00:00Z"')), NOON);
    expect(parsed).toMatchObject({ rejection: { reason: 'malformed_json' } });
  });

  it('that came with a header twice is refused as that', () => {
    const parsed = parseOriginal(keptOriginal(structuredText([...attributes, ['id', 'u2']], '{}')), NOON);
    expect(parsed).toMatchObject({ rejection: { reason: 'duplicate_key' } });
  });
});
