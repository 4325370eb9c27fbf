import type { Looked } from '../hub/datasets.ts';
import type { HubRepos } from '../hub/repos.ts';
import type { ParseApart } from '../parse-apart/parse-apart.ts';
import { readDataFile } from './data-file.ts';
import { sizeText } from './hub-repos.ts';

/** Files of datasets: how to list, fetch and read them. */
export type DatasetFiles = { repos: Pick<HubRepos, 'files' | 'read'>; apart: ParseApart };

/** What a dataset's files say: which there are, and the columns and rows of one. */
export type SeenFiles = { list: string; file: SeenFile | undefined };
type SeenFile = { said: string; columns: string[]; first: string[] };

type RepoFile = { path: string; size: number };

/** So many are listed before one is chosen. */
const FILES = 5_000;
const LISTED = 20;
/** Of one file that is read; of a larger one its beginning. */
const FILE_BYTES = 20_000_000;
const HEAD_BYTES = 1_000_000;
/** Where one can't be read, another may. */
const TRIES = 3;

/** Looks at the files of a dataset, and into the one that most likely has its rows. */
export async function lookAtFiles(
  from: DatasetFiles,
  dataset: string,
  signal: AbortSignal,
): Promise<Looked<SeenFiles>> {
  const listed = await dataFilesOf(from, dataset, signal);
  if (!listed.ok) return listed;
  const { files, others, hasMore } = listed.value;
  const known = hasMore ? ` (of its first ${FILES.toLocaleString('en')} files; there are more)` : '';
  if (files.length === 0) return { ok: false, reason: nothingToRead(others, known) };
  const list = files.slice(0, LISTED).map(({ path, size }) => `- ${path} (${sizeText(size)})`);
  const more = files.length - LISTED;
  if (more > 0) list.push(`- … and ${more.toLocaleString('en')} more`);
  const tried: string[] = [];
  let file: SeenFile | undefined;
  for (const candidate of [...files].sort(likelier).slice(0, TRIES)) {
    const seen = await rowsOf(from, dataset, candidate, signal);
    if (seen.ok) file = seen.value;
    else tried.push(seen.reason);
    if (file !== undefined) break;
  }
  return { ok: true, value: { list: [`Files${known}:`, ...list, ...tried].join('\n'), file } };
}

function nothingToRead(others: readonly string[], known: string): string {
  const there =
    others.length === 0
      ? 'it has no files'
      : `it has ${others.slice(0, 10).join(', ')}${others.length > 10 ? ' …' : ''}`;
  return `It has no CSV, JSON or Parquet files that could be read instead${known}: ${there}.`;
}

type Listed = { files: RepoFile[]; others: string[]; hasMore: boolean };

/** Of a list that is cut the folder in which data usually is. */
async function dataFilesOf(
  { repos }: DatasetFiles,
  dataset: string,
  signal: AbortSignal,
): Promise<Looked<Listed>> {
  const at = { kind: 'dataset' as const, id: dataset };
  const all = await repos.files({ ...at, recursive: true }, FILES, signal);
  if (!all.ok) return all;
  const found = sorted(all.value);
  if (found.files.length > 0 || !found.hasMore) return { ok: true, value: found };
  const inData = await repos.files({ ...at, path: 'data', recursive: true }, FILES, signal);
  const more = inData.ok ? sorted(inData.value).files : [];
  return { ok: true, value: { ...found, files: more } };
}

function sorted({
  files,
  hasMore,
}: {
  files: (RepoFile & { isFolder: boolean })[];
  hasMore: boolean;
}): Listed {
  const own = files.filter(({ isFolder }) => !isFolder);
  const isData = ({ path }: RepoFile) => DATA_FILE.test(path) && !isSide(path);
  return {
    files: own.filter(isData),
    others: own.filter((file) => !isData(file)).map(({ path }) => path),
    hasMore,
  };
}

const DATA_FILE = /\.(?:csv|tsv|jsonl?|ndjson|parquet)(?:\.(?:gz|zst|br|bz2|xz))?$|\.(?:zip|tar|tgz)$/i;
const ARCHIVE = /\.(?:zip|tar|tgz|bz2|xz)$/i;

/** What describes a dataset, or belongs to the code beside it, has none of its rows. */
const SIDE =
  /^(?:dataset_infos?|state|config|configs|metadata|package(?:-lock)?|tsconfig|tokenizer(?:_config)?|special_tokens_map|vocab|generation_config|preprocessor_config|croissant|citation|licen[cs]e|readme|schema|features|stats|index|\..*)\.[a-z]+$/i;
const isSide = (path: string): boolean => {
  const parts = path.split('/');
  return SIDE.test(parts.at(-1) ?? '') || parts.slice(0, -1).some((part) => part.startsWith('.'));
};

