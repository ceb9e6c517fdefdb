import { CUSTOMER_ID_BYTES_MAX, customerIdProblem, slugProblem, textProblem } from './ids';

describe('a customer id', () => {
  it.each([
    'a',
    'cus_1',
    'Größe',
    '会社',
    '🙂',
    'a b',
    '~',
    '...',
    'a..',
    '\u0301',
    '-',
    'x'.repeat(CUSTOMER_ID_BYTES_MAX),
    'é'.repeat(CUSTOMER_ID_BYTES_MAX / 2),
  ])('may be %s', (id) => expect(customerIdProblem(id)).toBeUndefined());
  it.each([
    ['empty_field', ''],
    ['too_long', 'x'.repeat(CUSTOMER_ID_BYTES_MAX + 1)],
    ['too_long', `${'é'.repeat(CUSTOMER_ID_BYTES_MAX / 2)}x`],
    ['control_character', 'a\0'],
    ['control_character', '\x1f'],
    ['control_character', 'a\x7fb'],
    ['control_character', 'a\x9fb'],
    ['lone_surrogate', 'a\ud800'],
    ['lone_surrogate', '\udc00\ud800'],
    ['control_character', 'a\u200bb'],
    ['control_character', 'a\u202eb'],
    ['control_character', 'a\u00adb'],
    ['control_character', 'a\u{e0001}'],
    ['dot_segment', '.'],
    ['dot_segment', '..'],
    ['white_space_at_ends', ' '],
    ['white_space_at_ends', 'a '],
    ['white_space_at_ends', '\u3000a'],
  ])('is refused with %s: %j', (code, id) => expect(customerIdProblem(id)).toMatchObject({ code }));
});

describe('an id of the catalog', () => {
  it.each(['a', '0', 'api-credits', 'a.b_c-d', 'x'.repeat(64)])('may be %s', (id) => expect(slugProblem(id)).toBeUndefined());
  it.each(['', 'A', '-a', '_a', '.a', 'a b', 'é', 'a\n', 'a/b', 'x'.repeat(65)])('is refused: %j', (id) =>
    expect(slugProblem(id)).toMatchObject({ code: 'not_a_slug' }),
  );
});

it('names the control character that stands in a text', () => {
  expect(textProblem('a\u0007', 10)?.detail).toContain('U+0007');
  expect(textProblem('\u00a0', 10)).toBeUndefined();
});
