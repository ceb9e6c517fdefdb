/**
 * Which addresses a webhook may be sent to: those of the public internet, and those that the operator allows. A customer of
 * the API chooses the URL, so without this guard the service could be made to call what only it can reach (SSRF).
 * Judged when dialing, on the address really dialed: a name may resolve to another one than it did a moment ago.
 */
import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = [Address, number];

/** All public IPv6 (RFC 4291, section 2.4, as assigned by IANA so far). */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');

export class DestinationRefused extends Error {
  readonly code = 'DESTINATION_REFUSED';
  constructor(address: string) {
    super(`webhooks may not be sent to ${address}`);
    this.name = 'DestinationRefused';
  }
}

export type Resolve = (
  hostname: string,
  options: LookupOptions & { all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export class DestinationGuard {
  private readonly allowed: readonly Network[];

  /** @throws RangeError naming a network that is not written as CIDR, such as 10.0.0.0/8. */
  constructor(
    allowedNetworks: readonly string[] = [],
    private readonly resolve: Resolve = systemLookup,
  ) {
    this.allowed = allowedNetworks.map(parseNetwork);
  }

  permits(address: string): boolean {
    if (!ipaddr.isValid(address)) return false;
    const addresses = forms(ipaddr.parse(address));
    if (addresses.some((form) => this.allowed.some((network) => inside(form, network)))) return true;
    return addresses.every(isPublic);
  }

  /** For a host written as an address, for which no name is looked up. @throws DestinationRefused */
  check(host: string): void {
    const bare = host.startsWith('[') ? host.slice(1, -1) : host;
    if (isIP(bare) !== 0 && !this.permits(bare)) throw new DestinationRefused(bare);
  }

  /** Resolves a name for the socket. One refused address among several refuses all: the next try would take it. */
  readonly lookup: LookupFunction = (hostname, options, done) => {
    this.resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const none = options.all ? [] : '';
      if (error) return done(error, none, 0);
      const refused = addresses.find(({ address }) => !this.permits(address));
      if (refused) return done(new DestinationRefused(`${hostname} (${refused.address})`), none, 0);
      const [first] = addresses;
      if (options.all) return done(null, addresses);
      return first ? done(null, first.address, first.family) : done(new DestinationRefused(`${hostname} (no address)`), none, 0);
    });
  };
}

/** The address, and the IPv4 address that it leads to by mapping or translation: both have to be fit. */
function forms(address: Address): readonly Address[] {
  if (address.kind() === 'ipv4') return [address];
  const v6 = address as ipaddr.IPv6;
  const bytes = v6.toByteArray();
  const range = v6.range();
  if (range === 'ipv4Mapped') return [v6.toIPv4Address()];
  // NAT64 (RFC 6052) has the IPv4 address at the end, 6to4 (RFC 3056) after the prefix.
  if (range === 'rfc6052' && inside(v6, WELL_KNOWN_NAT64)) return [v6, new ipaddr.IPv4(bytes.slice(12))];
  if (range === '6to4') return [v6, new ipaddr.IPv4(bytes.slice(2, 6))];
  return [v6];
}

const WELL_KNOWN_NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

function isPublic(address: Address): boolean {
  const range = address.range();
  if (address.kind() === 'ipv4') return range === 'unicast';
  // Translated addresses stand or fall with the IPv4 address in them.
  if (range === '6to4' || (range === 'rfc6052' && inside(address, WELL_KNOWN_NAT64))) return true;
  return range === 'unicast' && inside(address, GLOBAL_IPV6);
}

const inside = (address: Address, [network, bits]: Network): boolean =>
  address.kind() === network.kind() && address.match([network, bits] as [ipaddr.IPv4, number] & [ipaddr.IPv6, number]);

function parseNetwork(text: string): Network {
  try {
    return ipaddr.parseCIDR(text);
  } catch {
    throw new RangeError(`"${text}" is no network: write an address and a prefix length, such as 10.0.0.0/8`);
  }
}
