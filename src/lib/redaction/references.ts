import { kindOfName } from './names.ts';

/*
 * Values that only name where a secret is: a variable, a command that prints it, a place of a template, a
 * secret store. Which signs say so depends on how the value is written: in single quotes and in JSON a `$x`,
 * `!x`, `{x}` or a backtick is what it looks like.
 */

/**
 * How a value is written: without quotes; in quotes in which a shell expands variables; in quotes in which
 * nothing but a template's own marks has a meaning; or in a string that is formatted, as Python's f"…".
 */
export type Writing = 'bare' | 'yaml' | 'expanded' | 'literal' | 'formatted';

/** Characters of a value that are looked at. */
const LOOKED_AT = 512;

/** `${X}`, `${{ x }}`, `{{ x }}`, `$(…)`, `%(name)s`, `%NAME%`, `%s`, `<%= x %>`, `#{x}`: templates. */
const CLOSED = new RegExp(
  [
    String.raw`\$\{[^{}]{1,400}\}`,
    String.raw`\$?\{\{[^{}]{1,400}\}\}`,
    String.raw`\$\([^()]{1,400}(?:\([^()]{0,200}\)[^()]{0,200}){0,4}\)`,
    String.raw`%\([A-Za-z_][\w.]{0,80}\)s`,
    '%[A-Z][A-Z_]{0,80}%',
    '<%[^%]{1,400}%>',
    String.raw`#\{[^{}]{1,400}\}`,
  ].join('|'),
  'g',
);
/** The same, of a value that ends before they do: at a space, or at a quote inside. */
const OPENED = /^(?:\$[{(]|\{\{|<[(%]|#\{[A-Za-z_][\w.]{0,80}[[(])/;
/**
 * What stands for a value wherever it stands: a shell's arguments and its own variables (`$1`, `$@`, `$?`),
 * those of batch files (`%1`, `%~2`, `!NAME!`), and the first of SQL's (`$1`).
 */
const ARGUMENT = /^(?:\$(?:\d{1,2}|[@*#?!$-])|%(?:~[a-z]{0,6})?[\d*]|![A-Z][A-Z_]*!)$/;
const VARIABLE = /^\$(?:env:|\$)?[A-Za-z_]\w*/i;
const STORES =
  /^(?:(?:op|vault|file|keyvault|ssm|gcp|aws-sm|bws|secretref|ref\+\w{1,30}):(?:[\w.-]{0,80}\/|\.\w|[A-Za-z][\w-]{0,80}#)|secretref:[a-z]+(?:-[a-z]+)*$|arn:aws[\w-]*:|projects\/[\w-]+\/secrets\/|(?:\/var)?\/run\/secrets\/)/i;
/** What YAML says of a value before it: `!vault |`, `!Ref Password`, `!ENV ${X}`. */
const TAG =
  /^!{1,2}[A-Za-z_][\w:./-]{0,60}[ \t]|^!(?:vault|secret|encrypted|reference|include|env|env_var)$/i;

/** Whether a value only names where a secret is. */
export function isReference(value: string, writing: Writing = 'bare'): boolean {
  const text = value.slice(0, LOOKED_AT).trim();
  if (
    STORES.test(text) ||
    ARGUMENT.test(text) ||
    isPlaceOfQuery(text) ||
    /^(?:env(?:_var)?:[A-Z][A-Z_]*\d?|%[sdr])$/.test(text)
  )
    return true;
  if (writing === 'yaml' && TAG.test(text)) return true;
  const rest = withoutClosed(text);
  if (rest.length < text.length && /^["']?(?:[$%{<]|#\{)/.test(text)) return !isSecretRest(rest);
  if (writing === 'literal') return isVariableAlone(text) || isNamedPlace(text);
  if (VARIABLE.test(text)) return !isSecretRest(text.replace(VARIABLE, ''));
  if (writing === 'formatted' && /^\{[^{}]{1,80}/.test(text)) return true;
  if (/^`[^`]*(?:`|$)/.test(text) && writing === 'expanded') return true;
  return OPENED.test(text) || isNamedPlace(text);
}

/** The text without what templates fill in; from the inside out, as a default may be filled in itself. */
function withoutClosed(text: string): string {
  let rest = text;
  for (let depth = 0; depth < 4; depth++) {
    const next = rest.replace(CLOSED, '');
    if (next === rest) break;
    rest = next;
  }
  return rest;
}

/** `hunter22` of `${PREFIX}hunter22`: of what stands beside a reference that is a secret by itself. */
const isSecretRest = (rest: string): boolean =>
  rest.length >= 6 && /^[\w.@!#%^*+=~-]+$/.test(rest) && /[A-Za-z]/.test(rest) && /\d/.test(rest);

/** `$DB_PASSWORD`, `$password`: a variable alone, which a shell or a program may still expand. */
function isVariableAlone(text: string): boolean {
  const name = /^\$\$?(?:env:)?([A-Za-z_]\w*)$/.exec(text)?.[1];
  return name !== undefined && (/^[A-Z][A-Z_]*$/.test(name) || isNameOfSecret(name));
}

/** `:password`, `@Password`: what is filled into a query by its name. */
function isPlaceOfQuery(text: string): boolean {
  const name = /^[:@]([A-Za-z_]\w*)$/.exec(text)?.[1];
  return name !== undefined && isNameOfSecret(/[a-z]/.test(name.slice(1)) ? lowerFirst(name) : name);
}

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** `{password}`, `{self.db_password}`, `#{password}`: what Python and Ruby fill in. */
function isNamedPlace(text: string): boolean {
  const name = /^["']?#?\{([A-Za-z_][\w.[\]"']{0,80})(?:![rsa])?\}?["']?$/.exec(text)?.[1];
  return name !== undefined && isNameOfSecret(name.split('.').at(-1) ?? name);
}

const PLAIN_NAMES = /^(?:password|passwd|passphrase|passcode|pass|pwd|pw|secret|token|key|value|x)$/;

/** A name that a program has for a secret, and no word that merely ends like one. */
const isNameOfSecret = (name: string): boolean =>
  PLAIN_NAMES.test(name) ||
  (/_|[a-z][A-Z]/.test(name) && kindOfName(name.replace(/\W{1,3}$/, '')) !== undefined);

/** `${NAME:-`, `${NAME-`, `${NAME:=`, and Spring's `${NAME:`: what stands before a default. */
const DEFAULT = /\$\{[\w.[\]@!]{1,80}(?::?[-=]|:(?=[A-Za-z@!#*]))/y;
const DEFAULT_CHARACTERS = 200;

/** Where the default of a reference at a place stands, without its quotes; of nested ones the innermost. */
export function defaultAt(text: string, at: number): { start: number; end: number } | undefined {
  let start = at;
  for (let depth = 0; depth < 4; depth++) {
    DEFAULT.lastIndex = start;
    if (!DEFAULT.test(text)) break;
    start = DEFAULT.lastIndex;
  }
  if (start === at) return undefined;
  const [quotes = ''] = /^\\{0,31}["']/.exec(text.slice(start, start + 33)) ?? [];
  const rest = text.slice(start + quotes.length, start + DEFAULT_CHARACTERS).split('\n', 1)[0] ?? '';
  const close = rest.indexOf(quotes === '' ? '}' : quotes);
  return { start: start + quotes.length, end: start + quotes.length + (close === -1 ? rest.length : close) };
}

/** The first default that stands in a value: of `${A}${B:-x}` that of B. */
export function defaultIn(
  text: string,
  start: number,
  end: number,
): { start: number; end: number } | undefined {
  const value = text.slice(start, Math.min(end, start + LOOKED_AT));
  for (let at = value.indexOf('${'); at !== -1; at = value.indexOf('${', at + 2)) {
    const given = defaultAt(text, start + at);
    if (given !== undefined) return given;
  }
  return undefined;
}
