import { messageOf } from '../../lib/errors.ts';
import { type FileKind, fileKind } from '../../lib/file-kinds.ts';
import { capped } from '../../lib/output.ts';
import { decodedText } from '../../lib/text-encoding.ts';
import { readTable } from './data-file/csv.ts';
import { broken, type DataFile, listed, type Read, type TextInput } from './data-file/file.ts';
import { readJsonLines, readWholeJson } from './data-file/json.ts';
import { unpacked } from './data-file/packed.ts';
import { type Parts, readParquet, readParts } from './data-file/parquet.ts';

export type { DataFile } from './data-file/file.ts';

/** A file of rows by its name; `isPart` where only its beginning was read. */
export type DataInput = { name: string; bytes: Uint8Array; isPart?: boolean };

const TEXT_FORMATS: Readonly<Record<string, (input: TextInput) => Read>> = {
  csv: (input) => readTable(input, ','),
  tsv: (input) => readTable(input, '\t'),
  tab: (input) => readTable(input, '\t'),
  psv: (input) => readTable(input, '|'),
  json: readWholeJson,
  jsonl: readJsonLines,
  ndjson: readJsonLines,
};
const PARQUET = ['parquet', 'pq', 'parq'];
const NAMED = ['csv', 'tsv', 'json', 'jsonl', 'ndjson', 'parquet'];

/** More columns, or longer names, can't be told of. */
const COLUMNS = 10_000;
const NAMES_CHARACTERS = 500_000;

/**
 * Reads a CSV, TSV, JSON, JSON Lines or Parquet file, also one that is packed; the reason tells where it is
 * broken, or what stands in its place.
 */
export async function readDataFile({ name, bytes, isPart = false }: DataInput): Promise<DataFile> {
  try {
    const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return bounded(await read(name, content, isPart, 0));
  } catch (error) {
    if (error instanceof RangeError) throw error; // a limit of V8's own
    const isOwn = error instanceof Error && error.constructor === Error;
    return broken(isOwn ? capped(messageOf(error), 1_000) : 'it is broken, or not what its name says');
  }
}

/** A Parquet file of which only parts were read, its end among them. */
export async function readParquetParts(parts: Parts): Promise<DataFile> {
  const file = await readParts(parts);
  return file.ok ? bounded({ ...file, isPart: false }) : file;
}

/** A packed file within a packed file, and no more. */
const LAYERS = 3;

async function read(name: string, bytes: Buffer, isPart: boolean, layer: number): Promise<DataFile> {
  if (bytes.length === 0) return broken(isPart ? 'nothing of it was read' : 'it is empty');
  const form = layer < LAYERS ? unpacked(name, bytes, isPart) : undefined;
  const kind = fileKind(bytes);
  if (kind !== undefined && NO_ROWS.has(kind.form)) return broken(`it is ${sentence(kind)}`);
  if (form?.kind === 'broken') return broken(form.reason);
  if (form?.kind === 'files') return broken(archive(form.names));
  if (form !== undefined) {
    const inner = await read(form.name, form.bytes, form.isPart, layer + 1);
    return inner.ok ? { ...inner, notes: [...packedNotes(name, form.name), ...inner.notes] } : inner;
  }
  const format = formatOf(name);
  if (kind?.what === PARQUET_FILE || PARQUET.includes(format)) return parquet(name, bytes, isPart);
  if (kind !== undefined) return broken(`it is ${sentence(kind)}`);
  const readText = Object.hasOwn(TEXT_FORMATS, format) ? TEXT_FORMATS[format] : undefined;
  if (readText === undefined) return broken(`it is none of ${NAMED.join(', ')}`);
  return textFile(bytes, isPart, readText);
}

const PARQUET_FILE = 'a Parquet file';
const NO_ROWS: ReadonlySet<FileKind['form']> = new Set(['workbook', 'picture', 'other']);
const sentence = ({ what, mend }: FileKind): string => (mend === undefined ? what : `${what}: ${mend}`);

/** The ending of a name, without the one that says how it is packed. */
function formatOf(name: string): string {
  const parts = name.toLowerCase().split('/').at(-1)?.split('.') ?? [];
  const last = parts.at(-1) ?? '';
  return PACKINGS.includes(last) ? (parts.at(-2) ?? '') : last;
}

const PACKINGS = ['gz', 'gzip', 'zst', 'zstd', 'br', 'snappy'];

const packedNotes = (outer: string, inner: string): string[] =>
  formatOf(outer) === formatOf(inner) ? [] : [`It was unpacked first: ${inner} is in it.`];

const archive = (names: readonly string[]): string =>
  names.length === 0
    ? 'it is an archive with nothing in it'
    : `it is an archive of ${names.length === 1 ? 'one file' : `${names.length} files`} (${listed(names, 10)}): unpack it, and use the one that is meant`;

async function parquet(name: string, bytes: Buffer, isPart: boolean): Promise<DataFile> {
  if (isPart) return broken('only its beginning was read, and a Parquet file says at its end what is in it');
  const kind = fileKind(bytes);
  if (kind !== undefined && kind.form !== 'table') return broken(`it is ${sentence(kind)}`);
  const file = await readParquet(bytes);
  if (!file.ok) return file;
  const isNamed = PARQUET.includes(formatOf(name));
  return {
    ...file,
    isPart,
    notes: [...(isNamed ? [] : ['It is a Parquet file, whatever its name says.']), ...file.notes],
  };
}

function textFile(bytes: Buffer, isPart: boolean, readText: (input: TextInput) => Read): DataFile {
  const decoded = decodedText(bytes, { isPart });
  if (!decoded.ok) return broken(`it ${decoded.reason}`);
  const { text, encoding, isGuessed } = decoded;
  if (text.trim() === '')
    return broken(isPart ? 'its beginning has nothing but blanks' : 'it has nothing but blanks');
  const isTable = readText !== readWholeJson && readText !== readJsonLines;
  if (isTable && isJson(text)) return broken(JSON_NAMED);
  const file = readText({ text: withoutEnd(text), isPart });
  if (!file.ok) return file;
  const notes = [...encodingNotes(encoding, isGuessed), ...file.notes];
  return { ...file, notes, encoding, isPart };
}

/** Programs of DOS end a text with Ctrl-Z. */
function withoutEnd(text: string): string {
  const at = text.lastIndexOf('\u001a');
  return at !== -1 && text.slice(at + 1).trim() === '' ? text.slice(0, at) : text;
}

/** Objects, or a list of them, in the place of a table. */
const isJson = (text: string): boolean =>
  /^\s{0,1000}(?:\[\s{0,1000})?\{\s{0,1000}"[^"\n]{0,1000}"\s{0,100}:/.test(text);

const JSON_NAMED =
  'it is JSON, not a table with a header: call it .json, or .jsonl where each line is an object';

function encodingNotes(encoding: string, isGuessed: boolean): string[] {
  if (encoding.startsWith('UTF-8')) return [];
  const guess = isGuessed ? 'probably in' : 'in';
  return [
    `Its text is ${guess} ${encoding}, not in UTF-8: pandas reads it with encoding="${encoding}", and iconv -f ${encoding} -t UTF-8 makes UTF-8 of it.`,
  ];
}

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
