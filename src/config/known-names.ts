import { nearest } from './near.ts';
import type { Environment } from './substitute.ts';

/** A name that is probably a misspelt one of ours. */
export type NearMiss = {
  found: string;
  meant: string;
  /**
   * Whether it can't be anything else: it is in our own `.env`, and in the environment other programs have
   * theirs.
   */
  isCertain: boolean;
  text: string;
};

/** Variables that are read though neither the config file nor the schema of secrets has them. */
const OTHERS = [
  'ML_INTERN_CONFIG',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
];

/** Those that are read in small letters too, and neighbours of them that other programs read. */
const FOREIGN = new Set([
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'ftp_proxy',
  'FTP_PROXY',
  'all_proxy',
  'ALL_PROXY',
]);

/** Shorter ones are near to too much else. */
const LEAST_LENGTH = 4;

/**
 * Names in the environment that are a letter or two off one that is read (`names`, and some others) and has
 * no value.
 */
export function nearMisses(
  env: Environment,
  lineOf: Readonly<Record<string, number>>,
  names: Iterable<string>,
): NearMiss[] {
  const known = new Set([...names, ...OTHERS]);
  const unset = [...known].filter((name) => env[name] === undefined && name.length >= LEAST_LENGTH);
  return Object.keys(env).flatMap((found) => {
    if (known.has(found) || FOREIGN.has(found) || found.length < LEAST_LENGTH) return [];
    const line = lineOf[found];
    const meant = nearest(found, unset, line === undefined ? 1 : 2);
    if (meant === undefined) return [];
    const where = line === undefined ? `${found} in the environment` : `.env line ${line}: ${found}`;
    return [
      { found, meant, isCertain: line !== undefined, text: `${where} is not known. Did you mean ${meant}?` },
    ];
  });
}
