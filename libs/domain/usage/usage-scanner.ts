/**
 * Reads regular usage events straight from their bytes, in about two thirds of the time that the strict parser takes. Regular is what most
 * producers send: printable ASCII without escapes, attributes that are strings, data of a few levels, plain numbers. The scanner says
 * nothing about any other event, and the strict parser decides. So the scanner never rejects an event, and what it reads is what the
 * strict parser would read.
 */
import { formatInstant, type Instant, parseInstant } from '@drawdown/domain/amounts';
import { type JsonNode, JsonNumber, JsonObject } from './json-node';
import type { ElementReader } from './strict-json';
import {
  bodyHash,
  DATASCHEMA_BYTES_MAX,
  EXTENSION_NAME_CHARACTERS_MAX,
  ID_BYTES_MAX,
  isRecordTime,
  NO_DATA,
  PAYLOAD_BYTES_MAX,
  SOURCE_BYTES_MAX,
  SUBJECT_BYTES_MAX,
  TYPE_BYTES_MAX,
  type UsageEvent,
} from './usage-event';

/** Of a regular event. The scanner compares keys one by one, so that no text takes it long. */
const LEVELS_MAX = 8;
const KEYS_MAX = 32;
const EXTENSIONS_MAX = 8;

const enum Char {
  tab = 0x09,
  lineFeed = 0x0a,
  carriageReturn = 0x0d,
  space = 0x20,
  quote = 0x22,
  comma = 0x2c,
  minus = 0x2d,
  point = 0x2e,
  zero = 0x30,
  nine = 0x39,
  colon = 0x3a,
  openBracket = 0x5b,
  backslash = 0x5c,
  closeBracket = 0x5d,
  lowerA = 0x61,
  lowerF = 0x66,
  lowerI = 0x69,
  lowerN = 0x6e,
  lowerT = 0x74,
  lowerY = 0x79,
  lowerZ = 0x7a,
  openBrace = 0x7b,
  closeBrace = 0x7d,
  delete = 0x7f,
}

/** 1 for each byte that stands for itself in a regular string. */
const PLAIN = new Uint8Array(256).map((_, c) => (c >= Char.space && c < Char.delete && c !== Char.quote && c !== Char.backslash ? 1 : 0));

/** Places in `NAMES`. */
const enum Attribute {
  id,
  source,
  type,
  subject,
  time,
  data,
  specversion,
  datacontenttype,
  dataschema,
  extension,
}
const NAMES = ['id', 'source', 'type', 'subject', 'time', 'data', 'specversion', 'datacontenttype', 'dataschema'].map((name) =>
  Buffer.from(name),
);
const [TRUE, FALSE, NULL, VERSION, CONTENT_TYPE] = ['true', 'false', 'null', '1.0', 'application/json'].map((word) =>
  Buffer.from(word),
) as [Buffer, Buffer, Buffer, Buffer, Buffer];

/** One event of a batch. */
class ScannedEntry {
  readonly parsed: { readonly usage: UsageEvent };

  constructor(
    usage: UsageEvent,
    private readonly source: string,
    private readonly from: number,
    private readonly to: number,
  ) {
    this.parsed = { usage };
  }

  /** The very text it came as, for the record of a rejection and for nothing else. */
  get text(): string {
    return this.source.slice(this.from, this.to);
  }
}

export class UsageScanner implements ElementReader<ScannedEntry> {
  /** Where the element ends that was read last, in code units of the text. */
  end = 0;
  /** How many bytes more than code units stand before `at`. */
  private shift = 0;
  /** This place and all others are counted in bytes. */
  private at = 0;
  /** The string that was passed last, without its quotes. */
  private from = 0;
  private to = 0;
  /** Where something was last met that canonical text writes otherwise: white space, an object out of order. */
  private irregular = -1;
  /** Where the value of each attribute begins and ends. 0: the event has none. */
  private readonly begins = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  private readonly ends = [0, 0, 0, 0, 0, 0, 0, 0, 0];

