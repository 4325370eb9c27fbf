import { readFileSync } from 'node:fs';
import { messageOf } from '../lib/errors.ts';

/** What a `.env` says: values as they are written, the lines they are on, and what is wrong with it. */
export type DotEnv = {
  values: Readonly<Record<string, string>>;
  /** The names whose value may refer to others with `${NAME}`: all but those in single quotes. */
  open: ReadonlySet<string>;
  lineOf: Readonly<Record<string, number>>;
  faults: readonly string[];
  warnings: readonly string[];
  /** Every assignment, in order, those that another one overrules too. */
  assignments: readonly Assignment[];
};

/** Where an assignment stands: its first line (from 0), how many it has, the comment after its value. */
type Assignment = { name: string; at: number; lines: number; comment: string };

type Found = {
  values: Record<string, string>;
  open: Set<string>;
  lineOf: Record<string, number>;
  faults: string[];
  warnings: string[];
  assignments: Assignment[];
};

const nothing = (faults: string[] = []): Found => ({
  values: {},
  open: new Set(),
  lineOf: {},
  faults,
  warnings: [],
  assignments: [],
});

/**
 * Reads a `.env`; one that is not there is empty. Nothing of a value is ever in a message: it may be a
 * secret.
 */
export function readDotEnv(file: string): DotEnv {
  try {
    return parseDotEnv(readFileSync(file), file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return nothing();
    if (code === 'EISDIR')
      return nothing([`${file} is a directory, but has to be a file of NAME=value lines.`]);
    return nothing([
      `${file} can't be read (${messageOf(error)}). Let the user that the bot runs as read it.`,
    ]);
  }
}

/**
 * `NAME=value` a line, as Node's `--env-file` and dotenv have it: `export ` before a name, quotes of three
 * kinds, several lines in quotes, `\n` in double ones, comments from a `#` on.
 */
export function parseDotEnv(bytes: Uint8Array, file: string): DotEnv {
  const text = decode(bytes, file);
  if (typeof text !== 'string') return nothing([text.fault]);
  const found = nothing();
  const lines = text.split(LINE_END);
  for (let at = 0; at < lines.length; ) at += readLine(lines, at, file, found);
  return found;
}

/** As lines end on any system. */
export const LINE_END = /\r\n|\n|\r/;

const UTF16 =
  'is UTF-16, as some editors and PowerShell write it. Save it as UTF-8 (in PowerShell: Set-Content -Encoding utf8).';

function decode(bytes: Uint8Array, file: string): string | { fault: string } {
  const [first, second] = bytes;
  const hasMark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (hasMark || bytes.includes(0)) return { fault: `${file} ${UTF16}` };
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes); // without its mark, where it has one
  } catch {
    return {
      fault: `${file} is not UTF-8: line ${firstWrongLine(bytes)} has other bytes. Save it as UTF-8.`,
    };
  }
}

function firstWrongLine(bytes: Uint8Array): number {
  const lines = Buffer.from(bytes).toString('latin1').split('\n');
  const wrong = lines.findIndex((line) => Buffer.from(line, 'latin1').toString('utf8').includes('\uFFFD'));
  return wrong + 1;
}

const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=(.*)$/s;

/** Reads what begins on a line; returns how many lines it has. */
function readLine(lines: readonly string[], at: number, file: string, found: Found): number {
  const line = lines[at] ?? '';
  if (/^\s*(#|$)/.test(line)) return 1;
  const where = `${file} line ${at + 1}`;
  const [, name, rest] = ASSIGNMENT.exec(line) ?? [];
  if (name === undefined || rest === undefined) {
    const isYaml = /^\s*[A-Za-z_]\w*:\s/.test(line);
    found.warnings.push(
      `${where} is not NAME=value and is left out${isYaml ? ': write = instead of a colon' : ''}.`,
    );
    return 1;
  }
  const { value, isOpen, length, comment, fault, warning } = readValue(name, rest, lines, at);
  if (fault) found.faults.push(`${where}: ${fault}`);
  if (warning) found.warnings.push(`${where}: ${warning}`);
  const before = found.lineOf[name];
  if (before !== undefined) {
    found.warnings.push(`${where}: ${name} is set a second time, after line ${before}; this one counts.`);
  }
  found.values[name] = value;
  found.lineOf[name] = at + 1;
  found.assignments.push({ name, at, lines: length, comment });
  if (isOpen) found.open.add(name);
  else found.open.delete(name);
  return length;
}

type Value = {
  value: string;
  isOpen: boolean;
  length: number;
  comment: string;
  fault?: string;
  warning?: string;
};

function readValue(name: string, rest: string, lines: readonly string[], at: number): Value {
  const begun = rest.trimStart();
  const quote = begun[0];
  if (quote !== undefined && '\u201C\u201D\u2018\u2019'.includes(quote)) {
    const fault = `the value of ${name} has typographic quotes around it. Use " instead.`;
    return { value: '', isOpen: false, length: 1, comment: '', fault };
  }
  if (quote === '"' || quote === "'" || quote === '`') return readQuoted(name, begun, quote, lines, at);
  return readBare(name, rest);
}

function readBare(name: string, rest: string): Value {
  const mark = rest.indexOf('#');
  const value = (mark === -1 ? rest : rest.slice(0, mark)).trim();
  const bare = { value, isOpen: true, length: 1, comment: '' };
  if (mark === -1) return bare;
  if (isComment(rest, mark)) return { ...bare, comment: rest.slice(mark) };
  const warning = `the value of ${name} ends at the #, as a comment begins there. If the # belongs to the value, put quotes around it.`;
  return { ...bare, warning };
}

/** Whether a `#` is meant to begin a comment: a space is before it, and words come after it. */
const isComment = (rest: string, mark: number): boolean =>
  /(^|\s)$/.test(rest.slice(0, mark)) && /^#+(\s|$)|^#\S+\s+\S/.test(rest.slice(mark));

function readQuoted(name: string, begun: string, quote: string, lines: readonly string[], at: number): Value {
  const text = [begun.slice(1), ...lines.slice(at + 1)].join('\n');
  const end = quote === '"' ? closingOf(text) : text.indexOf(quote);
  if (end === -1) {
    const fault = `the value of ${name} begins with ${quote}, which is never closed.`;
    return { value: '', isOpen: false, length: 1, comment: '', fault };
  }
  const inside = text.slice(0, end);
  const length = inside.split('\n').length;
  const after = text.slice(end + 1).split('\n', 1)[0] ?? '';
  const value = quote === '"' ? inside.replaceAll('\\n', '\n').replaceAll('\\"', '"') : inside;
  const quoted = { value, isOpen: quote !== "'", length, comment: after.trim() };
  if (/^\s*(#|$)/.test(after)) return quoted;
  return {
    ...quoted,
    fault: `something follows the closing ${quote} of ${name}. Put all of its value in quotes.`,
  };
}

/** Where a text in double quotes ends: at the first one without a backslash before it. */
function closingOf(text: string): number {
  const found = /(?<!\\)"/.exec(text);
  return found ? found.index : -1;
}
