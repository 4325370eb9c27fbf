import { NotPublic, refuseUnlessPublic } from '../../lib/addresses.ts';
import type { BodyForm } from '../../lib/body-meter.ts';
import { boundedFetch, type TooLarge } from '../../lib/bounded-fetch.ts';
import { createPublicFetch } from '../../lib/public-agent.ts';
import { MESSAGE } from './cut-message.ts';
import { MessageCutter } from './message-cutter.ts';

/** Where a server is, as the config says. */
export type ServerAddress = {
  url: string;
  /** Sent to the server alone. */
  headers: Readonly<Record<string, string>>;
  /** Whether what it names may be on a private network; by default where its own address is plainly there. */
  isPrivate?: boolean | undefined;
  /** The authorization server that the config names, wherever it is. */
  issuer?: string | undefined;
};

/**
 * What requests to a server go through, and to all that it names for signing in: the description of itself,
 * its authorization servers, and their endpoints. A server names what it likes, so that is asked on the
 * public internet alone, without the headers that are for the server, unless the server itself is on a
 * private network. Redirects are left to the client, which follows them within one origin. `told` hears of
 * answers that are too large.
 */
export function guardedFetch(
  { url, headers, isPrivate, issuer }: ServerAddress,
  told: (error: TooLarge) => void = () => {},
): typeof fetch {
  const own = new URL(url);
  const bounds = { ...MESSAGE, told, cutting };
  const trusting = boundedFetch(bounds);
  const others = (isPrivate ?? isPlainlyPrivate(own)) ? trusting : boundedFetch(bounds, createPublicFetch());
  const trusted = issuer === undefined ? undefined : new URL(issuer).origin;
  return (input, init) => {
    const to = new URL(input instanceof Request ? input.url : input);
    const request: RequestInit = { ...init, redirect: init?.redirect === 'error' ? 'error' : 'manual' };
    if (isOwn(to, own)) return trusting(to, request);
    const stripped = { ...request, headers: without(headers, init?.headers) };
    return (to.origin === trusted ? trusting : others)(to, stripped);
  };
}

/** Results that are too large are cut. */
function cutting(form: BodyForm): HttpCutter | undefined {
  if (form === 'bytes') return undefined;
  const cutter = new MessageCutter(form === 'json' ? 'json' : 'lines', MESSAGE);
  return {
    add: (chunk) => cutter.add(chunk).flatMap((line) => [line, LF]),
    end: () => cutter.end(),
  };
}

type HttpCutter = { add(chunk: Uint8Array): Uint8Array[]; end(): Uint8Array };

const LF = Buffer.from('\n');

/** The origin that the config names, also once it has turned to TLS. */
const isOwn = (to: URL, own: URL): boolean =>
  to.origin === own.origin ||
  (to.protocol === 'https:' && own.protocol === 'http:' && to.host === own.host && own.port === '');

function isPlainlyPrivate({ hostname }: URL): boolean {
  try {
    refuseUnlessPublic(hostname);
    return false;
  } catch (error) {
    if (error instanceof NotPublic) return true;
    throw error;
  }
}

/** Headers without those that are the server's, as far as they are still what the config says. */
function without(secret: Readonly<Record<string, string>>, given: RequestInit['headers']): Headers {
  const headers = new Headers(given);
  for (const [name, value] of Object.entries(secret)) {
    if (headers.get(name) === value) headers.delete(name);
  }
  return headers;
}
