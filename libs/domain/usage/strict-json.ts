/**
 * A strict JSON parser (RFC 8259) in one pass over a string. Numbers keep their digits; what other parsers let pass or
 * resolve silently is refused by name: duplicate keys, lone surrogates and NUL (escaped ones too), control characters,
 * NaN and Infinity, deep nesting, a byte order mark, anything after the end.
 *
 * Two kinds of refusal. A *break* leaves no way to know where the value ends: the whole text is refused. A *flaw* (a duplicate
 * key, say, or NaN) does not: in a batch only its own element is refused.
 *
 * Strings of the tree may be slices that keep the whole source alive: copy what is to outlive the request.
 */
import { escapedCharacter } from './json-escape';
import { type JsonNode, JsonNumber, JsonObject } from './json-node';
import { JSON_DEPTH_MAX, jsonProblem, type JsonProblem, type JsonProblemCode } from './json-problem';

/** Deeper than this the parser gives up instead of using up the stack. */
const DEPTH_BREAK = 1_000;
/** From this many keys on, duplicates are looked for in a set. */
const KEYS_LINEAR_MAX = 16;

export type JsonResult =
  | { readonly node: JsonNode; readonly problem?: undefined }
  /** The node, in spite of a flaw: good for saying which one it was, and for nothing else. */
  | { readonly node?: JsonNode; readonly problem: JsonProblem };

/** One element of a top-level list: its node or its flaw, and the very text it was read from. */
type JsonElement = JsonResult & { readonly text: string };

/** Parses one document. Never throws. */
export function parseJson(source: string): JsonResult {
  const parser = new Parser(source);
  const node = parser.document();
  if (node === undefined) return { problem: parser.problem() };
  return parser.flaw ? { node, problem: parser.flaw } : { node };
}

type JsonListResult<Read = never> =
  | { readonly elements: readonly (JsonElement | Read)[]; readonly problem?: undefined }
  | { readonly elements?: undefined; readonly problem: JsonProblem };

/** Reads some elements faster than this parser, which reads the others. */
export interface ElementReader<Read> {
  /** The element that begins here; undefined leaves it to the parser. */
  read(from: number): Read | undefined;
  /** Where the element ends that was read last. */
  readonly end: number;
}

/** Parses a document that must be a list, keeping the flaws of its elements apart. Never throws. */
export function parseJsonList<Read = never>(source: string, reader?: ElementReader<Read>): JsonListResult<Read> {
  const parser = new Parser(source);
  const elements = parser.list(reader);
  return elements ? { elements } : { problem: parser.breakInList() };
}

const enum Char {
  tab = 0x09,
  lineFeed = 0x0a,
  carriageReturn = 0x0d,
  space = 0x20,
  quote = 0x22,
  plus = 0x2b,
  comma = 0x2c,
  minus = 0x2d,
  point = 0x2e,
  zero = 0x30,
  nine = 0x39,
  colon = 0x3a,
  upperE = 0x45,
  openBracket = 0x5b,
  backslash = 0x5c,
  closeBracket = 0x5d,
  lowerE = 0x65,
  openBrace = 0x7b,
  closeBrace = 0x7d,
  highSurrogate = 0xd800,
  lowSurrogate = 0xdc00,
  afterSurrogates = 0xe000,
  byteOrderMark = 0xfeff,
}

/** Undefined from a method means that the text is broken and `broken` says how; nothing is thrown. */
class Parser {
  private at = 0;
  private depth = 0;
  /** Of the list: the index of the element that is being read. */
  private element: number | undefined;
  /** Where something was last met that canonical text writes otherwise: white space, an escape, an object out of order. */
  private irregular = -1;
  private broken: JsonProblem | undefined;
  flaw: JsonProblem | undefined;

  constructor(private readonly source: string) {}

  document(): JsonNode | undefined {
    if (!this.begins()) return undefined;
    const node = this.value();
    return node === undefined || !this.ends() ? undefined : node;
  }

  list<Read>(reader: ElementReader<Read> | undefined): readonly (JsonElement | Read)[] | undefined {
    if (!this.begins()) return undefined;
    if (this.source.charCodeAt(this.at) !== Char.openBracket) return this.stop('unexpected_character');
    const elements: (JsonElement | Read)[] = [];
    this.depth = 1;
    this.at += 1;
    this.skipSpace();
    if (this.take(Char.closeBracket)) return this.ends() ? elements : undefined;
    for (;;) {
      this.element = elements.length;
      const read = reader?.read(this.at);
      if (reader && read !== undefined) this.at = reader.end;
      const element = read ?? this.listElement();
      if (element === undefined) return undefined;
      elements.push(element);
      this.skipSpace();
      if (this.take(Char.closeBracket)) {
        this.element = undefined;
        return this.ends() ? elements : undefined;
      }
      if (!this.take(Char.comma)) return this.unexpected();
      this.skipSpace();
    }
  }

