/** The customers that a benchmark begins with. All have one balance, of one credit product, with enough credits for everything. */

export interface Population {
  readonly customers: number;
  /** Grants that the credits of a balance are divided into; 1 by default. */
  readonly grants?: number;
  /** Low-balance limits of a balance: none, eight that usage never reaches, or eight that it crosses one after the other. */
  readonly limits?: 'none' | 'far' | 'near';
}

const LIMITS = 8;
/** Credits between two near limits: what a customer uses in about a hundred events. */
const BETWEEN_NEAR_LIMITS = 300;

export function limitsOf(
  kind: 'none' | 'far' | 'near',
  startingBalance: number,
): readonly { readonly id: string; readonly absolute: string }[] {
  if (kind === 'none') return [];
  return Array.from({ length: LIMITS }, (_, i) => ({
    id: `limit-${i + 1}`,
    absolute: String(kind === 'far' ? i + 1 : startingBalance - BETWEEN_NEAR_LIMITS * (i + 1)),
  }));
}
