import { parse } from 'csv-parse/sync';
import { parquetMetadataAsync } from 'hyparquet';
import { messageOf } from '../../lib/errors.ts';
import { parsedJson } from '../../lib/json.ts';
import { capped } from '../../lib/output.ts';

/**
 * What is in a file of rows, or what is wrong with it. `first` are rows as JSON, with long texts cut; none of
 * a Parquet file.
 */
export type DataFile =
  | {
      ok: true;
      format: 'csv' | 'json' | 'jsonl' | 'parquet';
      columns: string[];
      rows: number;
      first: string[];
    }
  | { ok: false; reason: string };

const FORMATS: Readonly<Record<string, (bytes: Buffer) => Promise<DataFile> | DataFile>> = {
  csv: (bytes) => table(bytes, ','),
  tsv: (bytes) => table(bytes, '\t'),
  json: wholeJson,
  jsonl: jsonLines,
  ndjson: jsonLines,
  parquet,
};

const DATA_EXTENSIONS = Object.keys(FORMATS);

/** Of what a file holds only so much is told. */
const FIRST_ROWS = 10;
const ROW_CHARACTERS = 20_000;
const CELL_CHARACTERS = 300;
const COLUMNS = 10_000;
const NAMES_CHARACTERS = 500_000;

/** Reads a CSV, TSV, JSON, JSON Lines or Parquet file; the reason tells where it is broken. */
export async function readDataFile({
  name,
  bytes: content,
}: {
  name: string;
  bytes: Uint8Array;
}): Promise<DataFile> {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const read = FORMATS[name.split('.').at(-1)?.toLowerCase() ?? ''];
  if (read === undefined) return broken(`it is none of ${DATA_EXTENSIONS.join(', ')}`);
  if (bytes.length === 0) return broken('it is empty');
  try {
    return bounded(await read(bytes));
  } catch (error) {
    return broken(capped(messageOf(error), 1_000));
  }
}

const broken = (reason: string): DataFile => ({ ok: false, reason });

/** What would be told of it is bounded, too: it is sent to another process, and read by a model. */
function bounded(file: DataFile): DataFile {
  if (!file.ok) return file;
  const { columns } = file;
  const characters = columns.reduce((sum, { length }) => sum + length, 0);
  if (columns.length <= COLUMNS && characters <= NAMES_CHARACTERS) return file;
  return broken(
    `its columns are too many to be told of, or their names too long (${columns.length} columns)`,
  );
}

function table(bytes: Buffer, delimiter: string): DataFile {
  let header: string[] | undefined;
  let rows = 0;
  const first: string[] = [];
  parse(bytes, {
    bom: true,
    delimiter,
    skip_empty_lines: true,
    // Counted as they come: all of them at once would take ten times the memory of the file.
    on_record(record: string[]) {
      if (header === undefined) header = record;
      else if (rows++ < FIRST_ROWS) first.push(rowText(pairs(header, record)));
      return null;
    },
  });
  const columns = header ?? [];
  if (new Set(columns).size < columns.length) return broken('two of its columns have the same name');
  return { ok: true, format: 'csv', columns, rows, first };
}

const pairs = (names: readonly string[], values: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(names.map((name, i) => [name, values[i]]));

function jsonLines(bytes: Buffer): DataFile {
  const rows = new Rows();
  let line = 0;
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(NEWLINE, at);
    const text = bytes.toString('utf8', at, end === -1 ? bytes.length : end);
    at = end === -1 ? bytes.length : end + 1;
    line++;
    if (text.trim() === '') continue;
    const row = parsedJson(text);
    if (!isRecord(row)) return broken(`line ${line} is not a JSON object`);
    rows.add(row);
  }
  return rows.file('jsonl');
}

const NEWLINE = 10;

function wholeJson(bytes: Buffer): DataFile {
  const value = parsedJson(bytes.toString('utf8'));
  if (value === undefined) return broken('it is not valid JSON (half-written?)');
  if (!Array.isArray(value) || !value.every(isRecord)) {
    return broken('it is not a list of objects: one object a row is what can be loaded');
  }
  const rows = new Rows();
  for (const row of value) rows.add(row);
  return rows.file('json');
}

/** Rows that lead columns of their own: a column is one that any of the first thousand has. */
class Rows {
  readonly #columns = new Set<string>();
  readonly #first: string[] = [];
  #rows = 0;

  add(row: Record<string, unknown>): void {
    if (this.#rows < LOOKED_THROUGH && this.#columns.size <= COLUMNS) {
      for (const name of Object.keys(row)) this.#columns.add(name);
    }
    if (this.#rows++ < FIRST_ROWS) this.#first.push(rowText(row));
  }

  file(format: 'json' | 'jsonl'): DataFile {
    if (this.#rows === 0) return broken('it has no rows');
    return { ok: true, format, columns: [...this.#columns], rows: this.#rows, first: this.#first };
  }
}

const LOOKED_THROUGH = 1_000;

/** A row as JSON, with its long texts cut. Throws where it is nested so deeply that nobody could read it. */
function rowText(row: Record<string, unknown>): string {
  try {
    const shortened = (_key: string, value: unknown) =>
      typeof value === 'string' ? capped(value, CELL_CHARACTERS) : value;
    return capped(JSON.stringify(row, shortened), ROW_CHARACTERS);
  } catch (error) {
    throw new Error('one of its first rows is nested too deeply', { cause: error });
  }
}

async function parquet(bytes: Buffer): Promise<DataFile> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const { schema, num_rows } = await parquetMetadataAsync(file);
  const columns = topLevel(schema);
  if (columns === undefined) return broken('its schema names fewer columns than it says that there are');
  return { ok: true, format: 'parquet', columns, rows: Number(num_rows), first: [] };
}

/**
 * Names of the columns themselves: the first element is the root, and nested ones follow their parent.
 * Undefined where some are missing.
 */
function topLevel(
  schema: readonly { name: string; num_children?: number | undefined }[],
): string[] | undefined {
  const names: string[] = [];
  let nested = 0; // elements still to come that belong to the column before
  for (const { name, num_children: children = 0 } of schema.slice(1)) {
    if (nested === 0) names.push(name);
    else nested--;
    nested += Math.max(0, children);
  }
  return nested === 0 ? names : undefined;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
