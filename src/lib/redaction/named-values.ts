import { isSecretValue } from './code-values.ts';
import type { Finding } from './finding.ts';
import { isMask } from './looks.ts';
import { kindOfName, NAME_ENDS } from './names.ts';
import { defaultAt, defaultIn, isReference } from './references.ts';
import type { Role, Setting, Value } from './setting.ts';
import { BARE_END, closesOuter, doubledEnd, wordEnd } from './shell-words.ts';

/*
 * Values behind the name of a secret: NAME=value and NAME: value as shells, dotenv, YAML, JSON, TOML, INI,
 * Python, headers, queries and connection strings write them, `--name value`, <name>value</name>, and
 * {"name": NAME, "value": value}.
 */

/** A name in a text, and where its value begins. */
type Named = Pick<Setting, 'name' | 'kind' | 'start' | 'by' | 'role' | 'isTyped'> & {
  valueAt: number;
  /** Of `${NAME:-default}` the default is the value. */
  default?: { start: number; end: number };
};

const BEFORE_CHARACTERS = 200;
const NAME_CHARACTERS = 64;
const NAME_CHARACTER = /[\w.-]/;

/** Finds them in one pass; a text of twice the length takes twice the time. */
export function* namedValuesIn(text: string): Generator<Finding> {
  const ends = new Ends(text);
  const isIni = /^[ \t]{0,8}\[[\w .:-]{1,60}\][ \t]{0,8}\r?$/m.test(text);
  const find = new RegExp(NAME_ENDS);
  for (let match = find.exec(text); match !== null; match = find.exec(text)) {
    const named = nameAt(text, match.index, find.lastIndex);
    if (named === undefined) continue;
    const found = foundAt(text, named, ends, isIni);
    if (found === undefined) continue;
    find.lastIndex = Math.max(find.lastIndex, found.end);
    yield { ...found, what: `the value of ${named.name}` };
  }
}

const AROUND_CHARACTERS = 300;

function foundAt(
  text: string,
  named: Named,
  ends: Ends,
  isIni: boolean,
): { start: number; end: number } | undefined {
  const value = valueAt(text, named, ends);
  if (value === undefined || value.end <= value.start) return undefined;
  const before = lineBefore(text, named.start);
  if (named.kind === 'always' || named.kind === 'opening') {
    const given = defaultIn(text, value.start, value.end);
    if (given !== undefined) {
      const inner = text.slice(given.start, given.end);
      return inner !== '' && !isMask(inner) && !isReference(inner) ? given : undefined;
    }
  }
  const isOfShell = (named.by === '=' || named.by === 'flag') && named.role !== 'parameter';
  const isDoubled = !isOfShell && value.quote === "'";
  const end = named.default
    ? value.end
    : isOfShell
      ? wordEnd(text, value, before)
      : isDoubled
        ? doubledEnd(text, value)
        : value.end;
  const setting = {
    ...named,
    value,
    word: text.slice(value.start, Math.min(end, value.start + VALUE_CHARACTERS)),
    before,
    after: text.slice(end, end + 80),
    around: linesAround(text, named.start, end),
    isIni,
  };
  return isSecretValue(setting) ? { start: value.start, end } : undefined;
}

/** The whole lines near a place. */
function linesAround(text: string, start: number, end: number): string {
  const from = Math.max(0, start - AROUND_CHARACTERS);
  const to = end + AROUND_CHARACTERS;
  const near = text.slice(from, to);
  const first = from === 0 ? 0 : near.indexOf('\n') + 1;
  const last = to >= text.length ? near.length : near.lastIndexOf('\n');
  return near.slice(Math.min(first, start - from), Math.max(last, end - from));
}

