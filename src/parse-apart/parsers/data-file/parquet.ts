import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadata,
  parquetRead,
  type SchemaElement,
} from 'hyparquet';
import { broken, FIRST_ROWS, listed, type Read, rowText } from './file.ts';
import { codecs, READ } from './parquet-codecs.ts';
import { parsers, rawSchema, readable, schemaTree, type Tree } from './parquet-values.ts';

/** Columns of more bytes, unpacked, are not unpacked for the sake of a few rows. */
const COLUMN_BYTES = 200_000_000;
/** Rows of so many columns are shown; of wider ones only the first columns. */
const SHOWN_COLUMNS = 200;

/** A file of which only some parts are here, each from a byte on; the last part has its end. */
export type Parts = { size: number; parts: readonly { from: number; bytes: Uint8Array }[] };

/** The columns of a Parquet file, with its first rows as far as they can be read. */
export async function readParquet(bytes: Buffer): Promise<Read> {
  const wrong = beginning(bytes);
  if (wrong !== undefined) return broken(wrong);
  return readParts({ size: bytes.length, parts: [{ from: 0, bytes }] });
}

/** The same of a file that is too large to be read as a whole, by its end and the bytes of its first rows. */
export async function readParts({ size, parts }: Parts): Promise<Read> {
  const last = parts.at(-1)?.bytes ?? Buffer.of();
  const end = Buffer.from(last.buffer, last.byteOffset, last.byteLength);
  const wrong = ending(end);
  if (wrong !== undefined) return broken(wrong);
  const metadata = footerOf(end);
  if (metadata === undefined) return broken('its footer, which says what is in it, is broken');
  const names = topLevel(metadata.schema);
  if (names === undefined) return broken('its schema names fewer columns than it says that there are');
  const tree = schemaTree(metadata.schema);
  // Some programs leave the number of all rows out.
  const counted = metadata.row_groups.reduce((sum, { num_rows }) => sum + num_rows, 0n);
  const rows = Math.max(Number(metadata.num_rows), Number(counted));
  const read = { ok: true, format: 'parquet', columns: names, rows } as const;
  if (rows === 0) return { ...read, first: [], notes: ['It has columns and no rows.'] };
  const rowEnd = Math.min(FIRST_ROWS, rows);
  const rowsAt = spanOf(groupsOf(metadata, rowEnd));
  const isHere = parts.some(({ from, bytes }) => from <= rowsAt.from && rowsAt.to <= from + bytes.length);
  if (!isHere && size > (parts[0]?.bytes.length ?? 0)) return { ...read, first: [], notes: [], rowsAt };
  return { ...read, ...(await firstRows(bufferOf({ size, parts }), metadata, tree, rowEnd)) };
}

/** What is wrong with a file that does not begin as Parquet does. */
function beginning(bytes: Buffer): string | undefined {
  const [begins, ends] = [bytes.toString('latin1', 0, 4), bytes.toString('latin1', bytes.length - 4)];
  if (begins === 'PARE') return ENCRYPTED;
  if (begins === 'PAR1') return undefined;
  return ends === 'PAR1' || ends === 'PARE'
    ? 'its beginning is missing or broken'
    : 'it is no Parquet file: it does not begin as one does';
}

const ENCRYPTED = 'it is encrypted, down to the names of its columns: whoever wrote it has the keys';

/** What is wrong with a file that does not end as Parquet does. */
function ending(end: Buffer): string | undefined {
  const mark = end.toString('latin1', end.length - 4);
  if (mark === 'PARE') return ENCRYPTED;
  if (mark !== 'PAR1' || end.length < 12) {
    return 'it is cut off: a Parquet file ends with a footer that says what is in it, and this one has none (was it downloaded as a whole?)';
  }
  return end.readUInt32LE(end.length - 8) > end.length - 8
    ? 'its footer is said to be longer than the file: it is cut or broken'
    : undefined;
}

/** What its library throws of a broken footer says nothing to people. */
function footerOf(end: Uint8Array): FileMetaData | undefined {
  try {
    return parquetMetadata(end, { geoparquet: false });
  } catch (error) {
    if (error instanceof RangeError && /allocation|string length|call stack/.test(error.message)) throw error;
    return undefined;
  }
}

/** From the first to the last byte of what is in some groups of rows. */
function spanOf(groups: FileMetaData['row_groups']): { from: number; to: number } {
  const chunks = groups.flatMap(({ columns }) => columns.flatMap(({ meta_data }) => meta_data ?? []));
  const begins = chunks.map(({ dictionary_page_offset: dictionary, data_page_offset: data }) =>
    Math.min(Number(dictionary || data), Number(data)),
  );
  const ends = chunks.map(({ total_compressed_size }, i) => (begins[i] ?? 0) + Number(total_compressed_size));
  return chunks.length === 0
    ? { from: 0, to: 0 }
    : { from: begins.reduce((a, b) => Math.min(a, b)), to: ends.reduce((a, b) => Math.max(a, b)) };
}

