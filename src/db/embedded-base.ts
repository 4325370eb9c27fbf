import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { parseTar } from 'nanotar';

/** The version of PGlite whose initdb has made it; `npm run db:base` makes it anew. */
export const BASE_VERSION = '0.5.16';

/** What initdb has not set: of the 128 MB that Postgres takes for itself, one process needs a part. */
export const BASE_SETTINGS = '\nshared_buffers = 16MB\n';

/** An empty database, packed: initdb takes ten times the time of unpacking it, and a gigabyte of memory. */
export const BASE_FILE = new URL(`./base/pglite-${BASE_VERSION}.tar.br`, import.meta.url);

/** Writes the files of an empty database, without any schema, to a path. */
export function unpackBase(path: string): void {
  for (const { name, data } of parseTar(brotliDecompressSync(readFileSync(BASE_FILE)))) {
    const isDirectory = name.endsWith('/');
    mkdirSync(isDirectory ? join(path, name) : dirname(join(path, name)), { recursive: true, mode: 0o700 });
    if (!isDirectory) writeFileSync(join(path, name), data ?? '', { mode: 0o600 });
  }
}
