import { messageOf } from './errors.ts';

/** What systems and clients say where nobody answers (yet): the name, the way, or the other end is away. */
const AWAY = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_SOCKET',
]);

/**
 * SQL states of a server that is starting, ending, or has no connection left:
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const AWAY_STATES = new Set([
  '57P01',
  '57P02',
  '57P03',
  '53300',
  '08000',
  '08001',
  '08003',
  '08004',
  '08006',
]);

/** The codes of an error and of what caused it, the outermost first. */
export function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  for (const one of chainOf(error)) if ('code' in one && typeof one.code === 'string') codes.push(one.code);
  return codes;
}

/**
 * Why something could not be reached, where that is what an error is about: it may work later as it is.
 * Undefined for everything else.
 */
export function awayReason(error: unknown): string | undefined {
  for (const one of chainOf(error)) {
    const code = 'code' in one ? String(one.code) : '';
    if (AWAY.has(code)) return code;
    if (AWAY_STATES.has(code)) return messageOf(one);
    if (one instanceof Error && /^(TimeoutError|AbortError)$/.test(one.name)) return 'no answer in time';
    if (one instanceof Error && TIMED_OUT.test(one.message)) return 'no answer in time';
    if (one instanceof Error && BROKEN.test(one.message)) return 'the connection breaks';
  }
  return undefined;
}

/** pg and ioredis give these without a code. */
const TIMED_OUT = /timeout exceeded|timeout expired|timed? ?out|connect timeout/i;
const BROKEN = /connection (terminated|is closed|ended)|socket (hang up|closed)|other side closed/i;

/** An error, the errors in it where there are several, and what caused it. */
function* chainOf(error: unknown): Iterable<object> {
  let one: unknown = error;
  for (let depth = 0; depth < 8 && one instanceof Object; depth++) {
    yield one;
    const within: unknown = 'errors' in one && Array.isArray(one.errors) ? one.errors[0] : undefined;
    const original: unknown = 'original' in one ? one.original : undefined;
    one = within ?? ('cause' in one && one.cause !== undefined ? one.cause : original);
  }
}

/** What certificates are refused for, as Node and OpenSSL call it. */
const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_UNTRUSTED',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
]);

/**
 * What is wrong with the certificate that somebody showed; undefined where that is not what an error is
 * about.
 */
export function certificateProblem(error: unknown): string | undefined {
  const code = codesOf(error).find((known) => UNTRUSTED.has(known));
  if (code === undefined) return undefined;
  if (code === 'CERT_HAS_EXPIRED') return 'a certificate that has expired';
  if (code === 'CERT_NOT_YET_VALID')
    return 'a certificate that is not valid yet (is the clock of this machine right?)';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID' || code === 'HOSTNAME_MISMATCH')
    return 'a certificate for another name';
  return `a certificate that nobody known has signed (${code})`;
}

/** Whether the other end does not speak TLS at all. */
export const isNoTls = (error: unknown): boolean =>
  codesOf(error).some(
    (code) => code === 'EPROTO' || /^ERR_SSL_(WRONG_VERSION|PACKET_LENGTH|HTTP_REQUEST)/.test(code),
  );
