/** Writes docs/openapi.json: `node dist/libs/runtime/server/openapi/write-openapi.js`. A test compares the file with what this makes. */
import { writeFileSync } from 'node:fs';
import { loadContract } from '@drawdown/api/contract';
import { openApiDocument } from './openapi';

export const openApiText = (): string => `${JSON.stringify(openApiDocument(loadContract()), null, 2)}\n`;

if (require.main === module) writeFileSync('docs/openapi.json', openApiText());