  private listElement(): JsonElement | undefined {
    const from = this.at;
    const node = this.value();
    if (node === undefined) return undefined;
    const text = this.source.slice(from, this.at);
    const { flaw } = this;
    this.flaw = undefined;
    return flaw ? { text, node, problem: flaw } : { text, node };
  }

  private begins(): boolean {
    if (this.source.charCodeAt(0) === Char.byteOrderMark) this.stop('byte_order_mark');
    this.skipSpace();
    if (this.at >= this.source.length) this.stop('empty_text');
    return !this.broken;
  }

  private ends(): boolean {
    this.skipSpace();
    if (this.at < this.source.length) this.stop('trailing_text');
    return !this.broken;
  }

  private value(): JsonNode | undefined {
    const c = this.source.charCodeAt(this.at);
    if (c === Char.quote) return this.string();
    if (c === Char.openBrace) return this.object();
    if ((c >= Char.zero && c <= Char.nine) || c === Char.minus) return this.number();
    if (c === Char.openBracket) return this.array();
    return this.word();
  }

  private word(): JsonNode | undefined {
    const { source, at } = this;
    if (source.startsWith('true', at)) return this.skip(4, true);
    if (source.startsWith('false', at)) return this.skip(5, false);
    if (source.startsWith('null', at)) return this.skip(4, null);
    return NUMBER_SLIP_BEGINS.test(source.slice(at, at + 8)) ? this.slip() : this.unexpected();
  }

  private skip<T>(length: number, value: T): T {
    this.at += length;
    return value;
  }

  private object(): JsonNode | undefined {
    const from = this.at;
    if (!this.enter()) return undefined;
    const keys: string[] = [];
    const values: JsonNode[] = [];
    const starts: number[] = [];
    let ordered = true;
    let seen: Set<string> | undefined;
    this.skipSpace();
    if (this.take(Char.closeBrace)) return this.leaveObject(from, keys, values, ordered ? undefined : starts);
    for (;;) {
      const keyAt = this.at;
      if (this.source.charCodeAt(keyAt) !== Char.quote) return this.unexpected();
      const key = this.string();
      if (key === undefined) return undefined;
      // Keys in rising order cannot repeat; only from the first that is out of order on they have to be searched.
      if (ordered && keys.length > 0 && key <= (keys[keys.length - 1] as string)) ordered = false;
      if (!ordered) {
        if (keys.length > KEYS_LINEAR_MAX) seen ??= new Set(keys);
        if (seen ? seen.has(key) : keys.includes(key)) this.note('duplicate_key', keyAt);
        seen?.add(key);
      }
      keys.push(key);
      starts.push(keyAt - from);
      this.skipSpace();
      if (!this.take(Char.colon)) return this.unexpected();
      this.skipSpace();
      const value = this.value();
      if (value === undefined) return undefined;
      values.push(value);
      this.skipSpace();
      if (this.take(Char.closeBrace)) return this.leaveObject(from, keys, values, ordered ? undefined : starts);
      if (!this.take(Char.comma)) return this.unexpected();
      this.skipSpace();
    }
  }

  private leaveObject(
    from: number,
    keys: readonly string[],
    values: readonly JsonNode[],
    starts: readonly number[] | undefined,
  ): JsonObject {
    this.depth -= 1;
    const regular = this.irregular < from;
    if (starts) this.irregular = from;
    return regular ? new JsonObject(keys, values, this.source.slice(from, this.at), starts) : new JsonObject(keys, values);
  }

  private array(): JsonNode | undefined {
    if (!this.enter()) return undefined;
    const values: JsonNode[] = [];
    this.skipSpace();
    if (this.take(Char.closeBracket)) return this.leaveArray(values);
    for (;;) {
      const value = this.value();
      if (value === undefined) return undefined;
      values.push(value);
      this.skipSpace();
      if (this.take(Char.closeBracket)) return this.leaveArray(values);
      if (!this.take(Char.comma)) return this.unexpected();
      this.skipSpace();
    }
  }

  private enter(): boolean {
    this.depth += 1;
    if (this.depth > JSON_DEPTH_MAX) this.note('too_deep', this.at);
    if (this.depth > DEPTH_BREAK) this.stop('too_deep');
    this.at += 1;
    return !this.broken;
  }

  private leaveArray(values: readonly JsonNode[]): readonly JsonNode[] {
    this.depth -= 1;
    return values;
  }

