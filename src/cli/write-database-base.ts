import { globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { createTar } from 'nanotar';
import { BASE_FILE } from '../db/embedded-base.ts';
import { makeBase } from './database-base.ts';

/*
 * npm run db:base: makes anew the empty database that is shipped, once another version of PGlite is installed
 * (`BASE_VERSION` names it), or there are more migrations: those that it lacks run at each first start.
 */

/** An empty database, packed. */
async function packedBase(): Promise<Buffer> {
  const path = mkdtempSync(join(tmpdir(), 'ml-intern-base-'));
  try {
    await makeBase(path);
    const items = globSync('**', { cwd: path })
      .sort()
      .map((name) => {
        const at = join(path, name);
        return statSync(at).isDirectory() ? { name: `${name}/` } : { name, data: readFileSync(at) };
      });
    const tar = createTar(items.filter(({ name }) => name !== './'));
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    };
    return brotliCompressSync(tar, { params });
  } finally {
    rmSync(path, { recursive: true });
  }
}

writeFileSync(BASE_FILE, await packedBase());
console.log(`${relative(process.cwd(), BASE_FILE.pathname)} is written: ${statSync(BASE_FILE).size} bytes`);
