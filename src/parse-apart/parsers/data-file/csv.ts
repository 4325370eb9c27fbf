import { columnNotes } from './csv-columns.ts';
import { type Dialect, dialectOf } from './csv-dialect.ts';
import { type CsvRecord, eachRecord } from './csv-records.ts';
import { broken, FIRST_ROWS, listed, type Read, rowText, type TextInput } from './file.ts';

/** So many rows, and cells of them, tell what columns hold. */
const SAMPLE_ROWS = 1_000;
const SAMPLE_CELLS = 200_000;

/** All that is found out on the way through a table. */
type Found = {
  header: CsvRecord | undefined;
  rows: number;
  sample: string[][];
  cells: number;
  comments: number;
  short: { rows: number; line: number } | undefined;
  long: { rows: number; line: number; fields: number; isAlike: boolean } | undefined;
  /** A blank stands before quotes, which then are none. */
  hasLooseQuotes: boolean;
  /** Rows with nothing but empty fields after those of the header. */
  trailing: number;
};

/** A table of fields with a header, as pandas reads it; `usual` is the delimiter that its name says. */
export function readTable({ text, isPart }: TextInput, usual: string): Read {
  const dialect = dialectOf(text, usual);
  const { found, unclosed } = pass(text.slice(dialect.from), dialect, isPart);
  const before = linesBefore(text, dialect.from);
  if (unclosed !== undefined && !isPart) {
    return broken(
      `the quote that is opened in line ${unclosed + before} is never closed: is the file cut off? A quote within a text has to be doubled`,
    );
  }
  const { header } = found;
  if (header === undefined) {
    return broken(
      isPart ? 'its first line is longer than what was read' : 'it has nothing but blank lines and comments',
    );
  }
  const columns = namesOf(header.fields);
  const isIndexed = isIndexLeft(found, columns.length);
  if (found.long !== undefined && !isIndexed) return broken(tooLong(found, columns.length, before));
  const names = isIndexed ? ['(row names)', ...columns] : columns;
  return {
    ok: true,
    format: 'csv',
    columns: names,
    rows: found.rows,
    first: found.sample.slice(0, FIRST_ROWS).map((fields) => rowText(pairs(names, fields))),
    notes: [
      ...dialectNotes(dialect, usual),
      ...headerNotes(header.fields, columns, found, isPart),
      ...(isIndexed ? [INDEXED] : []),
      ...lengthNotes(found, before),
      ...columnNotes(names, found.sample),
    ],
  };
}

function pass(text: string, { delimiter }: Dialect, isPart: boolean) {
  const found: Found = {
    header: undefined,
    rows: 0,
    sample: [],
    cells: 0,
    comments: 0,
    short: undefined,
    long: undefined,
    hasLooseQuotes: false,
    trailing: 0,
  };
  const { unclosed } = eachRecord(text, delimiter, (record, isLast) => {
    if (record.isBlank) return undefined;
    if (isLast && isPart) return false;
    if (found.header === undefined) found.header = record;
    else if (isComment(record, found.header)) found.comments++;
    else addRow(found, found.header.fields.length, record);
    return undefined;
  });
  return { found, unclosed };
}

/** A line within a table that begins with # and has no fields is none of its rows. */
const isComment = ({ fields }: CsvRecord, header: CsvRecord): boolean =>
  fields.length === 1 && header.fields.length > 1 && fields[0]?.startsWith('#') === true;

