import { parse } from 'csv-parse/sync';
import { parquetMetadataAsync } from 'hyparquet';
import { messageOf } from '../ops/errors.ts';
import { parsedJson } from '../ops/json.ts';

/** What is in a file of rows, or what is wrong with it. `first` are rows as objects; none of a Parquet file. */
export type DataFile =
  | {
      ok: true;
      format: 'csv' | 'json' | 'jsonl' | 'parquet';
      columns: string[];
      rows: number;
      first: unknown[];
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

const FIRST_ROWS = 3;

/** Reads a CSV, TSV, JSON, JSON Lines or Parquet file; the reason tells where it is broken. */
export async function readDataFile(name: string, content: Uint8Array): Promise<DataFile> {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const read = FORMATS[name.split('.').at(-1)?.toLowerCase() ?? ''];
  if (read === undefined) return broken(`it is none of ${DATA_EXTENSIONS.join(', ')}`);
  if (bytes.length === 0) return broken('it is empty');
  try {
    return await read(bytes);
  } catch (error) {
    return broken(messageOf(error));
  }
}

const broken = (reason: string): DataFile => ({ ok: false, reason });

function table(bytes: Buffer, delimiter: string): DataFile {
  const rows = parse(bytes, { bom: true, delimiter, skip_empty_lines: true }) as string[][];
  const [header = [], ...body] = rows;
  if (new Set(header).size < header.length) return broken('two of its columns have the same name');
  const first = body
    .slice(0, FIRST_ROWS)
    .map((row) => Object.fromEntries(header.map((name, i) => [name, row[i]])));
  return { ok: true, format: 'csv', columns: header, rows: body.length, first };
}

function jsonLines(bytes: Buffer): DataFile {
  const lines = bytes.toString('utf8').split('\n');
  const rows: Record<string, unknown>[] = [];
  for (const [i, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const row = parsedJson(line);
    if (!isRecord(row)) return broken(`line ${i + 1} is not a JSON object`);
    rows.push(row);
  }
  return ofRecords('jsonl', rows);
}

function wholeJson(bytes: Buffer): DataFile {
  const value = parsedJson(bytes.toString('utf8'));
  if (value === undefined) return broken('it is not valid JSON (half-written?)');
  if (!Array.isArray(value) || !value.every(isRecord)) {
    return broken('it is not a list of objects: one object a row is what can be loaded');
  }
  return ofRecords('json', value);
}

function ofRecords(format: 'json' | 'jsonl', rows: Record<string, unknown>[]): DataFile {
  if (rows.length === 0) return broken('it has no rows');
  const columns = [...new Set(rows.slice(0, 1_000).flatMap((row) => Object.keys(row)))];
  return { ok: true, format, columns, rows: rows.length, first: rows.slice(0, FIRST_ROWS) };
}

async function parquet(bytes: Buffer): Promise<DataFile> {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const { schema, num_rows } = await parquetMetadataAsync(file);
  const columns = topLevel(schema);
  return { ok: true, format: 'parquet', columns, rows: Number(num_rows), first: [] };
}

/** Names of the columns themselves: the first element is the root, and nested ones follow their parent. */
function topLevel(schema: readonly { name: string; num_children?: number | undefined }[]): string[] {
  const names: string[] = [];
  let i = 1;
  const skip = () => {
    const children = schema[i++]?.num_children ?? 0;
    for (let child = 0; child < children; child++) skip();
  };
  while (i < schema.length) {
    names.push(schema[i]?.name ?? '');
    skip();
  }
  return names;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
