import { element, timeText } from './elements.js';

/*
 * Trees of texts, as the server sends them, as elements. What is not known is left out.
 */

/** @returns {Node[]} */
export const blocks = (nodes) => nodes.flatMap(block);

function block(node) {
  switch (node.t) {
    case 'p':
      return [element('p', {}, ...inline(node.c))];
    case 'h':
      // The page has the first two levels for itself.
      return [element(`h${Math.min(6, node.level + 2)}`, {}, ...inline(node.c))];
    case 'list':
      return [list(node)];
    case 'quote':
      return [element('blockquote', {}, ...blocks(node.c))];
    case 'pre':
      return [code(node.v, node.language)];
    case 'table':
      return [table(node)];
    case 'hr':
      return [element('hr')];
    default:
      return [];
  }
}

const MARKS = { true: '☑ ', false: '☐ ' };

function list({ start, items }) {
  const made = items.map(({ isDone, c }) => {
    const inner = blocks(c);
    const first = inner[0];
    if (isDone !== undefined && first instanceof HTMLElement) first.prepend(MARKS[isDone]);
    return element('li', { class: isDone === undefined ? undefined : 'task' }, ...inner);
  });
  return start === undefined ? element('ul', {}, ...made) : element('ol', { start }, ...made);
}

/** Code, which the keyboard can scroll. */
export const code = (text, label) =>
  element(
    'pre',
    { tabindex: '0', role: 'region', 'aria-label': label ? `Code: ${label}` : 'Code' },
    element('code', {}, text),
  );

function table({ align, rows }) {
  const [header = [], ...body] = rows;
  const cells = (tag, row) =>
    row.map((cell, i) =>
      element(
        tag,
        { class: align[i] ? `to-${align[i]}` : undefined, ...(tag === 'th' ? { scope: 'col' } : {}) },
        ...inline(cell),
      ),
    );
  const isTitled = header.some((cell) => cell.length > 0);
  return element(
    'div',
    { class: 'table', tabindex: '0', role: 'region', 'aria-label': 'Table' },
    element(
      'table',
      {},
      ...(isTitled ? [element('thead', {}, element('tr', {}, ...cells('th', header)))] : []),
      element('tbody', {}, ...body.map((row) => element('tr', {}, ...cells('td', row)))),
    ),
  );
}

const inline = (nodes) => nodes.flatMap(part);

function part(node) {
  switch (node.t) {
    case 'text':
      return [node.v];
    case 'code':
      return [element('code', {}, node.v)];
    case 'strong':
    case 'em':
    case 'del':
      return [element(node.t, {}, ...inline(node.c))];
    case 'br':
      return [element('br')];
    case 'time':
      return [element('time', { datetime: node.at, title: node.v }, timeText(node.at))];
    case 'link':
      return [link(node)];
    default:
      return [];
  }
}

/** A link to a thread of the page, or out of it: anything else is its words. */
function link({ href, c }) {
  if (/^\/#[\w%.-]+$/.test(href)) return element('a', { href }, ...inline(c));
  const { protocol } = URL.parse(href) ?? {};
  if (protocol !== 'https:' && protocol !== 'http:') return element('span', {}, ...inline(c));
  return element('a', { href, target: '_blank', rel: 'noopener noreferrer' }, ...inline(c));
}
