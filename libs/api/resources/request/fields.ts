/**
 * Reads the values of a request: once, into the domain's own types, collecting everything that is wrong instead of stopping at
 * the first thing. After a violation a reader returns a placeholder, which never leaves `readRequest`.
 */
import {
  type Amount,
  amount,
  AmountError,
  currencyExponent,
  formatAmount,
  type Instant,
  parseInstant,
  ZERO,
} from '@drawdown/domain/amounts';
import { customerIdProblem, slugProblem } from '@drawdown/domain/usage';
import { InvalidRequest, type Violation } from '@drawdown/api/errors';

export const PAGE_SIZE_MAX = 1_000;
const PAGE_SIZE_DEFAULT = 100;
export const METADATA_ENTRIES_MAX = 20;
export const METADATA_NAME_LENGTH_MAX = 64;
export const METADATA_VALUE_LENGTH_MAX = 512;

/** @throws InvalidRequest with all violations that the reading met. */
export function readRequest<Request extends object, T>(request: Request, read: (from: Fields<Request>) => T): T {
  const violations: Violation[] = [];
  const value = read(new Fields(request, '', violations));
  if (violations.length > 0) throw new InvalidRequest(violations);
  return value;
}

const METADATA_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
// Control characters, C1 included: they hide in logs and terminals.
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/; // oxlint-disable-line no-control-regex -- looking for them is the point

interface AmountBounds {
  readonly above?: Amount;
  readonly atLeast?: Amount;
}

interface PagedRequest {
  readonly page_size?: number | undefined;
  readonly page_token?: string | undefined;
}

/** The fields of a request whose values have one type. */
type FieldOf<Request, Value> = {
  [Field in keyof Request & string]: NonNullable<Request[Field]> extends Value ? Field : never;
}[keyof Request & string];
type ItemOf<Request, Field extends keyof Request> = NonNullable<Request[Field]> extends readonly (infer Item)[] ? Item : never;

/** Reads fields of one request, or of a message within it. An unknown field, or one of another type, does not compile. */
export class Fields<Request extends object> {
  constructor(
    private readonly request: Request,
    private readonly path: string,
    private readonly violations: Violation[],
  ) {}

  has(field: keyof Request & string): boolean {
    return this.value(field) !== undefined;
  }

  /** Says that a field, or the request as a whole (''), is wrong. */
  violation(field: string, problem: string, remedy: string): void {
    this.violations.push({ field: field ? `${this.path}${field}` : this.path.slice(0, -1), problem, remedy });
  }

  /** @param lengthMax in UTF-16 code units */
  text(field: FieldOf<Request, string>, lengthMax: number): string {
    const text = this.optionalText(field, lengthMax);
    return text ?? this.missing(field, '');
  }

  optionalText(field: FieldOf<Request, string>, lengthMax: number): string | undefined {
    const text = this.string(field);
    if (text === undefined || text === '') return undefined;
    if (text.length > lengthMax) this.violation(field, `is longer than ${lengthMax} characters`, 'shorten it');
    if (CONTROL.test(text)) this.violation(field, 'holds a control character', 'leave it out');
    return text;
  }

  customerId(this: Fields<{ readonly customer_id?: string | undefined }>): string {
    const field = 'customer_id';
    const id = this.string(field);
    if (!id) return this.missing(field, '');
    const problem = customerIdProblem(id);
    if (problem) this.violation(field, problem.detail, 'send the id by which the customer was created');
    return id;
  }

  /** Ids that the account chooses for its catalog: products, meters, limits. */
  slug(field: FieldOf<Request, string>): string {
    return this.optionalSlug(field) ?? this.missing(field, '');
  }

  optionalSlug(field: FieldOf<Request, string>): string | undefined {
    const id = this.string(field);
    if (id === undefined || id === '') return undefined;
    const problem = slugProblem(id);
    if (problem) this.violation(field, problem.detail, 'send an id such as "api-calls"');
    return id;
  }

  currency(this: Fields<{ readonly currency?: string | undefined }>): string {
    const field = 'currency';
    const code = this.string(field);
    if (!code) return this.missing(field, '');
    if (currencyExponent(code) === undefined)
      this.violation(field, 'is no ISO 4217 code of legal tender', 'send three upper-case letters such as "EUR"');
    return code;
  }

  amount(field: FieldOf<Request, string>, bounds: AmountBounds = {}): Amount {
    return this.optionalAmount(field, bounds) ?? this.missing(field, ZERO);
  }

  optionalAmount(field: FieldOf<Request, string>, { above, atLeast }: AmountBounds = {}): Amount | undefined {
    const text = this.string(field);
    if (text === undefined || text === '') return undefined;
    try {
      const value = amount(text);
      if (above !== undefined && value <= above) this.violation(field, `must be above ${formatAmount(above)}`, 'send a larger amount');
      if (atLeast !== undefined && value < atLeast)
        this.violation(field, `must be at least ${formatAmount(atLeast)}`, 'send a larger amount');
      return value;
    } catch (error) {
      if (!(error instanceof AmountError)) throw error;
      this.violation(field, error.message, 'send a plain decimal string, at most 18 digits before and 9 after the point');
      return ZERO;
    }
  }

  optionalInstant(field: FieldOf<Request, string>): Instant | undefined {
    const text = this.string(field);
    if (text === undefined) return undefined;
    const at = parseInstant(text);
    if (at === undefined) this.violation(field, 'is not an RFC 3339 time', 'send one such as "2026-01-31T12:00:00Z"');
    return at;
  }

