#!/usr/bin/env node
/** The entry of the command line. */
import type { Io } from './io';
import { runProgram } from './program';

const interrupted = new AbortController();
let asked = 0;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    interrupted.abort();
    // Whoever asks twice does not want to wait for what is in flight.
    if (++asked > 1) process.exit(1);
  });
// A reader that has seen enough (head, a pager) closes the pipe: that is no error of ours.
process.stdout.on('error', (fault: NodeJS.ErrnoException) => process.exit(fault.code === 'EPIPE' ? 0 : 1));

const io: Io = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  interrupted: interrupted.signal,
};

runProgram(process.argv.slice(2), io).then(
  (exitCode) => (process.exitCode = exitCode),
  (defect: unknown) => {
    process.stderr.write(`This is a defect of drawdown, please report it:\n${defect instanceof Error ? defect.stack : String(defect)}\n`);
    process.exitCode = 1;
  },
);