/** What is more likely to have the rows, and can be read, comes first. */
function likelier(a: RepoFile, b: RepoFile): number {
  const [ofA, ofB] = [marks(a), marks(b)];
  const at = ofA.findIndex((mark, i) => mark !== ofB[i]);
  return at === -1 ? a.size - b.size || (a.path < b.path ? -1 : 1) : ofA[at] ? -1 : 1;
}

function marks({ path, size }: RepoFile): boolean[] {
  const isParquet = /\.parquet$/i.test(path);
  const isArchive = ARCHIVE.test(path);
  const isReadable = size > 0 && (size <= FILE_BYTES || !isArchive);
  return [
    isReadable,
    !isArchive,
    /train/i.test(path),
    /(?:^|\/)data\//i.test(path),
    SPLIT.test(path),
    isParquet,
  ];
}

const SPLIT = /(?:^|[/_.-])(?:train|test|valid|validation|val|dev|eval)(?=[/_.-])/i;

async function rowsOf(
  { repos, apart }: DatasetFiles,
  dataset: string,
  { path, size }: RepoFile,
  signal: AbortSignal,
): Promise<Looked<SeenFile>> {
  const isLarge = size > FILE_BYTES;
  if (isLarge && /\.parquet$/i.test(path))
    return ofLargeParquet({ repos, apart }, dataset, { path, size }, signal);
  if (isLarge && ARCHIVE.test(path)) {
    return {
      ok: false,
      reason: `${path} (${sizeText(size)}) is too large to be read here: load it in a job.`,
    };
  }
  const read = await repos.read(
    { kind: 'dataset', id: dataset, path },
    isLarge ? HEAD_BYTES : FILE_BYTES,
    signal,
  );
  if (!read.ok) return { ok: false, reason: `${path} could not be read: ${read.reason}` };
  const { bytes } = read.value;
  const isPart = bytes.length < read.value.size;
  const data = await readDataFile(apart, path, bytes, signal, { isPart });
  if (!data.ok) return { ok: false, reason: `${path} can't be used as it is: ${data.reason}.` };
  const rows = data.rows.toLocaleString('en');
  const count = data.isPart
    ? `At least ${rows} rows (only its first ${sizeText(bytes.length)} of ${sizeText(read.value.size)} were read)`
    : `${rows} rows`;
  const said = [`## ${path}\n${count}; columns: ${data.columns.join(', ')}`, ...data.notes].join('\n');
  return { ok: true, value: { said, columns: data.columns, first: data.first } };
}

/** The end of a Parquet file, which usually has all of its footer. */
const END_BYTES = 500_000;

/**
 * What the footer of a Parquet file says, which is at its end, and its first rows where they are not too many
 * bytes: https://parquet.apache.org/docs/file-format.
 */
async function ofLargeParquet(
  { repos, apart }: DatasetFiles,
  dataset: string,
  { path, size }: RepoFile,
  signal: AbortSignal,
): Promise<Looked<SeenFile>> {
  const at = { kind: 'dataset' as const, id: dataset, path };
  const bytesIn = (from: number, to: number) => repos.read({ ...at, from }, to - from, signal);
  let end = await bytesIn(size - END_BYTES, size);
  const needed = end.ok ? footerBytes(end.value.bytes) : 0;
  if (needed > END_BYTES && needed <= FILE_BYTES) end = await bytesIn(size - needed, size);
  if (!end.ok) return { ok: false, reason: `${path} could not be read: ${end.reason}` };
  const last = { from: size - end.value.bytes.length, bytes: end.value.bytes };
  const read = async (parts: { from: number; bytes: Uint8Array }[]) => {
    const parsed = await apart.parse('parquetParts', { size, parts }, signal);
    return parsed.ok ? parsed.value : { ok: false as const, reason: parsed.reason };
  };
  let data = await read([last]);
  const { rowsAt } = data.ok ? data : {};
  if (rowsAt !== undefined && isWithin(rowsAt, size)) {
    const first = await bytesIn(rowsAt.from, rowsAt.to);
    if (first.ok) data = await read([{ from: rowsAt.from, bytes: first.value.bytes }, last]);
  }
  if (!data.ok) return { ok: false, reason: `${path} can't be used as it is: ${data.reason}.` };
  const without = data.rowsAt === undefined ? [] : ['Its rows are too large to be shown here.'];
  const said = [
    `## ${path}\n${data.rows.toLocaleString('en')} rows (of ${sizeText(size)} its footer was read); columns: ${data.columns.join(', ')}`,
    ...data.notes,
    ...without,
  ].join('\n');
  return { ok: true, value: { said, columns: data.columns, first: data.first } };
}

/** Footers may say anything. */
const isWithin = ({ from, to }: { from: number; to: number }, size: number): boolean =>
  from >= 0 && from < to && to <= size && to - from <= FILE_BYTES;

/** As the last bytes of the file say: the length of the footer stands before the mark at the end. */
const footerBytes = (end: Buffer): number => (end.length < 8 ? 0 : end.readUInt32LE(end.length - 8) + 8);
