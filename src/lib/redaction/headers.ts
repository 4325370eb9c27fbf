import type { Finding } from './finding.ts';
import { isStandIn, looksGenerated } from './looks.ts';
import { isReference } from './references.ts';

/** What a scheme of HTTP's is followed by: `token68` of RFC 9110, 11.2. */
const CREDENTIAL = /[A-Za-z0-9._~+/=-]*/y;
const SCHEMES = /(?:\b|(?<=\\[nrt]|\[\d{1,3}m))(Bearer|Basic)(?:[ \t]{1,8}|%20)/gi;

/** Credentials behind `Bearer` and `Basic`, and values of cookies, wherever they stand. */
export function* credentialsInHeaders(text: string): Generator<Finding> {
  for (const { 0: whole, 1: scheme = '', index } of text.matchAll(SCHEMES)) {
    const start = index + whole.length;
    CREDENTIAL.lastIndex = start;
    const value = withoutStops(CREDENTIAL.exec(text)?.[0] ?? '');
    const isSecret = scheme.toLowerCase() === 'basic' ? isUserAndPassword(value) : looksGenerated(value);
    if (isSecret && !isStandIn(value)) yield { start, end: start + value.length, what: 'a bearer token' };
  }
  yield* cookiesIn(text);
}

/** Full stops behind a credential end the sentence. */
function withoutStops(value: string): string {
  let end = value.length;
  while (end > 0 && value[end - 1] === '.') end--;
  return value.slice(0, end);
}

/** What `Basic` is followed by is base64 of `user:password` (RFC 7617). */
function isUserAndPassword(value: string): boolean {
  if (value.length < 8 || value.length > 1_000) return false;
  const decoded = Buffer.from(value, 'base64').toString('latin1');
  const colon = decoded.indexOf(':', 1);
  return colon !== -1 && colon < decoded.length - 1 && /^[\x20-\x7e]+$/.test(decoded);
}

const COOKIES = /(?:\b|(?<=\\[nrt]|\[\d{1,3}m))(?:set-)?cookies?["']?[ \t]{0,8}[:=][ \t]{0,8}["']?/gi;
const COOKIE = /([\w.-]{1,80})=([^\s;,"'\\]{1,4000})(?:;[ \t]{0,8})?/y;

function* cookiesIn(text: string): Generator<Finding> {
  for (const { 0: whole, index } of text.matchAll(COOKIES)) {
    COOKIE.lastIndex = index + whole.length;
    for (let match = COOKIE.exec(text); match !== null; match = COOKIE.exec(text)) {
      const [pair, name = '', value = ''] = match;
      const start = match.index + name.length + 1;
      if (looksGenerated(value) && !isStandIn(value) && !isReference(value)) {
        yield { start, end: start + value.length, what: `the value of the cookie ${name}` };
      }
      if (!pair.endsWith(';') && !/;[ \t]*$/.test(pair)) break;
    }
  }
}
