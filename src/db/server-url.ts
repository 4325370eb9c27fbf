/**
 * A URL of Postgres as the client takes it. `prefer`, `require` and `verify-ca` are as strict as
 * `verify-full`, which the client would warn about; and `sslrootcert=system` is what it trusts anyway: Node's
 * certificates.
 */
export function connectionString(url: string): string {
  const changed = new URL(url);
  const mode = changed.searchParams.get('sslmode');
  const isLibpq = changed.searchParams.get('uselibpqcompat') === 'true';
  const isSystem = changed.searchParams.get('sslrootcert') === 'system';
  if (isSystem) changed.searchParams.delete('sslrootcert');
  if (isSystem && mode === null) changed.searchParams.set('sslmode', 'verify-full');
  if (!isLibpq && ['prefer', 'require', 'verify-ca'].includes(mode ?? '')) {
    changed.searchParams.set('sslmode', 'verify-full');
  }
  return changed.toString();
}

/** A host as sockets take it: URLs have brackets around addresses of IPv6. */
export const withoutBrackets = (host: string): string => host.replace(/^\[|\]$/g, '');

/** Where a URL leads, without user and password. */
export function placeOf(url: string, defaultPort: string): string {
  const { hostname, port, searchParams } = new URL(url);
  return `${searchParams.get('host') ?? (hostname || 'localhost')}:${port || defaultPort}`;
}
