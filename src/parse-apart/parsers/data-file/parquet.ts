import { type FileMetaData, parquetMetadataAsync, parquetRead, type SchemaElement } from 'hyparquet';
import { broken, FIRST_ROWS, listed, type Read, rowText } from './file.ts';
import { codecs, READ } from './parquet-codecs.ts';
import { parsers, rawSchema, readable, schemaTree, type Tree } from './parquet-values.ts';

/** Columns of more bytes, unpacked, are not unpacked for the sake of a few rows. */
const COLUMN_BYTES = 200_000_000;
/** Rows of so many columns are shown; of wider ones only the first columns. */
const SHOWN_COLUMNS = 200;

/** The columns of a Parquet file, with its first rows as far as they can be read. */
export async function readParquet(bytes: Buffer): Promise<Read> {
  const wrong = outside(bytes);
  if (wrong !== undefined) return broken(wrong);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const metadata = await footerOf(file);
  if (metadata === undefined) return broken('its footer, which says what is in it, is broken');
  const names = topLevel(metadata.schema);
  if (names === undefined) return broken('its schema names fewer columns than it says that there are');
  const tree = schemaTree(metadata.schema);
  // Some programs leave the number of all rows out.
  const counted = metadata.row_groups.reduce((sum, { num_rows }) => sum + num_rows, 0n);
  const rows = Math.max(Number(metadata.num_rows), Number(counted));
  const { first, notes } =
    rows > 0
      ? await firstRows(file, metadata, tree, Math.min(FIRST_ROWS, rows))
      : { first: [], notes: ['It has columns and no rows.'] };
  return { ok: true, format: 'parquet', columns: names, rows, first, notes };
}

/** What is wrong with a file that does not begin and end as Parquet does. */
function outside(bytes: Buffer): string | undefined {
  const [begins, ends] = [bytes.toString('latin1', 0, 4), bytes.toString('latin1', bytes.length - 4)];
  if (begins === 'PARE' || ends === 'PARE') {
    return 'it is encrypted, down to the names of its columns: whoever wrote it has the keys';
  }
  if (begins !== 'PAR1' && ends !== 'PAR1') return 'it is no Parquet file: it does not begin as one does';
  if (begins !== 'PAR1') return 'its beginning is missing or broken';
  if (ends !== 'PAR1' || bytes.length < 12) {
    return 'it is cut off: a Parquet file ends with a footer that says what is in it, and this one has none (was it downloaded as a whole?)';
  }
  if (bytes.readUInt32LE(bytes.length - 8) > bytes.length - 12) {
    return 'its footer is said to be longer than the file: it is cut or broken';
  }
  return undefined;
}

/** What its library throws of a broken footer says nothing to people. */
async function footerOf(file: ArrayBuffer): Promise<FileMetaData | undefined> {
  try {
    return await parquetMetadataAsync(file, { geoparquet: false });
  } catch (error) {
    if (error instanceof RangeError && /allocation|string length|call stack/.test(error.message)) throw error;
    return undefined;
  }
}

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

async function firstRows(file: ArrayBuffer, metadata: FileMetaData, tree: Tree, rowEnd: number) {
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
  file: ArrayBuffer,
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