function addRow(found: Found, width: number, { fields, line }: CsvRecord): void {
  found.rows++;
  if (fields.length < width) {
    found.short ??= { rows: 0, line };
    found.short.rows++;
  } else if (fields.length > width) {
    if (fields.slice(width).every((field) => field.trim() === '')) found.trailing++;
    else {
      found.long ??= { rows: 0, line, fields: fields.length, isAlike: true };
      found.long.rows++;
      found.hasLooseQuotes ||= fields.some((field) => /^[ \t]+"/.test(field));
    }
  }
  if (found.long !== undefined && fields.length !== found.long.fields) found.long.isAlike = false;
  if (found.sample.length < SAMPLE_ROWS && found.cells < SAMPLE_CELLS) {
    found.sample.push(fields);
    found.cells += fields.length;
  }
}

/** Where every row has one field more than the header, as R writes them, the first is the name of the row. */
const isIndexLeft = ({ long, rows, trailing, hasLooseQuotes }: Found, width: number): boolean =>
  long !== undefined &&
  !hasLooseQuotes &&
  width > 1 &&
  long.fields === width + 1 &&
  long.rows + trailing === rows &&
  long.isAlike;

const INDEXED =
  'Each row has one field more than the header: the first is taken for the name of the row, as pandas does.';

/** What is missing at the end of a row is null, as in pandas. */
const pairs = (names: readonly string[], values: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(names.map((name, i) => [name, values[i] ?? null]));

/** Names as pandas gives them: of two with one name the second is `name.1`, one without is `Unnamed: 0`. */
function namesOf(header: readonly string[]): string[] {
  const taken = new Set(header);
  const used = new Set<string>();
  const counts = new Map<string, number>();
  return header.map((written, i) => {
    const given = written === '' ? `Unnamed: ${i}` : written;
    let name = given;
    let n = counts.get(given) ?? 0;
    while (used.has(name)) {
      n++;
      const next = `${given}.${n}`;
      name = taken.has(next) ? name : next;
    }
    counts.set(given, n);
    used.add(name);
    return name;
  });
}

const quoted = (delimiter: string) => (delimiter === '\t' ? '"\\t"' : `"${delimiter}"`);
const WORDS: Readonly<Record<string, string>> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'bars',
};

function dialectNotes({ delimiter, isSaid, comments }: Dialect, usual: string): string[] {
  const notes: string[] = [];
  const skipped = (isSaid ? 1 : 0) + comments;
  if (isSaid) notes.push(`Its first line, "sep=${delimiter}", is for Excel alone.`);
  if (comments > 0)
    notes.push(`${comments} ${comments === 1 ? 'line' : 'lines'} of comments stand before its header.`);
  if (delimiter !== usual)
    notes.push(`Its fields are separated by ${WORDS[delimiter] ?? quoted(delimiter)}.`);
  const options = [
    ...(delimiter === ',' ? [] : [`sep=${quoted(delimiter)}`]),
    ...(skipped > 0 ? [`skiprows=${skipped}`] : []),
  ];
  const isUsual = delimiter === usual && skipped === 0;
  if (!isUsual && options.length > 0)
    notes.push(`pandas and load_dataset read it with ${options.join(', ')}.`);
  return notes;
}

function headerNotes(
  header: readonly string[],
  columns: readonly string[],
  { sample, rows, comments }: Found,
  isPart: boolean,
): string[] {
  const notes: string[] = [];
  const renamed = columns.filter((name, i) => header[i] !== '' && header[i] !== name);
  if (renamed.length > 0) {
    notes.push(`Some columns have the same name: they are called ${listed(renamed)} here, as pandas does.`);
  }
  const unnamed = columns.filter((_, i) => header[i] === '');
  const isIndex = header[0] === '' && sample.length > 0 && sample.every((row) => /^\d+$/.test(row[0] ?? ''));
  if (isIndex) {
    notes.push(
      `${columns[0]} is a column without a name that counts the rows, as pandas writes its index: index=False leaves it out.`,
    );
  }
  const nameless = unnamed.filter((name) => !(isIndex && name === columns[0]));
  const isEmpty =
    sample.length > 0 &&
    nameless.every((name) => sample.every((row) => (row[columns.indexOf(name)] ?? '') === ''));
  if (nameless.length > 0) {
    // Of rows that were not looked at nobody knows.
    const value =
      isPart || rows > sample.length ? `, in its first ${sample.length} rows, a value` : ' a value';
    notes.push(
      isEmpty
        ? `${listed(nameless)} have neither a name nor${value}, as Excel leaves columns: drop them.`
        : `Some columns have no name: they are called ${listed(nameless)}, as pandas does.`,
    );
  }
  const blanks = columns.filter((name) => name !== name.trim());
  if (blanks.length > 0)
    notes.push(
      `Blanks belong to the names of some columns: ${listed(blanks.map((name) => JSON.stringify(name)))}.`,
    );
  if (rows === 0)
    notes.push(isPart ? 'No whole row is in what was read of it.' : 'It has a header and no rows.');
  if (rows > 0 && header.every((name) => /^[-+]?\d+(?:\.\d+)?$/.test(name))) {
    notes.push(
      'Its first line looks like a row, not like names of columns: is the header missing (header=None)?',
    );
  }
  if (comments > 0) notes.push(`Lines that begin with # are left out: ${comments} (comment="#").`);
  return notes;
}

function lengthNotes({ short, trailing }: Found, before: number): string[] {
  const notes: string[] = [];
  if (short !== undefined) {
    const which = short.rows === 1 ? 'A row has' : `${short.rows} rows have`;
    notes.push(
      `${which} fewer fields than the header (line ${short.line + before} first): the rest is null there.`,
    );
  }
  if (trailing > 0) {
    notes.push(
      `${trailing} rows end with more delimiters than the header has: what follows is empty (index_col=False).`,
    );
  }
  return notes;
}

function tooLong({ long, header, rows, hasLooseQuotes }: Found, width: number, before: number): string {
  const { line = 0, fields = 0 } = long ?? {};
  const at = `line ${line + before} has ${fields} fields, and the header has ${width}`;
  if (width === 1 && long?.rows === rows) {
    return `${at}: is line ${(header?.line ?? 1) + before} a title and not the header (skiprows=${(header?.line ?? 1) + before})?`;
  }
  if (hasLooseQuotes) {
    return `${at}: a blank stands before quotes, which then do not count (skipinitialspace=True), or a text with a delimiter lacks its quotes`;
  }
  return `${at}: a text that holds the delimiter has to be in quotes`;
}

const linesBefore = (text: string, from: number): number =>
  text.slice(0, from).split(/\r\n|\n|\r/).length - 1;
