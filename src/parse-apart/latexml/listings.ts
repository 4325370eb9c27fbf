import type { Element } from 'domhandler';
import { wholeBeginning } from '../../lib/cut.ts';
import { findBelow, hasClass, isElement } from './nodes.ts';
import { oneLine } from './page-text.ts';

const CODE_CHARACTERS = 400_000;

/**
 * Code, a prompt or an algorithm, line by line with its indentation. A listing of code has all of it once
 * more, to be downloaded, as it was written.
 */
export function listingText(listing: Element, inline: (node: Element) => string): string {
  const data = findBelow(
    listing,
    ({ name, attribs }) => name === 'a' && /^data:text\/plain/.test(attribs.href ?? ''),
  );
  const written = data && decoded(data.attribs.href ?? '');
  if (written) return trimmed(written);
  const lines: string[] = [];
  const visit = (node: Element): void => {
    for (const child of node.children) {
      if (!isElement(child)) continue;
      if (hasClass(child, 'ltx_listingline')) lines.push(lineOf(child, inline));
      else visit(child);
    }
  };
  visit(listing);
  return trimmed(lines.join('\n'));
}

function decoded(href: string): string | undefined {
  const [, packed, data = ''] = /^data:text\/plain[^,]{0,60}?(;base64)?,([\s\S]*)$/.exec(href) ?? [];
  if (packed) return Buffer.from(data, 'base64').toString('utf8');
  try {
    return decodeURIComponent(data);
  } catch {
    return undefined;
  }
}

/** Its number stands before the line; spaces that are no plain ones are the indentation. */
function lineOf(line: Element, inline: (node: Element) => string): string {
  const tag = findBelow(line, (node) => hasClass(node, 'ltx_tag_listingline'));
  const code = findBelow(line, (node) => hasClass(node, ...CODE));
  const text = spaced(line, inline, tag);
  if (code !== undefined) return drawn(text.replace(/\r?\n/g, '')).trimEnd();
  // The page itself breaks and indents its lines, which means nothing.
  const plain = text
    .split('\n')
    .map((part) => part.replace(/^[ \t]+/, '').trimEnd())
    .filter((part) => part !== '')
    .join(' ');
  const number = tag === undefined ? '' : inline(tag);
  return [number, drawn(plain)].filter((part) => part !== '').join(' ');
}

const CODE = ['ltx_lst_identifier', 'ltx_lst_space', 'ltx_lst_keyword', 'ltx_lst_string', 'ltx_lst_comment'];

const drawn = (text: string): string =>
  text
    .replaceAll('\u2003', '  ')
    .replaceAll('\u2002', ' ')
    .replaceAll('\u200a', '')
    .replaceAll('\u00a0', ' ');

function spaced(node: Element, inline: (node: Element) => string, tag: Element | undefined): string {
  return node.children
    .map((child) => {
      if (child.type === 'text') return child.data;
      if (!isElement(child) || child === tag) return '';
      const isPlain = /^(?:span|b|i|em|strong|code|font|p|div)$/.test(child.name);
      return isPlain && !hasClass(child, 'ltx_note') ? spaced(child, inline, tag) : inline(child);
    })
    .join('');
}

/** Without empty lines around it, and without indentation that all lines have. */
export function trimmed(code: string): string {
  const lines = wholeBeginning(code, CODE_CHARACTERS).replace(/\r\n?/g, '\n').split('\n');
  const isEmpty = (line: string | undefined) => line !== undefined && oneLine(line) === '';
  while (isEmpty(lines[0])) lines.shift();
  while (isEmpty(lines.at(-1))) lines.pop();
  const depths = lines.filter((line) => !isEmpty(line)).map((line) => line.length - line.trimStart().length);
  const common = depths.reduce((least, depth) => Math.min(least, depth), depths[0] ?? 0);
  return lines.map((line) => line.slice(common).trimEnd()).join('\n');
}
