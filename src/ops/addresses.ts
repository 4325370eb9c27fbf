import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

/*
 * Addresses that are not of the public internet: IANA's registries of special-purpose addresses
 * (https://www.iana.org/assignments/iana-ipv4-special-registry, .../iana-ipv6-special-registry). Cloud metadata services
 * live at 169.254.169.254 and fd00:ec2::254, inside of these.
 */
const SPECIAL = new BlockList();
const V4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];
/** Everything but 2000::/3 is special; of it these are, too. 6to4 and NAT64 hold IPv4 addresses. */
const V6: readonly (readonly [string, number])[] = [
  ['::', 3],
  ['4000::', 2],
  ['8000::', 1],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];
for (const [net, bits] of V4) SPECIAL.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of V6) SPECIAL.addSubnet(net, bits, 'ipv6');

/** Whether an address is of the public internet. */
export function isPublic(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  return !SPECIAL.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/**
 * The addresses of a host, none where any of them is not public: who controls a name could otherwise lead us to what is
 * ours.
 */
export async function publicAddresses(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true });
  const addresses = found.map(({ address }) => address);
  return addresses.every(isPublic) ? addresses : [];
}
