import { addressText, assertMayListen, InsecureListener, isLoopback } from './listen-address';

describe('a listener', () => {
  it.each(['127.0.0.1', '127.255.0.9', '::1', '[::1]', 'localhost'])('on %s is for this machine only', (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  it.each(['0.0.0.0', '::', '10.0.0.1', '128.0.0.1', '127.0.0.1.example.com', 'example.com', ''])('on %j is refused', (host) => {
    expect(() => assertMayListen('HTTP', { host, port: 80 }, false)).toThrow(InsecureListener);
    expect(() => assertMayListen('HTTP', { host, port: 80 }, false)).toThrow(/INSECURE=true/);
  });

  it('is opened all the same with INSECURE', () => {
    expect(() => assertMayListen('HTTP', { host: '0.0.0.0', port: 80 }, true)).not.toThrow();
  });

  it('on an IPv6 address has it in brackets', () => {
    expect([addressText({ host: '::1', port: 1 }), addressText({ host: 'a', port: 1 })]).toEqual(['[::1]:1', 'a:1']);
  });
});