  /** @param text that of the bytes, which are UTF-8 */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly text: string,
    private readonly receivedAt: Instant,
  ) {}

  /** The one event that the text is. */
  document(): UsageEvent | undefined {
    const { length } = this.bytes;
    if (length > PAYLOAD_BYTES_MAX || length !== this.text.length) return undefined;
    this.skipSpace();
    const usage = this.event();
    this.skipSpace();
    return this.at === length ? usage : undefined;
  }

  /** Places have to rise, each the beginning of an element. */
  read(from: number): ScannedEntry | undefined {
    const { bytes, text, end } = this;
    if (bytes.length !== text.length) this.shift += Buffer.byteLength(text.slice(end, from)) - (from - end);
    const start = from + this.shift;
    this.end = from;
    this.at = start;
    const usage = this.event();
    if (!usage || this.at - start > PAYLOAD_BYTES_MAX) return undefined;
    this.end = this.at - this.shift;
    return new ScannedEntry(usage, text, from, this.end);
  }

  private event(): UsageEvent | undefined {
    const { bytes, begins, ends } = this;
    let data: JsonObject | undefined;
    let extensions: string[] | undefined;
    if (bytes[this.at] !== Char.openBrace) return undefined;
    for (let i = 0; i < begins.length; i++) begins[i] = 0;
    do {
      this.at += 1;
      this.skipSpace();
      if (!this.key()) return undefined;
      const attribute = attributeIn(bytes, this.from, this.to);
      const key = attribute === Attribute.extension ? this.slice(this.from, this.to) : '';
      if (attribute === Attribute.data) {
        if (data || bytes[this.at] !== Char.openBrace) return undefined;
        data = this.object(1);
        if (!data) return undefined;
      } else if (!this.string()) return undefined;
      else if (attribute === Attribute.extension) {
        extensions ??= [];
        if (extensions.length === EXTENSIONS_MAX || extensions.includes(key) || !isExtensionName(key)) return undefined;
        extensions.push(key);
      } else {
        if (begins[attribute] !== 0) return undefined;
        begins[attribute] = this.from;
        ends[attribute] = this.to;
      }
      this.skipSpace();
    } while (bytes[this.at] === Char.comma);
    if (bytes[this.at] !== Char.closeBrace) return undefined;
    this.at += 1;
    return this.validated(data);
  }

  private validated(data: JsonObject | undefined): UsageEvent | undefined {
    const { bytes, begins, ends, receivedAt } = this;
    if (!this.is(Attribute.specversion, VERSION)) return undefined;
    if (begins[Attribute.datacontenttype] !== 0 && !this.is(Attribute.datacontenttype, CONTENT_TYPE)) return undefined;
    if (begins[Attribute.dataschema] !== 0 && this.attribute(Attribute.dataschema, DATASCHEMA_BYTES_MAX) === undefined) return undefined;
    const id = this.attribute(Attribute.id, ID_BYTES_MAX);
    const source = this.attribute(Attribute.source, SOURCE_BYTES_MAX);
    const type = this.attribute(Attribute.type, TYPE_BYTES_MAX);
    const subject = this.attribute(Attribute.subject, SUBJECT_BYTES_MAX);
    if (id === undefined || source === undefined || type === undefined || subject === undefined) return undefined;
    if (bytes[begins[Attribute.subject]!] === Char.space || bytes[ends[Attribute.subject]! - 1] === Char.space) return undefined;
    if (subject === '.' || subject === '..') return undefined;
    const given = begins[Attribute.time] === 0 ? undefined : this.slice(begins[Attribute.time]!, ends[Attribute.time]!);
    const usedAt = given === undefined ? receivedAt : parseInstant(given);
    if (usedAt === undefined || (given === undefined && !isRecordTime(receivedAt))) return undefined;
    const time = given ?? formatInstant(receivedAt);
    const hashed = bodyHash(`"${type}"`, `"${subject}"`, given === undefined ? undefined : `"${given}"`, data);
    return { source, id, type, subject, time, usedAt, data: data ?? NO_DATA, bodyHash: hashed };
  }

  private is(attribute: Attribute, word: Uint8Array): boolean {
    return this.begins[attribute] !== 0 && isWord(this.bytes, this.begins[attribute]!, this.ends[attribute]!, word);
  }

  /** Undefined where the event has none that is legal. */
  private attribute(attribute: Attribute, bytesMax: number): string | undefined {
    const from = this.begins[attribute]!;
    const to = this.ends[attribute]!;
    return from === 0 || from === to || to - from > bytesMax ? undefined : this.slice(from, to);
  }

  private object(level: number): JsonObject | undefined {
    const { bytes } = this;
    const start = this.at;
    const keys: string[] = [];
    const values: JsonNode[] = [];
    const starts: number[] = [];
    let ordered = true;
    if (level > LEVELS_MAX) return undefined;
    do {
      this.at += 1;
      this.skipSpace();
      if (keys.length === 0 && bytes[this.at] === Char.closeBrace) break;
      if (!this.key()) return undefined;
      const key = this.slice(this.from, this.to);
      // Keys in rising order cannot repeat.
      if (ordered && keys.length > 0 && key <= keys[keys.length - 1]!) ordered = false;
      if (keys.length === KEYS_MAX || (!ordered && keys.includes(key))) return undefined;
      keys.push(key);
      starts.push(this.from - 1 - start);
      const value = this.value(level);
      if (value === undefined) return undefined;
      values.push(value);
      this.skipSpace();
    } while (bytes[this.at] === Char.comma);
    if (bytes[this.at] !== Char.closeBrace) return undefined;
    this.at += 1;
    const regular = this.irregular < start;
    if (!ordered) this.irregular = start;
    if (!regular) return new JsonObject(keys, values);
    return new JsonObject(keys, values, this.slice(start, this.at), ordered ? undefined : starts);
  }

  private list(level: number): readonly JsonNode[] | undefined {
    const { bytes } = this;
    const values: JsonNode[] = [];
    if (level > LEVELS_MAX) return undefined;
    do {
      this.at += 1;
      this.skipSpace();
      if (values.length === 0 && bytes[this.at] === Char.closeBracket) break;
      const value = this.value(level);
      if (value === undefined) return undefined;
      values.push(value);
      this.skipSpace();
    } while (bytes[this.at] === Char.comma);
    if (bytes[this.at] !== Char.closeBracket) return undefined;
    this.at += 1;
    return values;
  }

  private value(level: number): JsonNode | undefined {
    const c = this.bytes[this.at];
    if (c === Char.quote) return this.string() ? this.slice(this.from, this.to) : undefined;
    if (c === Char.openBrace) return this.object(level + 1);
    if (c === Char.openBracket) return this.list(level + 1);
    if (c === Char.lowerT) return this.word(TRUE, true);
    if (c === Char.lowerF) return this.word(FALSE, false);
    return c === Char.lowerN ? this.word(NULL, null) : this.number();
  }

  private word<T extends boolean | null>(word: Uint8Array, value: T): T | undefined {
    const to = this.at + word.length;
    if (!isWord(this.bytes, this.at, to, word)) return undefined;
    this.at = to;
    return value;
  }

  /** Whole, or with a fraction. A number with an exponent is not regular. */
  private number(): JsonNumber | undefined {
    const { bytes, at } = this;
    const digitsStart = bytes[at] === Char.minus ? at + 1 : at;
    let to = digitsEnd(bytes, digitsStart);
    if (to === digitsStart || (bytes[digitsStart] === Char.zero && to > digitsStart + 1)) return undefined;
    if (bytes[to] === Char.point) {
      const fraction = to + 1;
      to = digitsEnd(bytes, fraction);
      if (to === fraction) return undefined;
    }
    this.at = to;
    return new JsonNumber(this.slice(at, to));
  }

  /** Passes a key and its colon, up to the value. */
  private key(): boolean {
    if (!this.string()) return false;
    this.skipSpace();
    if (this.bytes[this.at] !== Char.colon) return false;
    this.at += 1;
    this.skipSpace();
    return true;
  }

  private string(): boolean {
    const { bytes } = this;
    const { length } = bytes;
    if (bytes[this.at] !== Char.quote) return false;
    let i = (this.from = this.at + 1);
    while (i < length && PLAIN[bytes[i]!] === 1) i += 1;
    this.to = i;
    this.at = i + 1;
    return i < length && bytes[i] === Char.quote;
  }

  private skipSpace(): void {
    const { bytes } = this;
    for (; this.at < bytes.length; this.at++) {
      const c = bytes[this.at]!;
      if (c > Char.space || (c !== Char.space && c !== Char.lineFeed && c !== Char.carriageReturn && c !== Char.tab)) return;
      this.irregular = this.at;
    }
  }

  private slice(from: number, to: number): string {
    return this.text.slice(from - this.shift, to - this.shift);
  }
}