/** A number behind the word: PASSWORD2, API_KEY_1. */
const NUMBERED = /_?\d{1,2}(?![\w.])/y;
/** What may close the name: a quote, a bracket, or bold type. */
const CLOSING = /(?:\\{0,31}["'`]\]?|\]|\*{1,2})?/y;
/** A type between the name and the sign: `password: str | None = "…"`. */
const TYPES =
  'str|string|bytes|[Aa]ny|Optional|Union|Final|ClassVar|Annotated|String|SecretStr|Secret|Text|&str';
const TYPED = new RegExp(
  String.raw`[ \t]{0,8}:[ \t]{0,8}(?:typing\.)?(?:${TYPES})(?:\[[\w., |[\]]{0,60}\])?` +
    String.raw`(?:[ \t]?\|[ \t]?\w{1,20}){0,3}[ \t]{0,8}=(?![=>])[ \t]{0,8}(?=\S)`,
  'y',
);
const ASSIGNED =
  /[ \t]{0,20}(?:=>|[:?+]?=(?![=~>])|<-|:(?![:=/])\*{0,2})[ \t]*(?:(?<=["'][ \t]{0,20}:[ \t]*)\r?\n[ \t]{0,80})?/y;
/** The rest of an opening tag: `<password type="plain">`. */
const TAG_END = /(?:[ \t][^<>\n]{0,120})?>/y;
/** `<property name="db.password">…</property>` */
const ENTRY_START = /<(?:property|entry|setting|param|env|variable|string)[ \t][^<>\n]{0,60}$/;
const ENTRY_END = /\\{0,31}["']>(?=[^<>\s]{3,200}<\/)/y;
const LISTED = /,[ \t\r\n]{0,40}(?=\\{0,31}["'])/y;
const APART = /[ \t]{1,20}(?:\\\r?\n[ \t]{0,40})?(?=[^\s=:])/y;
/**
 * What has names and values with white space between them: ENV of a Dockerfile, `set -x` of fish, `%env`,
 * netrc.
 */
const COMMANDS = new RegExp(
  [
    String.raw`(?:\b|(?<=\\[nrt]|\[\d{1,3}m))(?:ENV|setx|setenv|set(?:[ \t]+-\w{1,4})?)[ \t]+`,
    String.raw`%env[ \t]+`,
    String.raw`\b(?:login|machine)[ \t](?:(?!\\n)[^\n]){1,80}`,
    String.raw`\blogin[ \t]+\S{1,60}\s+`,
  ]
    .map((command) => `${command}$`)
    .join('|'),
);
const COMMAND_CHARACTERS = 100;
/** A value in an entry of its own: `{"name": "DB_PASSWORD", "value": "…"}`. */
const PAIRED = new RegExp(
  String.raw`\\{0,31}["']?[ \t]{0,20},?[ \t]{0,20}(?:\r?\n[ \t]{0,40})?` +
    String.raw`\\{0,31}["']?value\\{0,31}["']?[ \t]{0,20}[:=][ \t]{0,20}`,
  'iy',
);

function nameAt(text: string, wordStart: number, wordEnd: number): Named | undefined {
  NUMBERED.lastIndex = wordEnd;
  const end = NUMBERED.test(text) ? NUMBERED.lastIndex : wordEnd;
  if (/\w/.test(text[end] ?? '')) return undefined;
  let start = wordStart;
  const least = Math.max(0, wordStart - NAME_CHARACTERS);
  while (start > least && NAME_CHARACTER.test(text[start - 1] ?? '')) start--;
  // An escape before it is no part of it: `\nDB_PASSWORD=…` in JSON.
  if (text[start - 1] === '\\' && /[nrt]/.test(text[start] ?? '')) start++;
  if (text[start - 1] === '[' || text[start - 1] === ';') start += colourAt(text, start);
  const isExpanded = text.startsWith('${', start - 2);
  if (!isExpanded && text[end] === '-' && /\w/.test(text[end + 1] ?? '')) return undefined;
  const written = text.slice(start, end);
  const name = written.replace(/^[-.]+/, '');
  const kind = kindOfName(name);
  if (kind === undefined) return undefined;
  const common = { name, kind, start, role: roleOf(text, start, written), isTyped: false };
  if (isExpanded) {
    const given = defaultAt(text, start - 2);
    return given && { ...common, valueAt: given.start, by: '=', default: given };
  }
  const found = separatorAt(text, start, end, written);
  return found && { ...common, ...found };
}

function roleOf(text: string, start: number, written: string): Role {
  if (written.startsWith('-')) return 'option';
  if (/[?&]/.test(text[start - 1] ?? '')) return 'parameter';
  return /^[A-Z][A-Z0-9_]*$/.test(written) ? 'variable' : 'other';
}

/** How long the end of a terminal's colour is: `[32mDB_PASSWORD=…`. */
function colourAt(text: string, start: number): number {
  return /^\d{1,3}m/.exec(text.slice(start, start + 4))?.[0].length ?? 0;
}

/** What joins a name to its value, and where the value begins. */
function separatorAt(
  text: string,
  start: number,
  end: number,
  written: string,
): (Pick<Named, 'valueAt' | 'by'> & { isTyped?: boolean }) | undefined {
  CLOSING.lastIndex = end;
  CLOSING.test(text);
  const closed = Math.max(end, CLOSING.lastIndex);
  TYPED.lastIndex = closed;
  if (TYPED.test(text)) return { valueAt: TYPED.lastIndex, by: ' = ', isTyped: true };
  ASSIGNED.lastIndex = closed;
  const assigned = ASSIGNED.exec(text)?.[0];
  if (assigned !== undefined) {
    const sign = assigned.trim().replaceAll('*', '');
    const by = sign === ':' ? ':' : assigned === sign ? '=' : ' = ';
    // Before the colon of an address stands whoever signs in: its password is found as one of an address.
    if (sign === ':' && text.slice(Math.max(0, start - 2), start) === '//') return undefined;
    return { valueAt: afterContinuation(text, ASSIGNED.lastIndex), by };
  }
  PAIRED.lastIndex = end;
  if (PAIRED.test(text)) return { valueAt: PAIRED.lastIndex, by: ':' };
  TAG_END.lastIndex = end;
  if (text[start - 1] === '<' && TAG_END.test(text)) return { valueAt: TAG_END.lastIndex, by: 'tag' };
  ENTRY_END.lastIndex = end;
  if (ENTRY_END.test(text) && ENTRY_START.test(text.slice(Math.max(0, start - COMMAND_CHARACTERS), start))) {
    return { valueAt: ENTRY_END.lastIndex, by: 'tag' };
  }
  LISTED.lastIndex = closed;
  if (closed > end && LISTED.test(text)) return { valueAt: LISTED.lastIndex, by: 'list' };
  if (!written.startsWith('-') && /^ {1,4}'/.test(text.slice(end, end + 6)))
    return { valueAt: text.indexOf("'", end), by: ':' }; // of SQL
  APART.lastIndex = end;
  const isFlag =
    written.startsWith('-') || COMMANDS.test(text.slice(Math.max(0, start - COMMAND_CHARACTERS), start));
  return isFlag && APART.test(text) ? { valueAt: APART.lastIndex, by: 'flag' } : undefined;
}

/** A backslash at the end of a line: the value is on the next; in JSON's escapes, too. */
const CONTINUED = /(?:\\\r?\n|\\{3}n|\\{7}n)[ \t]{0,40}(?=\S)/y;

function afterContinuation(text: string, at: number): number {
  CONTINUED.lastIndex = at;
  return CONTINUED.test(text) ? CONTINUED.lastIndex : at;
}

const OPENING = /(?:(?:SecretStr|Secret|String|str|bytes)\()?(?:[rbuf]{0,2}|\$)(\\{0,31})(["'`])/y;
const SCHEME = /(?:Bearer|Basic|Token|Bot|Digest|ApiKey|Api-Key|Negotiate|Key)[ \t]+/iy;
/** What YAML says of a value before it: an anchor, or that it is a text. */
const PROPERTIES = /(?:(?:&[\w-]{1,60}|!!?(?:str|binary))[ \t]+){1,2}(?=[^\s#])/y;
const BLOCK = /[|>][+-]?\d?[ \t]*\r?\n[ \t]+/y;

function valueAt(text: string, named: Named, ends: Ends): Value | undefined {
  const { kind, by, default: given } = named;
  if (given !== undefined) {
    const inner = text.slice(given.start, given.end);
    return { ...given, text: inner, isQuoted: false, quote: '', isFormatted: false };
  }
  PROPERTIES.lastIndex = named.valueAt;
  const at = by === ':' && PROPERTIES.test(text) ? PROPERTIES.lastIndex : named.valueAt;
  BLOCK.lastIndex = at;
  const from = by === ':' && BLOCK.test(text) ? BLOCK.lastIndex : at;
  OPENING.lastIndex = from;
  const opening = OPENING.exec(text);
  if (opening === null) {
    const bare = bareValue(text, kind === 'scheme' ? afterScheme(text, from) : from, named, ends);
    return from === at ? bare : { ...bare, end: blockEnd(text, from, bare.end) };
  }
  const [, slashes = '', quote = ''] = opening;
  if (quote === '`' && by === '=' && ends.quote(OPENING.lastIndex, quote, 0) !== -1) return undefined; // a shell runs it
  const mark = slashes + quote;
  const isTriple = text.startsWith(mark.repeat(2), OPENING.lastIndex);
  const start = OPENING.lastIndex + (isTriple ? 2 * mark.length : 0);
  if (/[\s)\],;}:]/.test(text[start] ?? '') && closesOuter(lineBefore(text, from), slashes.length, quote))
    return undefined; // what the name stands in: `input("Password: ")`
  const close = isTriple ? text.indexOf(mark.repeat(3), start) : ends.quote(start, quote, slashes.length);
  const lineEnd = ends.line(start, slashes.length);
  const isClosed = close !== -1 && (isTriple || close < lineEnd);
  const closed = isTriple ? close : withoutSlashes(text, start, close, slashes.length);
  const isLong = !isClosed && by === '=' && mark.length === 1 && isOfSeveralLines(text, start, close);
  const end = isClosed || isLong ? closed : lineEnd;
  if (/[\s)\],;}:]/.test(text[start] ?? '') && end - start < SHORTEST) return undefined; // `", "`
  const inner = kind === 'scheme' ? Math.min(end, afterScheme(text, start)) : start;
  return {
    start: inner,
    end,
    text: text.slice(inner, Math.min(end, inner + VALUE_CHARACTERS)),
    isQuoted: true,
    quote,
    isFormatted: /^[rb]?f|^\$/i.test(opening[0]),
  };
}

/** What begins with a sign that could belong to a sentence, and is shorter, does. */
const SHORTEST = 4;

/** Several lines in quotes, as dotenv files have them, and not the rest of a line and a quote far below. */
function isOfSeveralLines(text: string, start: number, close: number): boolean {
  if (close === -1 || close - start > LINES_CHARACTERS) return false;
  const [, ...lines] = text.slice(start, close).split('\n');
  return (
    lines.every((line) => line.trim() !== '' && !/^\s*[\w.-]+[ \t]*[=:]/.test(line)) &&
    /^[ \t]*(?:#.*)?\r?(?:\n|$)/.test(text.slice(close + 1, close + 80))
  );
}

const LINES_CHARACTERS = 400;

/** The end of a block of YAML, whose lines all begin where the first does. */
function blockEnd(text: string, from: number, first: number): number {
  const indent = text.slice(text.lastIndexOf('\n', from - 1) + 1, from);
  let end = first;
  for (let lines = 0; lines < 20 && text.startsWith(indent, end + 1) && text[end] === '\n'; lines++) {
    const next = text.indexOf('\n', end + 1);
    end = next === -1 ? text.length : next;
  }
  return end;
}

/** What stands on the line before a place, at most so much as is looked at. */
function lineBefore(text: string, at: number): string {
  const near = text.slice(Math.max(0, at - BEFORE_CHARACTERS), at);
  return near.slice(near.lastIndexOf('\n') + 1);
}

/** The backslashes before a closing quote belong to it, as many as the opening one had. */
function withoutSlashes(text: string, start: number, close: number, slashes: number): number {
  let end = close;
  while (end > start && close - end < slashes && text[end - 1] === '\\') end--;
  return end;
}

/** Of a value so much is looked at; a longer one is a secret or none by its beginning. */
const VALUE_CHARACTERS = 1_024;

function afterScheme(text: string, at: number): number {
  SCHEME.lastIndex = at;
  return SCHEME.test(text) ? SCHEME.lastIndex : at;
}

const BARE_ENDS = new RegExp(BARE_END, 'g');

/** In addresses and tags it ends earlier. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the same
const PART_END = /[\s"'`<>&#]|\\{1,31}[nrt"'`]|\u001b/g;

/** Several words up to the end of a line: what YAML and INI take for one value. */
const WORDS =
  /[^\s,;#{}"'`()\\]{1,200}(?: [^\s,;#{}"'`()\\]{1,200}){1,20}[ \t]{0,8}(?=\r?\n|\\{1,31}[nr"]|["'`]|$)/y;

function bareValue(text: string, start: number, { by, kind, role }: Named, ends: Ends): Value {
  WORDS.lastIndex = start;
  const isLine =
    (by === ':' || by === ' = ') && (kind === 'always' || kind === 'opening') && WORDS.test(text);
  const end = isLine ? WORDS.lastIndex : ends.bare(start, by === 'tag' || role === 'parameter');
  return {
    start,
    end,
    text: text.slice(start, Math.min(end, start + VALUE_CHARACTERS)),
    isQuoted: false,
    quote: '',
    isFormatted: false,
  };
}

/** Where what begins at a place ends: found once for all that begin before that. */
class Ends {
  readonly #text: string;
  readonly #known = new Map<string, { from: number; at: number }>();

  constructor(text: string) {
    this.#text = text;
  }

  /** The next quote behind as many backslashes as the opening one had; -1 where there is none. */
  quote(from: number, quote: string, slashes: number): number {
    return this.#once(`${quote}${slashes}`, from, () => {
      let at = this.#text.indexOf(quote, from);
      while (at !== -1 && !this.#closes(at, slashes)) at = this.#text.indexOf(quote, at + 1);
      return at;
    });
  }

  /**
   * The end of the line; behind quotes with backslashes the end of an escaped line, as `\\n` has half of
   * theirs.
   */
  line(from: number, slashes: number): number {
    const at = this.#once('line', from, () => this.#text.indexOf('\n', from));
    const end = at === -1 ? this.#text.length : at;
    if (slashes > 0) return Math.min(end, this.#escapedLine(from, (slashes + 1) / 2));
    return end > from && this.#text[end - 1] === '\r' ? end - 1 : end;
  }

  #escapedLine(from: number, slashes: number): number {
    const mark = `${'\\'.repeat(slashes)}n`;
    const at = this.#once(mark, from, () => {
      let found = this.#text.indexOf(mark, from);
      while (found > from && this.#text[found - 1] === '\\') found = this.#text.indexOf(mark, found + 1);
      return found;
    });
    return at === -1 ? this.#text.length : at;
  }

  bare(from: number, isPart: boolean): number {
    const at = this.#once(isPart ? 'part' : 'bare', from, () => {
      const pattern = isPart ? PART_END : BARE_ENDS;
      pattern.lastIndex = from;
      return pattern.exec(this.#text)?.index ?? -1;
    });
    return at === -1 ? this.#text.length : at;
  }

  #once(key: string, from: number, find: () => number): number {
    const known = this.#known.get(key);
    if (known !== undefined && from >= known.from && (known.at === -1 || from <= known.at)) return known.at;
    const at = find();
    this.#known.set(key, { from, at });
    return at;
  }

  #closes(at: number, slashes: number): boolean {
    let count = 0;
    while (count < 40 && this.#text[at - 1 - count] === '\\') count++;
    return slashes === 0 ? count % 2 === 0 : count <= slashes;
  }
}