/** As the library wants a file of which it asks for parts. */
const bufferOf = ({ size, parts }: Parts): AsyncBuffer => ({
  byteLength: size,
  slice(start, end = size) {
    const part = parts.find(({ from, bytes }) => from <= start && end <= from + bytes.length);
    if (part === undefined) throw new Error('these bytes are not in the file, or not given');
    const at = part.bytes.byteOffset - part.from;
    return part.bytes.buffer.slice(at + start, at + end) as ArrayBuffer;
  },
});

/**
 * Names of the columns themselves: the first element is the root, and nested ones follow their parent.
 * Undefined where some are missing.
 */
function topLevel(schema: readonly SchemaElement[]): string[] | undefined {
  const names: string[] = [];
  let nested = 0; // elements still to come that belong to the column before
  for (const { name, num_children: children = 0 } of schema.slice(1)) {
    if (nested === 0) names.push(name);
    else nested--;
    nested += Math.max(0, children);
  }
  return nested === 0 ? names : undefined;
}

async function firstRows(file: AsyncBuffer, metadata: FileMetaData, tree: Tree, rowEnd: number) {
  const raw = { ...metadata, schema: rawSchema(metadata.schema) };
  const rows: Record<string, unknown>[] = Array.from({ length: rowEnd }, () => ({}));
  const failed = new Map<string, string[]>();
  const shown = tree.children.slice(0, SHOWN_COLUMNS);
  for (const column of shown) {
    const { name } = column.element;
    const cells = await cellsOf(file, raw, column, rowEnd);
    if (cells.ok) for (const [i, row] of rows.entries()) row[name] = cells.values[i] ?? null;
    else failed.set(cells.reason, [...(failed.get(cells.reason) ?? []), name]);
  }
  const notes = [...failed].map(([reason, names]) => `${listed(names)} can't be shown: ${reason}.`);
  const more = tree.children.length - shown.length;
  if (more > 0) notes.push(`Of its rows only the first ${SHOWN_COLUMNS} columns are shown (${more} more).`);
  const isNothing = failed.size > 0 && [...failed.values()].flat().length === shown.length;
  return { first: isNothing ? [] : rows.map(rowText), notes };
}

type Cells = { ok: true; values: unknown[] } | { ok: false; reason: string };

async function cellsOf(
  file: AsyncBuffer,
  metadata: FileMetaData,
  column: Tree,
  rowEnd: number,
): Promise<Cells> {
  const { name } = column.element;
  const groups = groupsOf(metadata, rowEnd);
  const chunks = groups.flatMap(({ columns }) =>
    columns.filter(({ meta_data }) => meta_data?.path_in_schema[0] === name || meta_data === undefined),
  );
  if (
    chunks.some(({ crypto_metadata, meta_data }) => crypto_metadata !== undefined || meta_data === undefined)
  ) {
    return { ok: false, reason: 'it is encrypted, and whoever wrote it has the keys' };
  }
  const unpacked = chunks.reduce(
    (sum, { meta_data }) => sum + Number(meta_data?.total_uncompressed_size ?? 0),
    0,
  );
  if (unpacked > COLUMN_BYTES) return { ok: false, reason: 'it is too large to be unpacked here' };
  const codec = chunks.map(({ meta_data }) => meta_data?.codec ?? 'unknown').find((used) => !READ.has(used));
  if (codec !== undefined) {
    return { ok: false, reason: `it is packed with ${codec}, which is not read here: pyarrow or Spark may` };
  }
  try {
    const values: unknown[] = [];
    await parquetRead({
      file,
      metadata: { ...metadata, row_groups: groups },
      columns: [name],
      rowEnd,
      utf8: false,
      geoparquet: false,
      compressors: codecs,
      parsers,
      onComplete: (rows) => void values.push(...rows.map(([value]) => readable(value, column))),
    });
    return { ok: true, values };
  } catch (error) {
    return { ok: false, reason: reasonOf(error) };
  }
}

/** Groups of rows that have the first ones; empty ones are left out. */
function groupsOf({ row_groups }: FileMetaData, rowEnd: number): FileMetaData['row_groups'] {
  const groups: FileMetaData['row_groups'] = [];
  let rows = 0;
  for (const group of row_groups) {
    if (rows >= rowEnd) break;
    rows += Number(group.num_rows);
    if (group.num_rows > 0n) groups.push(group);
  }
  return groups;
}

/** What its library throws of data that is not as it is said to be tells people nothing. */
function reasonOf(error: unknown): string {
  const said = error instanceof Error ? error.message : '';
  const encoding = /^parquet unsupported encoding: (\w+)/.exec(said)?.[1];
  if (encoding !== undefined && encoding !== 'undefined') {
    return `it is written in the encoding ${encoding}, which is not read here: pyarrow may`;
  }
  if (/^parquet (?:list|map|struct)/.test(said)) return 'its nested columns are not as its schema says';
  return 'its pages are not what the footer says: it is broken, or written by a faulty program';
}