  flag(field: FieldOf<Request, boolean>): boolean {
    return this.optionalFlag(field) ?? false;
  }

  optionalFlag(field: FieldOf<Request, boolean>): boolean | undefined {
    const value = this.value(field);
    return typeof value === 'boolean' ? value : undefined;
  }

  integer(field: FieldOf<Request, number>, min: number, max: number): number | undefined {
    const value = this.value(field);
    if (typeof value !== 'number') return undefined;
    if (!Number.isSafeInteger(value) || value < min || value > max)
      this.violation(field, `must be a whole number from ${min} to ${max}`, 'send one in that range');
    return value;
  }

  /** A revision: `from` is -1 where "nothing has happened yet" can be meant. */
  revision(field: FieldOf<Request, number>, from: -1 | 0 = 0): number | undefined {
    return this.integer(field, from, Number.MAX_SAFE_INTEGER);
  }

  word<Field extends FieldOf<Request, string>, const Word extends NonNullable<Request[Field]> & string>(
    field: Field,
    words: readonly [Word, ...Word[]],
  ): Word {
    const word = this.optionalWord(field, words);
    if (word !== undefined) return word;
    if (!this.has(field)) this.violation(field, 'is missing', `send one of ${words.join(', ')}`);
    return words[0];
  }

  optionalWord<Field extends FieldOf<Request, string>, const Word extends NonNullable<Request[Field]> & string>(
    field: Field,
    words: readonly Word[],
  ): Word | undefined {
    const text = this.string(field);
    if (text === undefined) return undefined;
    const word = words.find((known) => known === text);
    if (word === undefined) this.violation(field, `is not one of ${words.join(', ')}`, 'send one of them');
    return word;
  }

  words<const Word extends string>(field: FieldOf<Request, readonly string[]>, words: readonly Word[]): readonly Word[] {
    return this.items(field).flatMap((item, i) => {
      const word = words.find((known) => known === item);
      if (word !== undefined) return [word];
      this.violation(`${field}[${i}]`, `is not one of ${words.join(', ')}`, 'send one of them');
      return [];
    });
  }

  texts(field: FieldOf<Request, readonly string[]>, lengthMax: number): readonly string[] {
    return this.items(field).flatMap((item, i) => {
      if (typeof item === 'string' && item !== '' && item.length <= lengthMax && !CONTROL.test(item)) return [item];
      this.violation(`${field}[${i}]`, `is not a text of 1 to ${lengthMax} printable characters`, 'fix or leave it out');
      return [];
    });
  }

  list<Field extends FieldOf<Request, readonly object[]>, T>(
    field: Field,
    read: (from: Fields<ItemOf<Request, Field> & object>) => T,
  ): readonly T[] {
    const items = this.request[field] as readonly (ItemOf<Request, Field> & object)[] | undefined;
    return (items ?? []).map((item, i) => read(new Fields(item, `${this.path}${field}[${i}].`, this.violations)));
  }

  within<Field extends FieldOf<Request, object>, T>(
    field: Field,
    read: (from: Fields<NonNullable<Request[Field]> & object>) => T,
  ): T | undefined {
    const message = this.request[field];
    return message ? read(new Fields(message, `${this.path}${field}.`, this.violations)) : undefined;
  }

  /** Names and values that the account keeps with a thing. */
  metadata(
    this: Fields<{ readonly metadata?: Readonly<Record<string, string | undefined>> | undefined }>,
  ): Readonly<Record<string, string>> | undefined {
    const field = 'metadata';
    const entries = Object.entries(this.request.metadata ?? {});
    if (entries.length === 0) return undefined;
    if (entries.length > METADATA_ENTRIES_MAX) this.violation(field, `has more than ${METADATA_ENTRIES_MAX} entries`, 'leave some out');
    for (const [name, value] of entries) {
      if (!METADATA_NAME.test(name))
        this.violation(
          `${field}.${name.slice(0, METADATA_NAME_LENGTH_MAX)}`,
          'is no name of 1 to 64 letters, digits, "_", "." and "-"',
          'choose another name',
        );
      else if (typeof value !== 'string' || value.length > METADATA_VALUE_LENGTH_MAX || CONTROL.test(value))
        this.violation(
          `${field}.${name}`,
          `is not a text of at most ${METADATA_VALUE_LENGTH_MAX} printable characters`,
          'shorten or correct it',
        );
    }
    return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
  }

  page(this: Fields<PagedRequest>): { readonly size: number; readonly token: string | undefined } {
    return {
      size: this.pageSize(),
      token: this.optionalText('page_token', 1_024),
    };
  }

  private pageSize(this: Fields<PagedRequest>): number {
    const size = this.request.page_size ?? 0;
    if (size === 0) return PAGE_SIZE_DEFAULT;
    if (!Number.isSafeInteger(size) || size < 0 || size > PAGE_SIZE_MAX)
      this.violation(
        'page_size',
        `must be a whole number from 1 to ${PAGE_SIZE_MAX}`,
        `send one in that range, or 0 or nothing for ${PAGE_SIZE_DEFAULT}`,
      );
    return size;
  }

  private value(field: string): unknown {
    return Object.hasOwn(this.request, field) ? Reflect.get(this.request, field) : undefined;
  }

  private string(field: string): string | undefined {
    const value = this.value(field);
    return typeof value === 'string' ? value : undefined;
  }

  private items(field: string): readonly unknown[] {
    const value = this.value(field);
    return Array.isArray(value) ? value : [];
  }

  private missing<T>(field: string, placeholder: T): T {
    this.violation(field, 'is missing or empty', 'send it');
    return placeholder;
  }
}
