/** What a configuration means, for people who check it before they start anything. */
export interface Explanation {
  /** What would be used, by its name: `log`, `derived state`, `queue`, ... */
  readonly uses: readonly { readonly what: string; readonly how: string }[];
  /** What is allowed and may surprise. */
  readonly notes: readonly string[];
}

export function explanationText(app: string, { uses, notes }: Explanation): string {
  const width = Math.max(...uses.map(({ what }) => what.length));
  return [
    `The ${app} service would use:`,
    ...uses.map(({ what, how }) => `  ${what.padEnd(width)}  ${how}`),
    ...notes.map((note) => `Note: ${note}`),
  ].join('\n');
}
