import type { Finding } from './finding.ts';
import { isStandIn, looksGenerated, randomCharacters } from './looks.ts';
import { isReference } from './references.ts';

/** Of an address at most so much is read. */
const ADDRESS_CHARACTERS = 2_000;
const ADDRESS_ENDS = /[\s"'<>`\\|]|:\/\//g;

/**
 * Passwords in addresses: `postgres://user:password@host`, a token in the place of the user, and
 * `user:password@host` as programs print it without the scheme.
 */
export function* passwordsInAddresses(text: string): Generator<Finding> {
  for (let at = text.indexOf('://'); at !== -1; at = text.indexOf('://', at + 3)) {
    const start = at + 3;
    const authority = authorityAt(text, start);
    const atSign = authority.lastIndexOf('@');
    if (atSign <= 0 || isDigest(authority.slice(atSign + 1))) continue;
    const colon = authority.slice(0, atSign).indexOf(':');
    const from = colon === -1 ? 0 : colon + 1;
    const value = authority.slice(from, atSign);
    const isSecret =
      colon === -1 ? looksGenerated(value) : !isStandIn(value) && !isReference(value, 'formatted');
    if (isSecret) yield { start: start + from, end: start + atSign, what: 'a password in an address' };
  }
  yield* bareUserinfo(text);
}

/**
 * User, password and host; a password that should have been encoded may hold what ends an address otherwise.
 */
function authorityAt(text: string, start: number): string {
  ADDRESS_ENDS.lastIndex = start;
  const address = text.slice(
    start,
    Math.min(ADDRESS_ENDS.exec(text)?.index ?? text.length, start + ADDRESS_CHARACTERS),
  );
  const authority = address.split(/[/?#]/, 1)[0] ?? '';
  if (authority.includes('@') || !/^[\w.-]*:(?!\d{1,5}$)./.test(authority)) return authority;
  const raw = /^[\w.-]*:[^@\s]{1,200}@(?=[\w-])/.exec(address);
  return raw ? address.slice(0, raw[0].length) : authority;
}

/** An image's digest is no host: `python:3.12@sha256:…`. */
const isDigest = (host: string): boolean => /^sha\d{3}:/.test(host);

/** `user:password@host`, where the host has a dot or a port: each part bounded, so it fails quickly. */
const BARE =
  /(?<![\w.:@/+-])([A-Za-z_][\w.-]{0,40}):([^\s:@/"'<>`\\(){}[\]|,;]{3,128})@(?=([A-Za-z][\w-]{0,62}(?:\.[A-Za-z][\w-]{0,62}){0,6})(:\d{2,5})?)/g;

/**
 * What stands before a colon without being somebody's name: addresses of mail, packages, and what they are
 * called.
 */
const NO_USERS =
  /^(?:mailto|e?-?mail|contact|author|authors|maintainer|from|to|cc|bcc|reply-to|sender|recipient|acct|sip|xmpp|npm|jsr|pip|git|ssh|docker|image|oci|workspace|https?|owner|by|user)$/i;

function* bareUserinfo(text: string): Generator<Finding> {
  for (const { index, 1: user = '', 2: value = '', 3: host = '', 4: port } of text.matchAll(BARE)) {
    const isEscaped = text[index - 1] === '\\' && /^[nrt]/.test(user);
    if (NO_USERS.test(isEscaped ? user.slice(1) : user)) continue;
    if ((port === undefined && !host.includes('.')) || /^sha\d{3}$/.test(host)) continue;
    if (isStandIn(value) || isReference(value, 'formatted') || /^(?:[A-Za-z]+|[\d.]+|v[\d.]+)$/.test(value))
      continue;
    const start = index + user.length + 1;
    yield { start, end: start + value.length, what: 'a password in an address' };
  }
}

const BEGIN = /-----BEGIN ([A-Z0-9 ]{0,40})PRIVATE KEY( BLOCK)?-----/g;
const END = /-----END ([A-Z0-9 ]{0,40})PRIVATE KEY( BLOCK)?-----/g;

/** Longer keys there are not. */
const KEY_CHARACTERS = 16_000;

/**
 * What stands in a key besides base64: how its line breaks may be written, and the lines about it at its
 * beginning.
 */
const ABOUT_KEY = /\\{1,8}[rnt]|["'],?(?=[\s\\]|$)|(?:Proc-Type|DEK-Info|Version|Comment): ?[^\n\\]{0,100}/y;
const BASE64 = /[A-Za-z0-9+/=]{1,16000}/y;
const LAST_BREAK = /(?:\s|\\{1,8}[rnt]?|["',])$/;

/**
 * Private keys in PEM. One that was cut off is one, too: to where its base64 ends, or from where it begins.
 */
export function* privateKeysIn(text: string): Generator<Finding> {
  let after = 0;
  for (const match of text.matchAll(BEGIN)) {
    const begin = match.index + match[0].length;
    if (begin < after) continue;
    const prefix = linePrefix(textBefore(text, match.index));
    after = endOfBody(text, begin, prefix);
    yield* keyBetween(text, begin, after, prefix);
  }
  for (const { index } of text.matchAll(END)) {
    if (index > after) yield* keyBetween(text, beginOfBody(text, index), index);
  }
}

/** A key without the line breaks around it, so that the lines before and after stay what they are. */
function* keyBetween(text: string, begin: number, most: number, prefix?: RegExp): Generator<Finding> {
  let start = begin;
  for (;;) {
    ABOUT_KEY.lastIndex = start;
    const line = afterPrefix(text, start, prefix);
    if (start < line && line < most) start = line;
    else if (start < most && ABOUT_KEY.test(text)) start = ABOUT_KEY.lastIndex;
    else if (start < most && /\s/.test(text[start] ?? '')) start++;
    else break;
  }
  let end = most;
  for (let tail = LAST_BREAK.exec(text.slice(Math.max(start, end - 8), end)); end > start && tail; ) {
    end -= tail[0].length;
    tail = LAST_BREAK.exec(text.slice(Math.max(start, end - 8), end));
  }
  if (end > start && randomCharacters(text.slice(start, end)) >= 16)
    yield { start, end, what: 'a private key' };
}

/** Longer words are not put before each line of a log. */
const PREFIX_CHARACTERS = 120;

/** The beginning of the line that a place is in, where that is short. */
function textBefore(text: string, at: number): string {
  const before = text.slice(Math.max(0, at - PREFIX_CHARACTERS), at);
  return before.slice((/^[\s\S]*(?:\n|\\n)/.exec(before)?.[0] ?? '').length);
}

/**
 * What stands before a key in its first line, as it may stand before each of the others: a time, a number of
 * lines, a mark of quotes. Digits and white space may be others, and stand apart, so that there is one way
 * to read a line. Undefined where nothing stands there.
 */
export function linePrefix(before: string): RegExp | undefined {
  if (before.trim() === '') return undefined;
  const words = before.split(/(\s+|\d+)/).map((part) => {
    if (/^\d+$/.test(part)) return '\\d{1,20}';
    return /^\s+$/.test(part) ? '[^\\S\\n]{1,40}' : part.replace(/[$()*+.?[\\\]^{|}/-]/g, '\\$&');
  });
  return new RegExp(words.join(''), 'y');
}

/** Where what stands before each line ends, at the beginning of one; else the place itself. */
function afterPrefix(text: string, at: number, prefix: RegExp | undefined): number {
  if (prefix === undefined || !LINE_BREAK.test(text.slice(Math.max(0, at - 2), at))) return at;
  prefix.lastIndex = at;
  return prefix.test(text) ? prefix.lastIndex : at;
}

const LINE_BREAK = /(?:\n|\\n)$/;

/** Where the base64 ends: at a shorter word that more words follow, it is text again. */
function endOfBody(text: string, start: number, prefix: RegExp | undefined): number {
  const most = Math.min(text.length, start + KEY_CHARACTERS);
  let end = start;
  while (end < most) {
    ABOUT_KEY.lastIndex = end;
    BASE64.lastIndex = end;
    const line = afterPrefix(text, end, prefix);
    if (line > end && text.startsWith('-----', line)) break;
    if (line > end) end = line;
    else if (ABOUT_KEY.test(text)) end = ABOUT_KEY.lastIndex;
    else if (/\s/.test(text[end] ?? '')) end++;
    else if (BASE64.test(text) && !isWord(text, end, BASE64.lastIndex)) end = BASE64.lastIndex;
    else break;
  }
  return Math.min(end, most);
}

const isWord = (text: string, start: number, end: number): boolean =>
  end - start < 40 && /^[ \t]+\S|^[^\s"'\\-]/.test(text.slice(end, end + 20));

/** Where the lines of base64 begin that end at a place. */
function beginOfBody(text: string, end: number): number {
  const window = text.slice(Math.max(0, end - KEY_CHARACTERS), end);
  let length = 0;
  for (const line of window.split('\n').reverse()) {
    if (!/^[ \t]*[A-Za-z0-9+/=]*\r?$/.test(line)) break;
    length += line.length + 1;
  }
  return Math.max(0, end - length);
}
