import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent } from 'undici';
import { isPublic } from '../ops/addresses.ts';

/** An address that nothing of ours may be led to. */
export class NotPublic extends Error {
  constructor(host: string) {
    super(`${host} is not an address of the public internet, so it is not asked`);
  }
}

/** Why an address may not be asked, before its name is looked up; undefined where it may. */
export function refusalOf(url: URL): string | undefined {
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return `${url.protocol} is not asked, only http and https`;
  if (url.username !== '' || url.password !== '') return 'an address with a password in it is not asked';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return isIP(host) !== 0 && !isPublic(host) ? new NotPublic(host).message : undefined;
}

/**
 * The look-up is the connection's own: what was found to be public is what is connected to, so a name can't lead
 * elsewhere a moment later.
 */
const publicLookup: LookupFunction = (host, options, callback) => {
  lookup(host, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, []);
    if (!addresses.every(({ address }) => isPublic(address))) return callback(new NotPublic(host), []);
    const [first] = addresses;
    if (options.all) callback(null, addresses);
    else callback(null, first?.address ?? '', first?.family);
  });
};

/** Connections to the public internet alone. */
export const createPublicAgent = (): Agent => new Agent({ connect: { lookup: publicLookup } });
