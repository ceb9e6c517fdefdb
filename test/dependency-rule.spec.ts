import { cycles } from './rules/cycles';
import { dependencies } from './rules/dependencies';
import { LIBS } from './rules/dependency-table';
import { purity } from './rules/purity';
import { readTree, report } from './rules/tree';

const files = readTree(`${__dirname}/..`).filter(({ path }) => /^(?:apps|libs|test)\/.*\.ts$/.test(path));

describe('the dependency rule', () => {
  it('has code to look at', () => expect(files.length).toBeGreaterThan(20));

  it('lets every file import only what the table allows', () => expect(report(dependencies(files))).toBe(''));

  it('has a table in which every lib stands on libs above it, so that none can come round to itself', () => {
    const names = Object.keys(LIBS);
    const upwards = names.flatMap((lib, i) =>
      (LIBS[lib] ?? []).filter((target) => !names.slice(0, i).includes(target)).map((target) => `${lib} -> ${target}`),
    );
    expect(upwards).toEqual([]);
  });

  it('lets no file import itself by way of others', () => expect(report(cycles(files))).toBe(''));

  it('keeps clock, chance and waiting out of what decides', () => expect(report(purity(files))).toBe(''));
});
