/**
 * Where the kernel can do it (Linux, by setpriv of util-linux), a child is killed when we die in whatever way: a run of tests that
 * was itself killed leaves no server behind. setpriv becomes the program, so the pid is the program's.
 */
import { isAbsolute } from 'node:path';
import { findProgram } from './programs';

interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

export function tieToParent({ program, args }: Command): Command {
  const setpriv = process.platform === 'linux' ? findProgram('setpriv') : undefined;
  // That a program is missing is said best by whoever wanted to start it.
  const missing = !isAbsolute(program) && findProgram(program) === undefined;
  return setpriv === undefined || missing ? { program, args } : { program: setpriv, args: ['--pdeathsig', 'KILL', '--', program, ...args] };
}
