/** Reads the values of options. What is wrong is said by the option's name, before anything is sent. */
import type { Message } from '@drawdown/api/contract';
import { type Command, InvalidArgumentError } from 'commander';
import { wrongUsage } from './exit-codes';

/** For options that may be given several times. */
export const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/**
 * An empty value is a variable of a script that was never set. Read as "not given" it would change what is meant: without a product
 * a command goes to the wallet.
 * @throws Failure that names the first argument or option that is empty.
 */
export function refuseEmpty(command: Command): void {
  command.registeredArguments.forEach((argument, i) => {
    if (command.args[i] === '')
      throw wrongUsage(`<${argument.name()}> is empty: give a value${argument.required ? '' : ' or leave it out'}`);
  });
  for (let at: Command | null = command; at; at = at.parent)
    for (const option of at.options) {
      const value: unknown = at.getOptionValue(option.attributeName());
      if ([value].flat().includes('')) throw wrongUsage(`${option.long ?? option.flags} is empty: give a value or leave it out`);
    }
}

/** A whole number within bounds. */
export const wholeNumber =
  (min: number, max: number) =>
  (value: string): number => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < min || number > max)
      throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
    return number;
  };

/** `name=value`: what is before the first "=". */
export function pair(option: string, value: string): readonly [name: string, value: string] {
  const equals = value.indexOf('=');
  if (equals < 1) throw wrongUsage(`${option} ${value}: write it as name=value`);
  return [value.slice(0, equals), value.slice(equals + 1)];
}

export const pairs = (option: string, values: readonly string[] = []): Readonly<Record<string, string>> =>
  Object.fromEntries(values.map((value) => pair(option, value)));

/** `warning=50` is a line in the balance's own measure, `warning=20%` one in percent of the last top-up. */
export const limitOf = (value: string): Message => lineOf('--limit', value);

const lineOf = (option: string, value: string): Message => {
  const [limitId, line] = pair(option, value);
  return line.endsWith('%') ? { limit_id: limitId, percent_of_last_top_up: line.slice(0, -1) } : { limit_id: limitId, absolute: line };
};

/** `low=10:EUR` is a limit for wallets in euros, `low=20%` one for wallets of every currency. */
export const defaultLimitOf = (value: string): Message => {
  const [, limit = value, currency] = /^(.+):([A-Z]{3})$/.exec(value) ?? [];
  return { limit: lineOf('--default-limit', limit), currency };
};

/** `EUR=5..500`; either end may be left open. */
export const portalLimitOf = (value: string): Message => {
  const [currency, range] = pair('--portal-limit', value);
  const [, minimum, maximum] = /^([^.]*(?:\.\d+)?)\.\.(.*)$/.exec(range) ?? [];
  if (!minimum && !maximum) throw wrongUsage(`--portal-limit ${value}: write it as EUR=5..500, EUR=5.. or EUR=..500`);
  return { currency, minimum: minimum || undefined, maximum: maximum || undefined };
};

const METER = /^([^=]+)=([^@]+)@(.+)$/;

/** `METER=EVENT_TYPE@WEIGHT` counts events; `METER=EVENT_TYPE:PATH@WEIGHT` takes the number at a path of their data. */
export const meterOf = (value: string): Message => {
  const [, meterId = '', selected = '', weight = ''] = METER.exec(value) ?? [];
  if (!meterId) throw wrongUsage(`--meter ${value}: write it as METER=EVENT_TYPE@WEIGHT or METER=EVENT_TYPE:PATH@WEIGHT`);
  const colon = selected.lastIndexOf(':');
  const quantity =
    colon < 0 ? { event_type: selected, count: true } : { event_type: selected.slice(0, colon), value_path: selected.slice(colon + 1) };
  return { meter_id: meterId, ...quantity, weight };
};
