/** What `stack:up` may be asked for: `servers` leaves the three services to whoever wants to run them by hand. */
export const PARTS = ['all', 'servers'] as const;

export type PartName = (typeof PARTS)[number];
