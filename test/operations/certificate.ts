import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import type { Site } from './site.ts';

/** A certificate for this machine and a name, that nobody else has signed, and its key. */
export function certificate(site: Site, name = 'localhost'): { cert: string; key: string } {
  const folder = site.folder();
  chmodSync(folder, 0o755); // servers run as another user
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const names = ['-subj', '/CN=test', '-addext', `subjectAltName=DNS:localhost,DNS:${name},IP:127.0.0.1`];
  const kind = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', ...kind, '-keyout', key, '-out', cert, ...names], { stdio: 'ignore' });
  return { cert, key };
}
