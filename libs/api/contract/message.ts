/**
 * Fields of a request or an answer by their proto names. Amounts are decimal strings, times RFC 3339 strings in UTC with
 * milliseconds, enums lower-case words, 64-bit integers numbers. A field without presence that has its default is absent.
 */
export type Message = { readonly [field: string]: unknown };
