/*
 * What platforms that read CommonMark share with each other, in whole or in part.
 */
import { unbroken } from '../output.ts';
import type { Between } from './dialect.ts';

/** Code within a line, between more backticks than it has in a row. */
export function codeSpan(value: string): string {
  const line = unbroken(value);
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map(({ length }) => length));
  const runs = new Set((line.match(/`+/g) ?? []).map(({ length }) => length));
  let count = 1;
  while (runs.has(count) && count <= longest) count++;
  const fence = '`'.repeat(count);
  const isPadded = /^`|`$/.test(line) || (/^ .* $/.test(line) && line.trim() !== '');
  return isPadded ? `${fence} ${line} ${fence}` : `${fence}${line}${fence}`;
}

/** A fence that is longer than any run of backticks in the code. */
export function fenceOf(code: string): string {
  const runs = code.match(/`{3,}/g) ?? [];
  return '`'.repeat(Math.max(3, ...runs.map(({ length }) => length + 1)));
}

/** The sign of emphasis that is one between these characters. */
export const emphasisSign = ({ before, after }: Between): string =>
  /[\p{L}\p{N}_]/u.test(before + after) ? '*' : '_';

/** The address of a link, which no bracket or blank ends early. */
export const destination = (url: string): string =>
  url.replace(/[\s<>()\\"]/g, (sign) => encodeURIComponent(sign).replace('(', '%28').replace(')', '%29'));

/** Text as markdown that shows it to the letter, however much of it looks like a mark. */
export const literal = (text: string): string =>
  text.replace(/[\\`*[\]<>~|$#&]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\$&');
