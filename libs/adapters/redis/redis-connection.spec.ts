import { shown } from './redis-connection';

describe('where Redis is, as it is shown', () => {
  it.each([
    ['redis://127.0.0.1:6379', 'redis://127.0.0.1:6379'],
    ['redis://user:secret@host:1/2', 'redis://host:1/2'],
    ['redis://user:p@ss@host', 'redis://host'],
    ['redis://user:pa/ss@host', 'redis://host'],
    ['redis://host?password=secret', 'redis://host'],
    ['rediss-cluster://user:se@cret@a:1,b:2', 'rediss-cluster://a:1,b:2'],
  ])('%s has no secret left', (url, expected) => expect(shown(url)).toBe(expected));
});
