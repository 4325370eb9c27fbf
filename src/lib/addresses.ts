import { lookup as lookupAll } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { refuseInTransaction } from './transaction-scope.ts';

/*
 * Which addresses and names are of the public internet. What people, models and servers name is only asked
 * where it is: everything else is ours, or belongs to whoever the machine is rented from.
 */

/**
 * Not public, of IPv4: all of IANA's registry of special-purpose addresses
 * (https://www.iana.org/assignments/iana-ipv4-special-registry), and multicast.
 */
const SPECIAL_V4 = networks(`0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12
  192.0.0.0/24 192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24
  198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4`);

/**
 * Looks public, but answers the machines of one cloud alone: Azure's metadata and DNS
 * (learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16), IBM Cloud's services
 * (cloud.ibm.com/docs/vpc?topic=vpc-service-endpoints-for-vpc), Equinix Metal's metadata. What all other
 * clouds have for that is special anyway: 169.254.0.0/16, 100.64.0.0/10, 192.0.0.0/24, fd00::/8.
 */
const CLOUDS_V4 = networks('168.63.129.16/32 161.26.0.0/16 166.8.0.0/14 192.80.8.124/32');

/**
 * Of IPv6 only 2000::/3 is given out (https://www.iana.org/assignments/ipv6-address-space), and of that these
 * are special (https://www.iana.org/assignments/iana-ipv6-special-registry). Teredo (2001::/32) and 6to4
 * (2002::/16) hold IPv4 addresses, which any relay may take out; nobody needs them any more.
 */
const GLOBAL_V6 = networks('2000::/3');
const SPECIAL_V6 = networks('2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20');

/** IPv6 that stands for the IPv4 address in its last four bytes: mapped, and NAT64's well-known prefix. */
const HOLDS_V4 = networks('::ffff:0:0/96 64:ff9b::/96');

/**
 * Whether an address is of the public internet. One that is written in any way but the usual one (octal,
 * hexadecimal, as one number, with a zone or in brackets) is not.
 */
export function isPublic(address: string): boolean {
  const bytes = bytesOf(address);
  if (bytes === undefined) return false;
  if (bytes.length === 4) return isPublicV4(bytes);
  if (isIn(bytes, HOLDS_V4)) return isPublicV4(bytes.slice(12));
  return isIn(bytes, GLOBAL_V6) && !isIn(bytes, SPECIAL_V6);
}

const isPublicV4 = (bytes: readonly number[]): boolean => !isIn(bytes, SPECIAL_V4) && !isIn(bytes, CLOUDS_V4);

type Network = { bytes: readonly number[]; bits: number };

function networks(text: string): Network[] {
  return text
    .trim()
    .split(/\s+/)
    .map((entry) => {
      const [address = '', bits] = entry.split('/');
      return { bytes: bytesOf(address) ?? [], bits: Number(bits) };
    });
}

const isIn = (address: readonly number[], list: readonly Network[]): boolean =>
  list.some(
    ({ bytes, bits }) =>
      bytes.length === address.length &&
      bytes.every((byte, index) => {
        const ignored = 8 - Math.min(8, Math.max(0, bits - 8 * index));
        return byte >> ignored === (address[index] ?? 0) >> ignored;
      }),
  );

/** The four or sixteen bytes of an address; undefined for what is none, and for one with a zone. */
function bytesOf(address: string): number[] | undefined {
  const family = isIP(address);
  if (family === 4) return address.split('.').map(Number);
  if (family !== 6 || address.includes('%')) return undefined;
  const [before = [], after = []] = address.split('::').map((part) => part.split(':').flatMap(groupBytes));
  return [...before, ...new Array<number>(16 - before.length - after.length).fill(0), ...after];
}

function groupBytes(group: string): number[] {
  if (group === '') return [];
  if (group.includes('.')) return group.split('.').map(Number);
  const value = Number.parseInt(group, 16);
  return [value >> 8, value & 255];
}

/**
 * Endings of names that no public name server gives out: RFC 6761, 6762 (appendix G), 8375, and ICANN's
 * .internal.
 */
const OWN_ENDINGS =
  /(?:^|\.)(?:localhost|localdomain|local|internal|intranet|corp|home|lan|private|svc|home\.arpa)$/;

/** Public names of clouds' metadata services. */
const METADATA: ReadonlySet<string> = new Set([
  'api.metadata.cloud.ibm.com',
  'metadata.goog',
  'metadata.packet.net',
  'metadata.platformequinix.com',
  'metadata.tencentyun.com',
]);

/**
 * Whether a name can only be one of somebody's own network: without a dot, or with an ending that is kept for
 * that. Its addresses are judged besides; where a proxy looks names up this is all that can be.
 */
export function isNameOfOwn(host: string): boolean {
  if (isIP(host) !== 0) return false;
  const name = host.toLowerCase().split('.').filter(Boolean).join('.'); // some take `localhost..` for it
  return !name.includes('.') || OWN_ENDINGS.test(name) || METADATA.has(name);
}

/** Something that nothing of ours may be led to. */
export class NotPublic extends Error {
  constructor(host: string) {
    super(`${host} is not an address of the public internet, so it is not asked`);
  }
}

/** Throws NotPublic for an address or a name that can't be public, before it is looked up. */
export function refuseUnlessPublic(host: string): void {
  const bare = host.replace(/^\[|\]$/g, '');
  if (isIP(bare) === 0 ? isNameOfOwn(bare) : !isPublic(bare)) throw new NotPublic(host);
}

/**
 * A look-up for a connection, which is made to what was found here: a name can't lead elsewhere a moment
 * later. One of whose addresses any is not public is refused as a whole.
 */
export const publicLookup: LookupFunction = (host, options, callback) => {
  try {
    refuseInTransaction(() => `a look-up of ${host}`);
  } catch (error) {
    return callback(error instanceof Error ? error : new Error(String(error)), []);
  }
  lookupAll(host, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, []);
    const [first] = addresses;
    if (first === undefined || !addresses.every(({ address }) => isPublic(address))) {
      return callback(new NotPublic(host), []);
    }
    if (options.all) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

/**
 * Whether this machine knows a host by an address that is not public. One that it can't look up it does not
 * know.
 */
export async function isKnownAsPrivate(host: string): Promise<boolean> {
  refuseInTransaction(() => `a look-up of ${host}`);
  const bare = host.replace(/^\[|\]$/g, '');
  const found = await lookup(bare, { all: true }).catch(() => []);
  return found.some(({ address }) => !isPublic(address));
}
