import { readFileSync, writeFileSync } from 'node:fs';
import { eventsDocument } from './events-doc';

const FILE = 'docs/events.md';

it('docs/events.md is what the shapes of the stored events say; run UPDATE_DOCS=1 npm run test:unit -- test/events-doc to write it anew', () => {
  const document = eventsDocument();
  if (process.env['UPDATE_DOCS']) writeFileSync(FILE, document);
  expect(readFileSync(FILE, 'utf8')).toBe(document);
});
