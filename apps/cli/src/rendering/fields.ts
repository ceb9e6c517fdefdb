/** Reads fields of an answer for people to see. What is absent reads as empty: the service leaves defaults out. */
import type { Message } from '@drawdown/api/contract';

const isMessage = (value: unknown): value is Message => typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param path field names, dot-separated */
export function text(message: Message, path: string): string {
  const value = path.split('.').reduce<unknown>((inner, name) => (isMessage(inner) ? inner[name] : undefined), message);
  return typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** An integer; 0 when absent. */
export const number = (message: Message, path: string): number => Number(text(message, path) || '0');

/** An amount; "0" when absent. */
export const figure = (message: Message, path: string): string => text(message, path) || '0';

export const flag = (message: Message, path: string): boolean => text(message, path) === 'true';

export function within(message: Message, field: string): Message {
  const value = message[field];
  return isMessage(value) ? value : {};
}

export function items(message: Message, field: string): readonly Message[] {
  const value = message[field];
  return Array.isArray(value) ? value.filter(isMessage) : [];
}

export function texts(message: Message, field: string): readonly string[] {
  const value = message[field];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
