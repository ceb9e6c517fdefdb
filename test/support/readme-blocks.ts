/** The command blocks of a Markdown page, and what the page says that they print. */

export interface CommandBlock {
  /** Of the page, from 1. */
  readonly line: number;
  readonly script: string;
  /** The block tagged `text` that follows before the next command block. */
  readonly prints: string | undefined;
}

const FENCE = /^```(\w*)\n([\s\S]*?)^```$/gm;

export function commandBlocks(page: string): readonly CommandBlock[] {
  const blocks: { line: number; script: string; prints: string | undefined }[] = [];
  for (const match of page.matchAll(FENCE)) {
    const [, language, text = ''] = match;
    const last = blocks.at(-1);
    if (language === 'sh') blocks.push({ line: page.slice(0, match.index).split('\n').length, script: text, prints: undefined });
    if (language === 'text' && last) last.prints = text.trimEnd();
  }
  return blocks;
}

/**
 * What a page says is printed, as an expression: a line of `...` stands for any lines or none, `...` within a line for any text
 * of that line. What comes after the last line is left open.
 */
export function printed(prints: string): RegExp {
  const lines = prints.split('\n').map((line) => (line === '...' ? '(?:.*\\n)*?' : `${line.split('...').map(escaped).join('.*')}\\n`));
  return new RegExp(`^${lines.join('')}`);
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
