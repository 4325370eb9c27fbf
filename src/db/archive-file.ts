import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { z } from 'zod';
import { systemClock } from '../lib/clock.ts';
import { ConfigError } from '../lib/config-error.ts';
import { messageOf } from '../lib/errors.ts';
import { parsedJson } from '../lib/json.ts';

/**
 * A record in a file: lines of JSON, compressed with gzip. First what it is (`ArchiveHead`), then for each
 * table what it is called (`ArchiveTable`) and its rows, each an array of its columns' texts, then its
 * sequences, and at the end how many rows there were and a checksum of all lines before.
 */
const FORMAT = 'ml-intern record';
const VERSION = 1;

export type ArchiveHead = z.infer<typeof Head>;
const Head = z.object({
  format: z.literal(FORMAT),
  version: z.number(),
  madeAt: z.coerce.date(),
  /** When the last of our migrations was made that the record had: milliseconds, as drizzle notes them. */
  schema: z.number(),
});

export type ArchiveTable = z.infer<typeof Table>;
const Table = z.object({
  table: z.string(),
  columns: z.array(z.object({ name: z.string(), type: z.string() })),
});

const Sequences = z.object({ sequences: z.record(z.string(), z.string()) });
export type ArchiveSequences = z.infer<typeof Sequences>;

const End = z.object({ rows: z.number(), sha256: z.string() });

/** One line of an archive, read. `row` is JSON text still: it goes into the database as it is. */
export type ArchiveLine =
  | { kind: 'table'; table: ArchiveTable }
  | { kind: 'row'; row: string }
  | { kind: 'sequences'; sequences: ArchiveSequences };

/** Writes a file that is for its owner alone. Lines come without the head; `isRow` tells which count. */
export async function writeArchive(
  file: string,
  schema: number,
  lines: AsyncIterable<{ text: string; isRow: boolean }>,
): Promise<void> {
  async function* all() {
    const hash = createHash('sha256');
    let rows = 0;
    const head = { format: FORMAT, version: VERSION, madeAt: systemClock.now().toISOString(), schema };
    const first = `${JSON.stringify(head)}\n`;
    hash.update(first);
    yield first;
    for await (const { text, isRow } of lines) {
      if (isRow) rows++;
      hash.update(`${text}\n`);
      yield `${text}\n`;
    }
    yield `${JSON.stringify({ rows, sha256: hash.digest('hex') })}\n`;
  }
  await pipeline(all, createGzip(), createWriteStream(file, { mode: 0o600, flags: 'wx' }));
}

/**
 * Reads a file to its end and returns what it is. Throws ConfigError where it is no archive, or not a whole
 * one.
 */
export async function verifyArchive(file: string): Promise<ArchiveHead & { rows: number }> {
  const hash = createHash('sha256');
  let head: ArchiveHead | undefined;
  let rows = 0;
  let last: string | undefined;
  try {
    for await (const line of linesOf(file)) {
      if (last !== undefined) hash.update(`${last}\n`);
      head ??= headOf(file, line);
      if (line.startsWith('[')) rows++;
      last = line;
    }
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw unreadable(file, error);
  }
  const end = End.safeParse(parsedJson(last ?? ''));
  if (head === undefined) throw noBackup(file);
  if (!end.success)
    throw new ConfigError(`${file} ends too early: it is a part of a backup. Use another one.`);
  if (end.data.rows !== rows || end.data.sha256 !== hash.digest('hex')) {
    throw new ConfigError(
      `${file} has been changed since it was made: its checksum is wrong. Use another one.`,
    );
  }
  return { ...head, rows };
}

/** The lines of an archive that was verified, after its head. */
export async function* readArchive(file: string): AsyncIterable<ArchiveLine> {
  let isHead = true;
  for await (const line of linesOf(file)) {
    const lineOf = isHead ? undefined : parseLine(line);
    isHead = false;
    if (lineOf) yield lineOf;
  }
}

function parseLine(line: string): ArchiveLine | undefined {
  if (line.startsWith('[')) return { kind: 'row', row: line };
  const json = parsedJson(line);
  const table = Table.safeParse(json);
  if (table.success) return { kind: 'table', table: table.data };
  const sequences = Sequences.safeParse(json);
  return sequences.success ? { kind: 'sequences', sequences: sequences.data } : undefined; // the end
}

function headOf(file: string, line: string): ArchiveHead {
  const head = Head.safeParse(parsedJson(line));
  if (!head.success) throw noBackup(file);
  if (head.data.version > VERSION)
    throw new ConfigError(`${file} was made by a newer version of the bot. Restore it with that version.`);
  return head.data;
}

const noBackup = (file: string) =>
  new ConfigError(`${file} is no backup of this bot. A backup is what npm run backup has written.`);

/** What zlib says of bytes that it can't read, and the file system of a file. */
function unreadable(file: string, error: unknown): ConfigError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT') return new ConfigError(`${file} is not there.`);
  if (code === 'EISDIR') return new ConfigError(`${file} is a directory. Name the file of a backup.`);
  if (code === 'Z_BUF_ERROR')
    return new ConfigError(`${file} ends too early: it is a part of a backup. Use another one.`);
  if (messageOf(error) === 'incorrect header check') return noBackup(file);
  if (code.startsWith('Z_'))
    return new ConfigError(
      `${file} has been changed since it was made (${messageOf(error)}). Use another one.`,
    );
  return new ConfigError(`${file} can't be read (${messageOf(error)}).`, { cause: error });
}

/** Longer than any row can be: what is no archive must not fill the memory. */
const MAX_LINE_BYTES = 500_000_000;

/**
 * Lines end with a line feed and nothing else: what people write has other characters that end lines in it.
 */
async function* linesOf(file: string): AsyncIterable<string> {
  const source = createReadStream(file);
  const bytes = createGunzip();
  source.on('error', (error) => bytes.destroy(error));
  source.pipe(bytes);
  let open: Buffer[] = [];
  let size = 0;
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    let from = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      open.push(chunk.subarray(from, at));
      yield Buffer.concat(open).toString('utf8');
      open = [];
      size = 0;
      from = at + 1;
    }
    open.push(chunk.subarray(from));
    size += chunk.length - from;
    if (size > MAX_LINE_BYTES) throw noBackup(file);
  }
  if (size > 0) yield Buffer.concat(open).toString('utf8'); // a part of a line
}
