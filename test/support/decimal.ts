/** Exact decimals for the tests' own books: 10^-9 units in a bigint. Shares no code with the ledger. */

const DIGITS = 9;

export function units(text: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d{1,9}))?$/.exec(text);
  if (!match) throw new Error(`"${text}" is not a decimal of at most ${DIGITS} digits after the point`);
  const [, sign, integer = '', fraction = ''] = match;
  const value = BigInt(integer + fraction.padEnd(DIGITS, '0'));
  return sign ? -value : value;
}

export function decimal(value: bigint): string {
  const digits = String(value < 0n ? -value : value).padStart(DIGITS + 1, '0');
  const fraction = digits.slice(-DIGITS).replace(/0+$/, '');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -DIGITS)}${fraction ? `.${fraction}` : ''}`;
}

export const total = (texts: Iterable<string>): string => decimal([...texts].reduce((sum, text) => sum + units(text), 0n));
