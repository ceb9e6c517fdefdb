import { findProgram, requireProgram } from './programs';

describe('a program that a server needs', () => {
  it('is found in PATH', () => expect(findProgram('sh')).toMatch(/\/sh$/));

  it('is named with its Debian package when it is missing', () => {
    const path = process.env['PATH'];
    process.env['PATH'] = '/nowhere';
    try {
      expect(() => requireProgram('mvn')).toThrow('mvn is not installed, and the local stack needs it: apt-get install maven');
      expect(() => requireProgram('java')).toThrow('apt-get install default-jre-headless');
    } finally {
      process.env['PATH'] = path;
    }
  });
});
