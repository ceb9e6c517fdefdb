import { DestinationGuard } from './destination-guard';

const guard = new DestinationGuard();

describe('an address that webhooks may not be sent to', () => {
  it.each([
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.255.254'],
    ['loopback', '::1'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ['link-local', '169.254.169.254'],
    ['link-local', 'fe80::1'],
    ['link-local', 'fe80::1%eth0'],
    ['carrier-grade NAT', '100.64.0.1'],
    ['carrier-grade NAT', '100.127.255.255'],
    ['unique local', 'fc00::1'],
    ['unique local', 'fdff::1'],
    ['site-local', 'fec0::1'],
    ['multicast', '224.0.0.1'],
    ['multicast', 'ff02::1'],
    ['unspecified', '0.0.0.0'],
    ['unspecified', '0.1.2.3'],
    ['unspecified', '::'],
    ['broadcast', '255.255.255.255'],
    ['reserved', '240.0.0.1'],
    ['documentation', '192.0.2.1'],
    ['benchmarking', '198.18.0.1'],
    ['IPv4-mapped', '::ffff:127.0.0.1'],
    ['IPv4-mapped', '::ffff:a00:1'],
    ['IPv4-compatible', '::7f00:1'],
    ['IPv4-translated', '::ffff:0:127.0.0.1'],
    ['NAT64', '64:ff9b::7f00:1'],
    ['NAT64', '64:ff9b::a9fe:a9fe'],
    ['local NAT64', '64:ff9b:1::808:808'],
    ['6to4', '2002:7f00:1::'],
    ['6to4', '2002:c0a8:101::1'],
    ['Teredo', '2001::1'],
    ['documentation', '2001:db8::1'],
    ['not assigned', '4000::1'],
    ['discard', '100::1'],
    ['no address at all', 'localhost'],
    ['no address at all', ''],
  ])('%s: %s', (_, address) => expect(guard.permits(address)).toBe(false));
});

describe('an address that webhooks may be sent to', () => {
  it.each([
    '8.8.8.8',
    '172.15.255.255',
    '172.32.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '169.253.255.255',
    '2606:4700::1111',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
    '2002:808:808::1',
  ])('%s is public', (address) => expect(guard.permits(address)).toBe(true));

  it.each([
    ['127.0.0.0/8', '127.0.0.1'],
    ['127.0.0.0/8', '::ffff:127.0.0.1'],
    ['10.1.0.0/16', '10.1.255.255'],
    ['fd00::/8', 'fd00::1'],
    ['10.1.0.0/16', '64:ff9b::a01:1'],
  ])('%s allows %s', (network, address) => expect(new DestinationGuard([network]).permits(address)).toBe(true));

  it('is not one beside the allowed network', () => {
    const allowing = new DestinationGuard(['10.1.0.0/16']);
    expect(allowing.permits('10.2.0.0')).toBe(false);
    expect(allowing.permits('10.0.255.255')).toBe(false);
    expect(allowing.permits('127.0.0.1')).toBe(false);
  });
});

it.each(['10.0.0.1', 'ten', '10.0.0.0/33', ''])('"%s" is refused as a network, by name', (text) =>
  expect(() => new DestinationGuard([text])).toThrow(RangeError),
);
