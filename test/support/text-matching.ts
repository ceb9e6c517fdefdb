/** In place of a text in what is expected: any text that says this. Typed as the text it stands for. */
export const textMatching = (pattern: RegExp | string): string => expect.stringMatching(pattern) as string;
