import { aliases } from './rules/aliases';
import { unusedExports } from './rules/exports';
import { libsExplainThemselves } from './rules/libs';
import { drawers, typeNames } from './rules/names';
import { plainWords } from './rules/plain-words';
import { folderSizes, sizes } from './rules/sizes';
import { besideItsCode, sleeps, switchedOff } from './rules/tests-are-honest';
import { readTree, report, type Rule } from './rules/tree';
import { words } from './rules/words';

const files = readTree(`${__dirname}/..`);
const holds = (rule: Rule) => () => expect(report(rule(files))).toBe('');

describe('the house', () => {
  it('has files to look at', () => expect(files.length).toBeGreaterThan(40));

  it('has no file too long to read', holds(sizes));
  it('has no folder with too many files', holds(folderSizes));
  it('names folders and files after what they hold', holds(drawers));
  it('names types after what they are', holds(typeNames));
  it('exports only what another file imports', holds(unusedExports));
  it('runs every test', holds(switchedOff));
  it('sleeps in no test', holds(sleeps));
  it('keeps every spec beside the code it tests', holds(besideItsCode));
  it('explains every lib in its README', holds(libsExplainThemselves));
  it('uses the words of the glossary', holds(plainWords));
  it('says nothing that a reader has no use for', holds(words));
  it('reads @drawdown/* alike in every tool', holds(aliases));
});
