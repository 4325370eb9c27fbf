import { existsSync } from 'node:fs';
import { isTimeZone } from '../lib/time-zones.ts';

/*
 * What values of settings look like, and what a value of another shape may be. Each function says what is
 * wrong, or undefined; none of them repeats the value, which may be a secret.
 */

/** How a kind of token is known, and what it is in people's words. */
export type Look = readonly [shape: RegExp, what: string];

/** What a token that was set in another's place looks like, by how it begins; tokens get mixed up. */
export function kindOf(value: string, ofPlatforms: readonly Look[]): string | undefined {
  return [...TOKENS, ...ofPlatforms, ...MISTAKES].find(([shape]) => shape.test(value))?.[1];
}

const TOKENS: readonly Look[] = [
  [/^hf_/, 'a token of Hugging Face, which belongs to HF_TOKEN'],
  [/^sk-ant-/, 'a key of Anthropic, which belongs to ANTHROPIC_API_KEY'],
  [/^sk-/, 'a key of OpenAI, which belongs to OPENAI_API_KEY'],
  [/^(gh[pousr]_|github_pat_)/, 'a token of GitHub, which belongs to GITHUB_TOKEN'],
];

const MISTAKES: readonly Look[] = [
  [/^Bearer /, 'a token with "Bearer " before it: leave that out'],
  [/^[A-Z][A-Z0-9_]+=/, 'a whole line of .env: leave the name and the = out'],
];

/** A token goes into a header: what can't stand there came in with copying. */
export function wrongCharacter(value: string): string | undefined {
  const at = value.search(/[^\x21-\x7e]/);
  if (at === -1) return undefined;
  const what = /\s/.test(value[at] ?? '') ? 'a space or line break' : 'a character that is not ASCII';
  return `has ${what} at its position ${at + 1}: copy it again`;
}

export function keyProblem(value: string): string | undefined {
  const length = [...value].length;
  return length < 32 ? `must have at least 32 characters, and has ${length}` : undefined;
}

/** A key that somebody could guess protects nothing. */
export function isGuessable(value: string): boolean {
  const isRepeated = `${value}${value}`.indexOf(value, 1) < value.length;
  const codes = [...value].map((letter) => letter.codePointAt(0) ?? 0);
  const steps = codes.slice(1).filter((code, i) => Math.abs(code - (codes[i] ?? 0)) <= 1).length;
  return isRepeated || steps > value.length * 0.6 || bitsOf(value) < LEAST_BITS;
}

/** Fewer bits than this a text is a word or two, repeated. 32 random hexadecimal digits have about 115. */
const LEAST_BITS = 90;

/** Shannon's measure, by how often each character is in it. */
function bitsOf(value: string): number {
  const counts = new Map<string, number>();
  for (const letter of value) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= count * Math.log2(count / value.length);
  return bits;
}

const POSTGRES_FORM = 'must look like postgres://user:password@host:5432/database';
const ENCODED =
  'Characters such as @ : / ? # and % in a user name or password are written as %40 %3A %2F %3F %23 and %25';

/** What `sslmode` may be; docs/OPERATIONS.md says what each does. */
const SSL_MODES = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'] as const;

export function postgresProblem(value: string): string | undefined {
  if (!/^postgres(ql)?:\/\//.test(value)) return POSTGRES_FORM;
  const url = parsedUrl(value);
  const port = portProblem(value);
  if (port !== undefined) return port;
  if (url === undefined && /[?&]host=(\/|%2F)/i.test(value))
    return 'must look like postgres://user@localhost/database?host=/var/run/postgresql where it leads to a Unix socket';
  if (url === undefined || url.hash !== '') return `${POSTGRES_FORM}. ${ENCODED}`;
  if (url.host.includes(',')) return 'names several hosts, of which only one can be used: name one';
  const mode = url.searchParams.get('sslmode');
  if (mode !== null && !SSL_MODES.some((known) => known === mode))
    return `has an sslmode that is not known: it may be ${SSL_MODES.join(', ')}`;
  for (const file of ['sslrootcert', 'sslcert', 'sslkey']) {
    const path = url.searchParams.get(file);
    if (path !== null && path !== 'system' && !existsSync(path))
      return `names a file as ${file} that is not there`;
  }
  return undefined;
}

const REDIS_FORM = 'must look like redis://host:6379, or rediss://host:6379 with TLS';

export function redisProblem(value: string): string | undefined {
  if (!/^rediss?:\/\//.test(value)) return REDIS_FORM;
  const url = parsedUrl(value);
  const port = portProblem(value);
  if (port !== undefined) return port;
  if (url === undefined || url.hash !== '') return `${REDIS_FORM}. ${ENCODED}`;
  if (!/^\/?\d*$/.test(url.pathname))
    return 'must end with the number of a database, or with none: redis://host:6379/0';
  return undefined;
}

/** The port is no secret, and what is wrong with it is easily overlooked. */
function portProblem(value: string): string | undefined {
  const [, port] = /^\w+:\/\/(?:[^/?#]*@)?(?:\[[^\]]*\]|[^/?#@:]*):(\d+)(?:[/?#]|$)/.exec(value) ?? [];
  const isPort = port === undefined || (Number(port) > 0 && Number(port) <= 65_535);
  return isPort ? undefined : `has the port ${port}; ports are 1 to 65535`;
}

/** Undefined too where a % is followed by no number: libraries throw at that later. */
function parsedUrl(value: string): URL | undefined {
  try {
    const url = new URL(value);
    for (const part of [url.username, url.password, url.pathname]) decodeURIComponent(part);
    return url.port === '0' ? undefined : url;
  } catch {
    return undefined;
  }
}

/**
 * The variable TZ may also be a file, or a rule as POSIX has them. Node takes what it does not know for UTC.
 */
export function zoneProblem(value: string): string | undefined {
  const name = value.replace(/^:/, '');
  if (name.startsWith('/') || isTimeZone(name) || /^(<[^>]+>|[A-Za-z]{3,})[+-]?\d/.test(name))
    return undefined;
  return 'is no time zone. Set it to one such as Europe/Paris or UTC, or leave it unset';
}

/** A proxy's address as the clients take it. */
export function proxyProblem(value: string): string | undefined {
  const url = URL.parse(value);
  if (url !== null && /^socks/.test(url.protocol))
    return 'names a SOCKS proxy, which is not supported: it must look like http://user:password@proxy:3128';
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '')
    return 'must look like http://user:password@proxy:3128';
  return undefined;
}
