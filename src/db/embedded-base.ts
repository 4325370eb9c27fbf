import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { parseTar } from 'nanotar';

/** The version of PGlite whose initdb has made it; `npm run db:base` makes it anew. */
export const BASE_VERSION = '0.5.16';

/** What initdb has not set: of the 128 MB that Postgres takes for itself, one process needs a part. */
export const BASE_SETTINGS = '\nshared_buffers = 16MB\n';

/**
 * An empty database with both schemas, packed: initdb and migrations take twenty times the time of unpacking
 * it, and a gigabyte of memory.
 */
export const BASE_FILE = new URL(`./base/pglite-${BASE_VERSION}.tar.br`, import.meta.url);

/** Writes the files of an empty database, with the schemas as they were when it was made, to a path. */
export function unpackBase(path: string): void {
  const made = new Set<string>();
  const make = (directory: string): void => {
    if (made.has(directory)) return;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    made.add(directory);
  };
  for (const { name, data } of parseTar(brotliDecompressSync(readFileSync(BASE_FILE)))) {
    const at = join(path, name);
    const isDirectory = name.endsWith('/');
    make(isDirectory ? at : dirname(at));
    if (!isDirectory) writeFileSync(at, data ?? '', { mode: 0o600 });
  }
}
