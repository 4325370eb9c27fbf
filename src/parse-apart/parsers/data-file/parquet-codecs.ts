import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { Compressors } from 'hyparquet';
import { decompressLz4, decompressLz4Raw } from 'hyparquet-compressors';

/** Pages are a megabyte or so. */
const PAGE_BYTES = 300_000_000;

const bounded = (size: number) => {
  if (!(size >= 0 && size <= PAGE_BYTES)) throw new Error('a page of that size is none');
  return size;
};

/** How pages are unpacked; they have the size that is said, or are broken. */
export const codecs: Compressors = {
  GZIP: (input, size) => gunzipSync(input, { maxOutputLength: bounded(size) + 1 }),
  BROTLI: (input, size) => brotliDecompressSync(input, { maxOutputLength: bounded(size) + 1 }),
  ZSTD: (input, size) => zstdDecompressSync(input, { maxOutputLength: bounded(size) + 1 }),
  LZ4: (input, size) => decompressLz4(input, bounded(size)),
  LZ4_RAW: (input, size) => decompressLz4Raw(input, bounded(size)),
};

/** Those of the library itself are among them. */
export const READ: ReadonlySet<string> = new Set(['UNCOMPRESSED', 'SNAPPY', ...Object.keys(codecs)]);