  private number(): JsonNumber | undefined {
    const { source } = this;
    const from = this.at;
    let i = from;
    if (source.charCodeAt(i) === Char.minus) i += 1;
    const first = source.charCodeAt(i);
    const integerEnd = digits(source, i);
    if (integerEnd === i || (first === Char.zero && integerEnd > i + 1)) return this.slip();
    i = integerEnd;
    if (source.charCodeAt(i) === Char.point) {
      const fraction = digits(source, i + 1);
      if (fraction === i + 1) return this.slip();
      i = fraction;
    }
    const e = source.charCodeAt(i);
    if (e === Char.lowerE || e === Char.upperE) {
      const sign = source.charCodeAt(i + 1);
      const start = sign === Char.plus || sign === Char.minus ? i + 2 : i + 1;
      const exponent = digits(source, start);
      if (exponent === start) return this.slip();
      i = exponent;
    }
    this.at = i;
    return new JsonNumber(source.slice(from, i));
  }

  /** What was meant for a number ends where its characters end: a flaw if a value may end there, otherwise a break. */
  private slip(): JsonNumber | undefined {
    const { source, at } = this;
    NUMBER_SLIP.lastIndex = at;
    const text = NUMBER_SLIP.exec(source)?.[0];
    if (text === undefined) return this.stop('invalid_number');
    this.note('invalid_number', at);
    return this.skip(text.length, new JsonNumber(text));
  }

  /** From the opening quote to after the closing one. Nearly every string has no escape and is one slice. */
  private string(): string | undefined {
    const { source } = this;
    const from = this.at + 1;
    for (let i = from; i < source.length; i++) {
      const c = source.charCodeAt(i);
      if (c === Char.quote) {
        this.at = i + 1;
        return source.slice(from, i);
      }
      if (c === Char.backslash) return this.escaped(from, i);
      if (c < Char.space) this.note(c === 0 ? 'nul_character' : 'control_character', i);
      else if (c >= Char.highSurrogate && c < Char.afterSurrogates) i = this.surrogate(i, c);
    }
    return this.end();
  }

  private escaped(from: number, firstEscape: number): string | undefined {
    const { source } = this;
    this.irregular = firstEscape;
    let out = '';
    let done = from;
    for (let i = firstEscape; i < source.length; i++) {
      const c = source.charCodeAt(i);
      if (c === Char.quote) {
        this.at = i + 1;
        out += source.slice(done, i);
        if (LONE_SURROGATE.test(out)) this.note('lone_surrogate', from);
        return out;
      }
      if (c === Char.backslash) {
        const escape = source[i + 1] ?? '';
        const character = escapedCharacter(source, i + 1);
        if (character === undefined) return i + 1 < source.length ? this.stop('invalid_escape', i) : this.end();
        if (character === '\0') this.note('nul_character', i);
        out += source.slice(done, i) + character;
        i += escape === 'u' ? 5 : 1;
        done = i + 1;
      } else if (c < Char.space) this.note(c === 0 ? 'nul_character' : 'control_character', i);
    }
    return this.end();
  }

  /** Past the pair that begins here; a half of one is noted. */
  private surrogate(i: number, c: number): number {
    const next = this.source.charCodeAt(i + 1);
    if (c < Char.lowSurrogate && next >= Char.lowSurrogate && next < Char.afterSurrogates) return i + 1;
    this.note('lone_surrogate', i);
    return i;
  }

  private skipSpace(): void {
    for (; ; this.at++) {
      const c = this.source.charCodeAt(this.at);
      if (c !== Char.space && c !== Char.lineFeed && c !== Char.carriageReturn && c !== Char.tab) return;
      this.irregular = this.at;
    }
  }

  private take(c: Char): boolean {
    if (this.source.charCodeAt(this.at) !== c) return false;
    this.at += 1;
    return true;
  }

  private unexpected(): undefined {
    return this.at >= this.source.length ? this.end() : this.stop('unexpected_character');
  }

  private end(): undefined {
    return this.stop('unexpected_end', this.source.length);
  }

  private stop(code: JsonProblemCode, position = this.at): undefined {
    this.broken ??= jsonProblem(code, position);
    return undefined;
  }

  private note(code: JsonProblemCode, position: number): void {
    this.flaw ??= jsonProblem(code, position);
  }

  /** The reason why the list cannot be split into elements. */
  breakInList(): JsonProblem {
    const { code, position } = this.broken ?? this.problem();
    return jsonProblem(code, position, this.element);
  }

  /** What came first in the text. */
  problem(): JsonProblem {
    return this.flaw ?? this.broken ?? jsonProblem('unexpected_end', this.at);
  }
}

const NUMBER_SLIP_BEGINS = /^(?:[+.]|NaN|Infinity)/;
/** NaN, Infinity, 01, +1, .5, 1. and the like, up to where a value may end. */
const NUMBER_SLIP = /[+-]?(?:NaN|Infinity|[0-9.]+(?:[eE][+-]?[0-9]*)?)(?=[ \t\r\n,\]}]|$)/y;

/** With the u flag a whole pair is one character, so only a half matches. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** The index after the digits that begin here. */
function digits(source: string, from: number): number {
  let i = from;
  for (; ; i++) {
    const c = source.charCodeAt(i);
    if (!(c >= Char.zero && c <= Char.nine)) return i;
  }
}
