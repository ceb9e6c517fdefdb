import fc from 'fast-check';
import { canonicalText, type JsonNode, JsonNumber, nodeToJson } from './json-node';
import { JSON_DEPTH_MAX, type JsonProblemCode } from './json-problem';
import { parseJson, parseJsonList } from './strict-json';

const read = (source: string): JsonNode => {
  const { node, problem } = parseJson(source);
  if (problem) throw new Error(`${source}: ${problem.detail}`);
  return node;
};

/** As JSON.parse would have it: numbers become floats. Only here, where digits are not the point. */
const asFloats = (node: JsonNode): unknown => JSON.parse(canonicalText(node), (_, value: unknown) => value);

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

describe('the strict JSON parser', () => {
  it.each<[JsonProblemCode, number, string]>([
    ['empty_text', 0, ''],
    ['empty_text', 3, ' \n\t'],
    ['byte_order_mark', 0, '\ufeff{}'],
    ['unexpected_character', 0, 'hello'],
    ['unexpected_character', 1, '{a:1}'],
    ['unexpected_character', 1, "{'a':1}"],
    ['unexpected_character', 7, '{"a":1,}'],
    ['unexpected_character', 3, '[1,]'],
    ['unexpected_character', 3, '[1 2]'],
    ['unexpected_character', 5, '{"a" 1}'],
    ['unexpected_character', 0, '\u00a0[]'],
    ['unexpected_character', 0, 'undefined'],
    ['unexpected_character', 0, 'True'],
    ['unexpected_end', 1, '{'],
    ['unexpected_end', 4, '{"a"'],
    ['unexpected_end', 5, '{"a":'],
    ['unexpected_end', 6, '{"a":1'],
    ['unexpected_end', 3, '"ab'],
    ['unexpected_end', 3, '"a\\'],
    ['unexpected_end', 2, '[1'],
    ['trailing_text', 3, '{} {}'],
    ['trailing_text', 2, '1 x'],
    ['trailing_text', 4, 'true1'],
    ['invalid_number', 0, 'NaN'],
    ['invalid_number', 5, '{"a":Infinity}'],
    ['invalid_number', 0, '-Infinity'],
    ['invalid_number', 0, '01'],
    ['invalid_number', 0, '-01'],
    ['invalid_number', 0, '+1'],
    ['invalid_number', 0, '.5'],
    ['invalid_number', 0, '1.'],
    ['invalid_number', 0, '1e'],
    ['invalid_number', 0, '1e+'],
    ['invalid_number', 0, '-'],
    ['invalid_escape', 1, '"\\x41"'],
    ['invalid_escape', 1, '"\\u12g4"'],
    ['control_character', 2, '"a\nb"'],
    ['control_character', 5, '"\\nx \u0002"'],
    ['nul_character', 1, '"\\u0000"'],
    ['nul_character', 2, '"a\0"'],
    ['nul_character', 6, '{"a":"\\u0000"}'],
    ['lone_surrogate', 1, '"\ud800"'],
    ['lone_surrogate', 2, '"a\udc00\ud800"'],
    ['lone_surrogate', 1, '"\\ud800"'],
    ['lone_surrogate', 1, '"\\udc00\\ud800"'],
    ['duplicate_key', 7, '{"a":1,"a":2}'],
    ['duplicate_key', 7, '{"a":1,"\\u0061":2}'],
    ['duplicate_key', 13, '{"bb":{"a":1,"a":1}}'],
    ['too_deep', JSON_DEPTH_MAX, nested(JSON_DEPTH_MAX + 1)],
  ])('refuses with %s at %i: %j', (code, position, source) => {
    const { problem } = parseJson(source);
    expect(problem).toMatchObject({ code, position });
    expect(problem?.detail).toContain(`(at position ${position})`);
  });

  it('does not run out of stack', () => {
    for (const opening of ['[', '{"a":']) {
      expect(parseJson(opening.repeat(200_000)).problem).toMatchObject({
        code: 'too_deep',
        position: opening.length * JSON_DEPTH_MAX,
      });
    }
  });

  it('finds a duplicate among many keys', () => {
    const keys = Array.from({ length: 100 }, (_, i) => `"k${i}":${i}`);
    expect(parseJson(`{${keys.join()}}`).problem).toBeUndefined();
    for (const again of ['k0', 'k15', 'k16', 'k17', 'k99']) {
      expect(parseJson(`{${keys.join()},"${again}":0}`).problem?.code).toBe('duplicate_key');
    }
  });

  it('takes the deepest value that is allowed', () => {
    expect(parseJson(nested(JSON_DEPTH_MAX)).problem).toBeUndefined();
    expect(parseJson(`[${'[],'.repeat(100)}[]]`).problem).toBeUndefined();
  });

  it.each(['9007199254740993', '0.1', '1e3', '-0', '1E+309', '0.10', '123456789012345678901234567890.000000001'])(
    'keeps the digits of %s',
    (text) => {
      expect(read(text)).toEqual(new JsonNumber(text));
      expect(nodeToJson(read(`{"a":[ ${text} ]}`))).toEqual({ a: [new JsonNumber(text)] });
      expect(canonicalText(read(`[${text}]`))).toBe(`[${text}]`);
    },
  );

  it('makes plain JSON in which a number is still its text and __proto__ only a field', () => {
    const plain = nodeToJson(read('{"a":[1,"x",null,true],"__proto__":{"b":1.50}}'));
    expect(plain).toEqual(
      Object.fromEntries([
        ['a', [new JsonNumber('1'), 'x', null, true]],
        ['__proto__', { b: new JsonNumber('1.50') }],
      ]),
    );
    expect(Object.getPrototypeOf(plain)).toBe(Object.prototype);
  });

  it('reads everything that JSON.parse reads, to the same value', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 8, stringUnit: 'binary' }), fc.constantFrom(0, 1, 2), (source, indent) => {
        const spaced = indent ? JSON.stringify(JSON.parse(source), null, indent) : source;
        const { node, problem } = parseJson(spaced);
        // The only refusal that a generated document can meet: it may hold U+0000.
        if (problem) return expect(problem.code).toBe('nul_character');
        return expect(asFloats(node)).toEqual(JSON.parse(spaced));
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes nothing that JSON.parse does not take, and says where, and never throws', () => {
    const fragment = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"a"',
      '"b":',
      '1',
      '-',
      '0',
      '.',
      'e',
      '1e5',
      'true',
      'null',
      'fals',
      ' ',
      '\n',
      '\\',
      '\\u00',
      'é',
      '\ud83d',
      '\0',
    );
    const source = fc.oneof(
      fc.array(fragment, { maxLength: 14 }).map((parts) => parts.join('')),
      fc.string({ unit: 'binary' }),
      fc.json().chain((text) => fc.nat(text.length).map((n) => text.slice(0, n) + text.slice(n + 1))),
    );
    fc.assert(
      fc.property(source, (text) => {
        const { node, problem } = parseJson(text);
        if (problem) {
          expect(problem.position).toBeLessThanOrEqual(text.length);
        } else {
          expect(asFloats(node)).toEqual(JSON.parse(text));
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it('refuses what JSON.parse refuses and, of what it takes, only what is named', () => {
    const ours: readonly JsonProblemCode[] = ['duplicate_key', 'lone_surrogate', 'nul_character', 'too_deep'];
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[],:"\\u0dae1-. tn') }), (text) => {
        const { problem } = parseJson(text);
        if (problem && !ours.includes(problem.code)) expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('canonical text', () => {
  it.each([
    ['{"b":1,"a":2}', '{"a":2,"b":1}'],
    ['{"a":{"d":[1,{"z":0,"y":1}],"c":"x"},"B":null}', '{"B":null,"a":{"c":"x","d":[1,{"y":1,"z":0}]}}'],
    ['{"b": 1,"a":2}', '{"a":2,"b":1}'],
    ['{"b":{},"a":{ }, "c":[ ]}', '{"a":{},"b":{},"c":[]}'],
    ['{"b":"\\u0041\\/","a":"\\n\\"\\\\"}', '{"a":"\\n\\"\\\\","b":"A/"}'],
    ['{"\\u0061":1,"Z":1.0}', '{"Z":1.0,"a":1}'],
    ['[{"b":1,"a":2},{"a":1}]', '[{"a":2,"b":1},{"a":1}]'],
    ['{"é":1,"z":2}', '{"z":2,"é":1}'],
    [' "x" ', '"x"'],
  ])('of %s is %s', (source, canonical) => expect(canonicalText(read(source))).toBe(canonical));

  it('is the same however the same value is written', () => {
    const shuffled = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(shuffled)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([key, field]) => [key, shuffled(field)]),
            )
          : value;
    const value = fc.jsonValue({ maxDepth: 4, stringUnit: fc.constantFrom(...'abcé"\\\n/ ') });
    fc.assert(
      fc.property(value, (json) => {
        const canonical = canonicalText(read(JSON.stringify(json)));
        expect(canonicalText(read(JSON.stringify(json, null, 1)))).toBe(canonical);
        expect(canonicalText(read(JSON.stringify(shuffled(json))))).toBe(canonical);
        expect(canonicalText(read(canonical))).toBe(canonical);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the elements of a list', () => {
  it('keep the text they were read from', () => {
    const { elements } = parseJsonList(' [ {"a": 1.0} ,2, "x" ] ');
    expect(elements?.map(({ text }) => text)).toEqual(['{"a": 1.0}', '2', '"x"']);
    expect(parseJsonList('[]').elements).toEqual([]);
    expect(parseJsonList('[ ] ').elements).toEqual([]);
  });

  it('are refused one by one where it is clear where they end', () => {
    const sources = ['{"a":1}', '{"a":1,"a":2}', '"\\u0000"', '"\\ud800"', '"\t"', nested(JSON_DEPTH_MAX), '{"a":2}'];
    const { elements } = parseJsonList(`[${sources.join(',')}]`);
    expect(elements?.map(({ text }) => text)).toEqual(sources);
    expect(elements?.map(({ problem }) => problem?.code)).toEqual([
      undefined,
      'duplicate_key',
      'nul_character',
      'lone_surrogate',
      'control_character',
      'too_deep',
      undefined,
    ]);
  });

  it.each<[JsonProblemCode, string]>([
    ['unexpected_character', '{}'],
    ['unexpected_character', '[1,}'],
    ['unexpected_end', '[1'],
    ['unexpected_end', '[1,'],
    ['trailing_text', '[1] 2'],
    ['trailing_text', '[] 2'],
    ['invalid_number', '[1,-]'],
    ['invalid_number', '[{"a":NaNa}]'],
    ['invalid_number', '[{"a":01x}]'],
    ['unexpected_character', '[{"a":NaN "b":1}]'],
    ['empty_text', ''],
  ])('are refused whole with %s: %s', (code, source) => {
    expect(parseJsonList(source)).toMatchObject({ problem: { code } });
  });

  it('are named by their place from the first broken one on', () => {
    expect(parseJsonList('[{"a":NaN},{},{"a":tru}]').problem).toMatchObject({ element: 2, position: 19 });
    expect(parseJsonList('[{}] 2').problem).not.toHaveProperty('element');
  });

  it.each(['NaN', '-NaN', 'Infinity', '-Infinity', '+Infinity', '01', '-01', '00', '1.', '.5', '-.5', '+1', '+.5e3', '1e', '1.e5', '1..2'])(
    'keep a number that is none to themselves: %s',
    (slip) => {
      const sources = [slip, `{"a":${slip}}`, `{ "b" : [ ${slip} , 1 ] }`, `[${slip}]`, '{"a":1}'];
      const { elements } = parseJsonList(`[${sources.join(',')}]`);
      expect(elements?.map(({ text, problem }) => [text, problem?.code])).toEqual(
        sources.map((source, i) => [source, i < 4 ? 'invalid_number' : undefined]),
      );
    },
  );
});
