import { brotliDecompressSync, constants, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { unzipSync } from 'fflate';
import { parseTar } from 'nanotar';
import { messageOf } from '../../../lib/errors.ts';

/** What a packed file holds: one file, names of several, or why it can't be had. */
export type Unpacked =
  | { kind: 'file'; name: string; bytes: Buffer; isPart: boolean }
  | { kind: 'files'; names: string[] }
  | { kind: 'broken'; reason: string };

/** A file of a few kilobytes can unpack to gigabytes. */
const UNPACKED_BYTES = 200_000_000;
const NAMES = 10_000;

const brokenBy = (reason: string): Unpacked => ({ kind: 'broken', reason });

/** The form of a file by its first bytes, where it is read here. */
function formOf(bytes: Buffer, name: string): 'gzip' | 'zstd' | 'brotli' | 'zip' | 'tar' | undefined {
  const begins = bytes.toString('latin1', 0, 4);
  if (begins.startsWith('\x1f\x8b')) return 'gzip';
  if (begins === '\x28\xb5\x2f\xfd') return 'zstd';
  if (begins === 'PK\x03\x04') return 'zip';
  if (bytes.toString('latin1', 257, 262) === 'ustar') return 'tar';
  return /\.br$/i.test(name) ? 'brotli' : undefined;
}

/** Undefined where it is not packed, or in a form that is not read here. `isPart`: its end is missing. */
export function unpacked(name: string, bytes: Buffer, isPart: boolean): Unpacked | undefined {
  const form = formOf(bytes, name);
  switch (form) {
    case 'gzip':
    case 'zstd':
    case 'brotli':
      return stream(form, name, bytes, isPart);
    case 'zip':
      return isPart
        ? brokenBy('only the beginning of a zip archive was read, and its list stands at its end')
        : fromZip(bytes);
    case 'tar':
      return fromTar(bytes, isPart);
    case undefined:
      return undefined;
    default:
      return form satisfies never;
  }
}

const UNPACK = {
  gzip: (bytes: Buffer, isPart: boolean) =>
    gunzipSync(bytes, {
      maxOutputLength: UNPACKED_BYTES,
      ...(isPart ? { finishFlush: constants.Z_SYNC_FLUSH } : {}),
    }),
  zstd: (bytes: Buffer, isPart: boolean) =>
    zstdDecompressSync(bytes, {
      maxOutputLength: UNPACKED_BYTES,
      ...(isPart ? { finishFlush: constants.ZSTD_e_flush } : {}),
    }),
  brotli: (bytes: Buffer, isPart: boolean) =>
    brotliDecompressSync(bytes, {
      maxOutputLength: UNPACKED_BYTES,
      ...(isPart ? { finishFlush: constants.BROTLI_OPERATION_FLUSH } : {}),
    }),
} as const;

function stream(form: keyof typeof UNPACK, name: string, bytes: Buffer, isPart: boolean): Unpacked {
  const inner = name.replace(/\.(?:gz|gzip|zst|zstd|br)$/i, '').replace(/\.(?:tgz)$/i, '.tar');
  try {
    return { kind: 'file', name: inner, bytes: UNPACK[form](bytes, isPart), isPart };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      return brokenBy(TOO_LARGE);
    }
    if (code === 'Z_BUF_ERROR' || /unexpected end/i.test(messageOf(error))) {
      return brokenBy(
        `it is packed with ${form} and cut off: its end is missing (was it uploaded or downloaded as a whole?)`,
      );
    }
    return brokenBy(`it is packed with ${form}, and what is packed is broken`);
  }
}

/** One file of rows is read; of several nobody knows which is meant. */
function chosen(names: readonly string[], read: (name: string) => Buffer): Unpacked {
  const [only, ...others] = names.filter((name) => DATA.test(name));
  if (only === undefined || others.length > 0) return { kind: 'files', names: [...names] };
  return { kind: 'file', name: only, bytes: read(only), isPart: false };
}

const DATA = /\.(?:csv|tsv|jsonl?|ndjson|parquet|txt)(?:\.(?:gz|zst))?$/i;
/** What archives of macOS have besides the files. */
const isOwn = (name: string) => !/(?:^|\/)(?:__MACOSX\/|\._|\.DS_Store$)/.test(name) && !name.endsWith('/');

/** Whether the first file of a zip is encrypted: a bit of its flags. */
const isLocked = (bytes: Buffer) => ((bytes[6] ?? 0) & 1) === 1;

function fromZip(bytes: Buffer): Unpacked {
  if (isLocked(bytes)) return brokenBy('it is a zip archive with a password');
  try {
    const names: string[] = [];
    const tooLarge = new Set<string>();
    unzipSync(bytes, {
      filter({ name, originalSize }) {
        if (isOwn(name) && names.length < NAMES) names.push(name);
        if (originalSize > UNPACKED_BYTES) tooLarge.add(name);
        return false;
      },
    });
    return chosen(names, (wanted) => {
      if (tooLarge.has(wanted)) throw new TooLarge();
      return Buffer.from(unzipSync(bytes, { filter: ({ name }) => name === wanted })[wanted] ?? []);
    });
  } catch (error) {
    if (error instanceof TooLarge) return brokenBy(TOO_LARGE);
    return brokenBy('it is a zip archive that is cut off or broken');
  }
}

class TooLarge extends Error {}
const TOO_LARGE = `it unpacks to more than ${UNPACKED_BYTES / 1e6} MB, which is not read here`;

/** Files of a tar lie in it as they are. */
function fromTar(bytes: Buffer, isPart: boolean): Unpacked {
  try {
    const files = parseTar(bytes, { metaOnly: true });
    const names = files
      .map(({ name }) => name)
      .filter(isOwn)
      .slice(0, NAMES);
    if (isPart) return { kind: 'files', names };
    return chosen(names, (wanted) => {
      const found = parseTar(bytes, { filter: ({ name }) => name === wanted }).at(0);
      return Buffer.from(found?.data ?? []);
    });
  } catch {
    return brokenBy('it is a tar archive that is cut off or broken');
  }
}