function attributeIn(bytes: Uint8Array, from: number, to: number): Attribute {
  const attribute = attributeLike(bytes[from + 1]!, to - from);
  return attribute !== Attribute.extension && isWord(bytes, from, to, NAMES[attribute]!) ? attribute : Attribute.extension;
}

/** The one that has this length and this second letter. */
function attributeLike(letter: number, length: number): Attribute {
  switch (length) {
    case 2:
      return Attribute.id;
    case 4:
      return letter === Char.lowerI ? Attribute.time : letter === Char.lowerY ? Attribute.type : Attribute.data;
    case 6:
      return Attribute.source;
    case 7:
      return Attribute.subject;
    case 10:
      return Attribute.dataschema;
    case 11:
      return Attribute.specversion;
    case 15:
      return Attribute.datacontenttype;
    default:
      return Attribute.extension;
  }
}

function isWord(bytes: Uint8Array, from: number, to: number, word: Uint8Array): boolean {
  if (to - from !== word.length || to > bytes.length) return false;
  for (let i = 0; i < word.length; i++) if (bytes[from + i] !== word[i]) return false;
  return true;
}

function isExtensionName(name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    const c = name.charCodeAt(i);
    if (!((c >= Char.lowerA && c <= Char.lowerZ) || (c >= Char.zero && c <= Char.nine))) return false;
  }
  return name.length > 0 && name.length <= EXTENSION_NAME_CHARACTERS_MAX;
}

function digitsEnd(bytes: Uint8Array, from: number): number {
  let i = from;
  while (i < bytes.length && bytes[i]! >= Char.zero && bytes[i]! <= Char.nine) i += 1;
  return i;
}
