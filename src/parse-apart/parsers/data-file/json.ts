import { JSON_DEPTH, parsedJson, parseJson } from '../../../lib/json.ts';
import { broken, FIRST_ROWS, isRecord, listed, type Read, rowText, type TextInput } from './file.ts';
import { type JsonPart, jsonParts } from './json-parts.ts';

/** More columns, or longer names, can't be told of. */
const COLUMNS = 10_000;
const LOOKED_THROUGH = 1_000;

/** Objects one after another: JSON Lines, or objects with nothing between them. */
export function readJsonLines(input: TextInput): Read {
  const rows = new Rows();
  let line = 0;
  const { text, isPart } = input;
  for (let at = 0; at < text.length; ) {
    const newline = text.indexOf('\n', at);
    const end = newline === -1 ? text.length : newline;
    const written = text.slice(at, end);
    const isCut = isPart && newline === -1;
    at = end + 1;
    line++;
    if (isCut || written.trim() === '') continue;
    const row = parsedJson(written);
    if (!isRecord(row)) return readOtherwise(input, line, row);
    rows.add(row, written);
  }
  return rows.isEmpty && isPart ? readInParts(input) : rows.file('jsonl');
}

/** One value: a list of objects, or what holds one. */
export function readWholeJson(input: TextInput): Read {
  const { text, isPart } = input;
  const value = isPart ? undefined : parsedJson(text);
  if (value === undefined) return readInParts(input);
  return rowsOfValue(value, text);
}

function rowsOfValue(value: unknown, text: string, notes: readonly string[] = []): Read {
  if (Array.isArray(value)) return listOfRows(value, text, notes);
  if (!isRecord(value)) return broken(NO_ROWS);
  const splits = splitsOf(value);
  if (splits.length > 1) {
    return broken(
      `it has several lists of rows (${listed(splits)}): write each into a file of its own, or load each with field="${splits[0]}"`,
    );
  }
  const table = tableOf(value);
  if (table === undefined) return broken(`${NO_ROWS}, and this is one object (${keysOf(value)})`);
  return rowsOfTable(table, notes);
}

const NO_ROWS = 'it is not a list of objects: one object a row is what can be loaded';
const keysOf = (value: Record<string, unknown>) => {
  const keys = Object.keys(value);
  return keys.length === 0 ? 'without fields' : `with ${listed(keys)}`;
};

function listOfRows(items: readonly unknown[], text: string, notes: readonly string[] = []): Read {
  const wrong = items.findIndex((item) => !isRecord(item));
  if (wrong !== -1) {
    const kind = Array.isArray(items[wrong])
      ? 'a list'
      : items[wrong] === null
        ? 'null'
        : `a ${typeof items[wrong]}`;
    return broken(`${NO_ROWS}, and item ${wrong + 1} is ${kind}`);
  }
  const rows = new Rows();
  const written = jsonParts(text, FIRST_ROWS, false).parts; // numbers as they stand there
  for (const [i, item] of items.entries()) {
    if (isRecord(item)) rows.add(item, written[i]?.text);
  }
  return rows.file('json', notes);
}

/** Lists of rows that are called as splits are. */
const splitsOf = (value: Record<string, unknown>): string[] =>
  Object.entries(value).flatMap(([name, list]) =>
    SPLIT.test(name) && Array.isArray(list) && list.length > 0 && list.every(isRecord) ? [name] : [],
  );
const SPLIT = /^(?:train|test|valid|validation|val|dev|eval)\w{0,20}$/i;

/** Rows of an object: as a list in one of its fields, or as columns. */
type Table = { rows: Record<string, unknown>[]; columns: string[]; count: number; note: string | undefined };

function tableOf(value: Record<string, unknown>): Table | undefined {
  const entries = Object.entries(value);
  const { columns: named, data } = value;
  if (isTexts(named) && Array.isArray(data) && data.every(Array.isArray)) {
    const rows = data.map((cells: unknown[]) => Object.fromEntries(named.map((name, i) => [name, cells[i]])));
    return {
      rows,
      columns: named,
      count: rows.length,
      note: 'It is written as pandas does with orient="split".',
    };
  }
  const lists = entries.filter(([, list]) => Array.isArray(list) && list.length > 0 && list.every(isRecord));
  const [only] = lists;
  if (only !== undefined && lists.length === 1) {
    const [field, rows] = only as [string, Record<string, unknown>[]];
    const columns = columnsOf(rows);
    return {
      rows,
      columns,
      count: rows.length,
      note: `Its rows are in "${field}": load_dataset("json", field="${field}").`,
    };
  }
  return columnsTable(entries);
}

function columnsTable(entries: readonly (readonly [string, unknown])[]): Table | undefined {
  if (entries.length === 0) return undefined;
  const columns = entries.map(([name]) => name);
  const cells = entries.map(([, column]) =>
    Array.isArray(column) ? column : isRecord(column) ? Object.values(column) : undefined,
  );
  const [count] = cells.map((column) => column?.length);
  if (count === undefined || cells.some((column) => column?.length !== count)) return undefined;
  const areLists = entries.every(([, column]) => Array.isArray(column));
  const keys = new Set(entries.map(([, column]) => Object.keys(column as object).join('\n')));
  if (!areLists && keys.size > 1) return undefined;
  // {"train": {"a": 1}} is no table of columns: only where rows are counted, as pandas does, it is one.
  if (!areLists && !/^0(?:\n|$)/.test([...keys][0] ?? '')) return undefined;
  const rows = Array.from({ length: Math.min(count, FIRST_ROWS) }, (_, i) =>
    Object.fromEntries(columns.map((name, c) => [name, cells[c]?.[i]])),
  );
  return { rows, columns, count, note: 'It is one object of columns, not of rows.' };
}

