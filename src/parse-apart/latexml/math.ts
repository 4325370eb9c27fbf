import type { AnyNode, Element } from 'domhandler';
import { findBelow, isElement, plainText } from './nodes.ts';

/**
 * A formula once, as TeX between dollars; one of numbers alone as people write it: `10^5`, `93.4 ± 0.2`. A
 * page has each up to four times: drawn, as TeX, as its meaning, and to be read aloud.
 */
export function mathText(math: Element): string {
  const tex = texOf(math);
  if (tex === '') return '';
  return numbersOf(tex) ?? `$${tex}$`;
}

/** The TeX of a formula without dollars. */
export function texOf(math: Element): string {
  const noted = findBelow(
    math,
    ({ name, attribs }) => name === 'annotation' && attribs.encoding === 'application/x-tex',
  );
  const written = math.attribs.alttext ?? math.attribs.alt ?? noted?.children.map(plainTextOf).join('');
  return tidied(written ?? drawnMath(math).replace(INVISIBLE, ''));
}

/** Of a formula that has no TeX beside it what is drawn, with powers, indices and fractions told apart. */
function drawnMath(node: AnyNode): string {
  if (!isElement(node)) return plainText(node);
  const [base = '', below = '', above = ''] = node.children.filter(isElement).map(drawnMath);
  const braced = (text: string) => ([...text].length === 1 ? text : `{${text}}`);
  switch (node.name) {
    case 'msup':
    case 'mover':
      return `${base}^${braced(below)}`;
    case 'msub':
    case 'munder':
      return `${base}_${braced(below)}`;
    case 'msubsup':
    case 'munderover':
      return `${base}_${braced(below)}^${braced(above)}`;
    case 'mfrac':
      return `\\frac{${base}}{${below}}`;
    case 'msqrt':
      return `\\sqrt{${node.children.map(drawnMath).join('')}}`;
    default:
      return /^annotation/.test(node.name) ? '' : node.children.map(drawnMath).join('');
  }
}

const plainTextOf = (node: Parameters<typeof plainText>[0]) => plainText(node);

/** Function application, invisible times and their like. */
const INVISIBLE = /[\u200b\u2060-\u2064\ufeff]/g;

/** LaTeXML breaks long TeX with `%` and a new line, and says how large a formula is drawn. */
const tidied = (tex: string): string =>
  tex
    .replace(/(?<!\\)%\r?\n[ \t]*/g, '')
    .replace(/\\(?:displaystyle|textstyle|scriptstyle)(?![a-zA-Z])/g, '')
    .replace(/\s+/g, ' ')
    .trim();

/** Signs that stand beside numbers. */
const SIGNS: Readonly<Record<string, string>> = {
  pm: ' ± ',
  mp: ' ∓ ',
  times: ' × ',
  cdot: ' · ',
  sim: '~',
  approx: '≈',
  leq: ' ≤ ',
  le: ' ≤ ',
  geq: ' ≥ ',
  ge: ' ≥ ',
  uparrow: '↑',
  downarrow: '↓',
  rightarrow: ' → ',
  to: ' → ',
  checkmark: '✓',
  dagger: '†',
  dag: '†',
  ddagger: '‡',
  ast: '*',
  star: '*',
  infty: '∞',
  circ: '°',
  '%': '%',
  ',': '',
  '!': '',
  ';': ' ',
  ':': ' ',
  ' ': ' ',
  quad: ' ',
};
/** What changes how a number looks, and not what it is. */
const LOOKS =
  /^(?:mathbf|bm|boldsymbol|bf|bfseries|textbf|mathrm|rm|text|textrm|underline|mathit|mathsf|small|scriptsize|footnotesize|tiny|mathord|left|right)$/;
const LONGEST = 200;
const TOKENS = /\\(?:[a-zA-Z]+|[^a-zA-Z])|[\^_]|[{}]|[\d.,;:+\-−±×/%()[\]<>=*~†‡§¶|!]+|\s+|[\s\S]/g;

/** TeX of nothing but numbers, as text; undefined where there is more to it. */
function numbersOf(tex: string): string | undefined {
  if (tex.length > LONGEST) return undefined;
  const parts: string[] = [];
  for (const [token] of tex.matchAll(TOKENS)) {
    if (/^\\/.test(token)) {
      const name = token.slice(1);
      const sign = SIGNS[name];
      if (sign === undefined && !LOOKS.test(name)) return undefined;
      parts.push(sign ?? '');
    } else if (/^[a-zA-Z]$/.test(token) || !/^[\^_{}\d.,;:+\-−±×/%()[\]<>=*~†‡§¶|!\s]/.test(token)) {
      return undefined;
    } else {
      parts.push(token === '{' || token === '}' || /^\s+$/.test(token) ? '' : token === '~' ? ' ' : token);
    }
  }
  const text = parts.join('').replace(/ +/g, ' ').trim();
  // A sign above or below is no power: 93.4^† and 93.4_{± 0.2}.
  return text === '' ? undefined : text.replace(/[\^_](?= ?[±†‡*§¶°])/g, '').replace(/^\^(?=\D)/, '');
}

/**
 * What stands above or below the line: a power, an index, or a mark. A number does not become a part of the
 * one that it stands beside.
 */
export function raised(text: string, sign: '^' | '_', isCitation: boolean): string {
  const inner = text.trim();
  if (inner === '') return '';
  if (isCitation) return /^[[(]/.test(inner) ? inner : `[${inner}]`;
  if (/^(?:st|nd|rd|th)$/.test(inner) || !/[\p{L}\p{N}]/u.test(inner)) return inner;
  if (/^[±+]/.test(inner)) return ` ${inner}`;
  return /^[-−–]?[\p{L}\p{N}.]+$/u.test(inner)
    ? `${sign}${inner.replace(/^[−–]/, '-')}`
    : `${sign}(${inner})`;
}
