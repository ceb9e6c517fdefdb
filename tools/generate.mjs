// Makes what follows from the proto files: their descriptors, the types of the messages, and the OpenAPI document. Tests compare each.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const run = (command, ...args) => execFileSync('npx', ['--no-install', command, ...args], { stdio: 'inherit' });
run('buf', 'build', '-o', 'proto/descriptors.binpb');
run('nest', 'build', 'standalone');

const require = createRequire(import.meta.url);
const { loadContract, messageTypesText } = require('../dist/libs/api/contract/index.js');
writeFileSync('libs/api/contract/generated/messages.ts', messageTypesText(loadContract()));
const { openApiText } = require('../dist/libs/runtime/server/openapi/openapi.js');
writeFileSync('docs/openapi.json', openApiText());
