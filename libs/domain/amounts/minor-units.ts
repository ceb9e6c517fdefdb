/** Money as a count of a currency's minor unit, which is how it leaves towards an invoice or a payment provider. */
import { type Amount, FRACTION_DIGITS_MAX, ZERO } from './amount';

/** 10^-9 units in one minor unit. `exponent` is that of `currencyExponent`: EUR 2, JPY 0, KWD 3. */
const minorUnit = (exponent: number): bigint => 10n ** BigInt(FRACTION_DIGITS_MAX - exponent);

/** The number of minor units in an amount. Undefined if it is no whole number. */
export function minorUnits(money: Amount, exponent: number): bigint | undefined {
  const unit = minorUnit(exponent);
  return money % unit === 0n ? money / unit : undefined;
}

export const fromMinorUnits = (units: bigint, exponent: number): Amount => (units * minorUnit(exponent)) as Amount;

/** The greatest whole number of minor units that is not more. `money` must not be negative. */
export function floorToMinorUnit(money: Amount, exponent: number): Amount {
  if (money < ZERO) throw new RangeError('a negative amount has no floor in minor units');
  return (money - (money % minorUnit(exponent))) as Amount;
}

/** The smallest whole number of minor units that is not less. `money` must not be negative. */
export function ceilingToMinorUnit(money: Amount, exponent: number): Amount {
  const floor = floorToMinorUnit(money, exponent);
  return floor === money ? money : ((floor + minorUnit(exponent)) as Amount);
}
