import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadContract, messageTypesText } from '@drawdown/api/contract';

const ROOT = join(__dirname, '..');

/** Nobody reads a difference of generated text: the remedy is in the name of the test. */
const same = (generated: Uint8Array, committed: string): void =>
  expect(Buffer.compare(generated, readFileSync(join(ROOT, committed)))).toBe(0);

describe('what is generated from the proto files is current; if not: npm run generate', () => {
  it('the descriptors', () => {
    const made = execFileSync(join(ROOT, 'node_modules/.bin/buf'), ['build', '-o', '-#format=binpb'], { cwd: ROOT });
    same(made, 'proto/descriptors.binpb');
  });

  it('the types of the messages', () => {
    same(Buffer.from(messageTypesText(loadContract())), 'libs/api/contract/generated/messages.ts');
  });
});
