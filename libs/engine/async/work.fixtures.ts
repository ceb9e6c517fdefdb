/** Work for tests: it ends on command, and records its begin and end. */
export function work(name: string, diary: string[]): { run: () => Promise<string>; end: () => void } {
  let end: () => void = () => undefined;
  const signal = new Promise<void>((resolve) => (end = resolve));
  const run = async (): Promise<string> => {
    diary.push(`${name} begins`);
    await signal;
    diary.push(`${name} ends`);
    return name;
  };
  return { run, end };
}