function rowsOfTable({ rows, columns, count, note }: Table, notes: readonly string[]): Read {
  if (count === 0) return broken('it has no rows');
  return {
    ok: true,
    format: 'json',
    columns,
    rows: count,
    first: rows.slice(0, FIRST_ROWS).map(rowText),
    notes: [...notes, ...(note === undefined ? [] : [note])],
  };
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string');

const columnsOf = (rows: readonly Record<string, unknown>[]): string[] => [
  ...new Set(rows.slice(0, LOOKED_THROUGH).flatMap((row) => Object.keys(row))),
];

/** A line that is no object: the whole may be one list, objects over several lines, or half-written. */
function readOtherwise(input: TextInput, line: number, value: unknown): Read {
  if (value !== undefined && !Array.isArray(value)) return broken(`line ${line} is not a JSON object`);
  const read = readInParts(input);
  if (read.ok || (Array.isArray(value) && line === 1)) return read;
  const isTold = read.reason === HALF || read.reason.startsWith(NO_ROWS) || read.reason.startsWith(NO_WHOLE);
  return broken(isTold ? `line ${line} is not a JSON object` : read.reason);
}

const HALF = 'it is not valid JSON (half-written?)';
const NO_WHOLE = 'it has no rows';

/** Goes over the values that stand in a text, or in the list that it is, one by one. */
function readInParts({ text, isPart }: TextInput): Read {
  const found = jsonParts(text, Infinity, isPart);
  const rows = new Rows();
  let mended = 0;
  for (const part of found.parts) {
    const row = parsedJson(part.text) ?? mendedJson(part);
    if (row === undefined) return broken(whyNot(part));
    if (part.isMended) mended++;
    if (!found.isList && found.parts.length === 1 && !isPart) {
      return rowsOfValue(row, part.text, part.isMended ? [MENDED] : []);
    }
    if (!isRecord(row)) return broken(`${NO_ROWS}, and line ${part.line} has something else`);
    rows.add(row, part.isMended ? undefined : part.text);
  }
  if (!found.isClosed && !isPart) return broken(HALF);
  const notes = [
    ...(mended > 0 || found.hasTrailingComma ? [MENDED] : []),
    ...(!found.isList && found.parts.length > 1 && rows.hasLineBreaks
      ? ['Its objects go over several lines: JSON Lines wants each on a line of its own.']
      : []),
  ];
  if (isPart && found.parts.length === 0) return broken('no whole row is in what was read of it');
  return rows.file(found.isList ? 'json' : 'jsonl', notes);
}

const MENDED =
  'It is not strict JSON (NaN, Infinity or a comma too many, as Python may write them): some readers refuse it.';

/** As Python reads it: NaN and Infinity stand for numbers. They are given as texts. */
function mendedJson(part: JsonPart): unknown {
  const value = parsedJson(part.repaired());
  if (value !== undefined) part.isMended = true;
  return value;
}

function whyNot({ text }: JsonPart): string {
  if (/^\{\s*'/.test(text)) {
    return 'it is written with single quotes, as Python prints a dict, which is no JSON: write it with json.dumps';
  }
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof SyntaxError && error.message.includes('nested')) {
      return `one of its values is nested deeper than ${JSON_DEPTH} levels`;
    }
  }
  return HALF;
}

/** Rows that lead columns of their own: a column is one that any of the first thousand has. */
class Rows {
  readonly #columns = new Set<string>();
  readonly #first: string[] = [];
  #rows = 0;
  hasLineBreaks = false;

  get isEmpty(): boolean {
    return this.#rows === 0;
  }

  /** `written`: how it stands in the file, so that its numbers are told as exactly. */
  add(row: Record<string, unknown>, written?: string): void {
    if (this.#rows < LOOKED_THROUGH && this.#columns.size <= COLUMNS) {
      for (const name of Object.keys(row)) this.#columns.add(name);
      if (written?.includes('\n')) this.hasLineBreaks = true;
    }
    if (this.#rows++ < FIRST_ROWS) this.#first.push(rowText(exact(row, written)));
  }

  file(format: 'json' | 'jsonl', notes: readonly string[] = []): Read {
    if (this.#rows === 0) return broken(NO_WHOLE);
    const columns = [...this.#columns];
    return { ok: true, format, columns, rows: this.#rows, first: this.#first, notes: [...notes] };
  }
}

/** The same row, with numbers that no double holds as they are written. */
function exact(row: Record<string, unknown>, written: string | undefined): Record<string, unknown> {
  if (written === undefined || !/\d{16}/.test(written)) return row;
  const parse: (
    text: string,
    reviver: (key: string, value: unknown, context?: { source?: string }) => unknown,
  ) => unknown = JSON.parse;
  const again = parse(written, (_key, value, context) =>
    typeof value === 'number' &&
    context?.source !== undefined &&
    /\d{16}/.test(context.source) &&
    Number.isFinite(value)
      ? JSON.rawJSON(context.source)
      : value,
  );
  return isRecord(again) ? again : row;
}
