/** One fixed instant for tests, and spans of time. */
import { instant } from './instant';

export const NOON = instant('2026-03-01T12:00:00Z');
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
