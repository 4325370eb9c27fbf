import type { AnyNode, Element } from 'domhandler';
import { wholeBeginning } from '../../lib/cut.ts';
import { listingText, trimmed } from './listings.ts';
import { mathText, raised, texOf } from './math.ts';
import { classesOf, findBelow, hasClass, isElement, plainText } from './nodes.ts';
import { oneLine, PageText } from './page-text.ts';
import { cellsOf, gridOf, isLayout, isTable } from './tables.ts';

/*
 * The text of what LaTeXML made (https://math.nist.gov/~BMiller/LaTeXML/manual/): the pages of arXiv and of
 * ar5iv. What is what is said by classes; the same thing may be a `table` or, within a line, spans.
 */

/** What is of no use to a reader, or told elsewhere. */
const LEFT_OUT_TAGS = new Set(
  'script style nav button noscript template annotation annotation-xml head title desc'.split(' '),
);
const LEFT_OUT = new Set(
  [
    'ltx_bibliography ltx_page_header ltx_page_footer ltx_page_navbar ltx_TOC ltx_pagination ltx_rdf ltx_dates',
    'ltx_note_mark ltx_note_type ltx_tag_note ltx_listing_data ltx_index ltx_rule ltx_role_newpage',
    'package-alerts ltx_document_title_hidden ltx_authors ltx_ABSTRACT sr-only',
  ]
    .join(' ')
    .split(' '),
);

/** What stands in lines of its own. */
const BLOCK_TAGS = new Set(
  'p div figure figcaption li dl dt dd ul ol table section article blockquote h1 h2 h3 h4 h5 h6 foreignobject center'.split(
    ' ',
  ),
);
const BLOCKS =
  /^ltx_(?:p|para|logical-block|block|item|caption|figure|table|float|inline-block|minipage|theorem|proof|quote|itemize|enumerate|description|figure_panel)$/;

/** The parts of a paper that have a text of their own; `paragraph` ones have their heading in the line. */
export const PARTS: Readonly<Record<string, number>> = {
  ltx_part: 0,
  ltx_chapter: 1,
  ltx_appendix: 2,
  ltx_section: 2,
  ltx_subsection: 3,
  ltx_subsubsection: 4,
  ltx_paragraph: 5,
  ltx_subparagraph: 6,
};
export const partOf = (node: Element): string | undefined =>
  classesOf(node).find((name) => Object.hasOwn(PARTS, name));

/** Paragraphs, lists, tables row by row, code as it is, formulas as TeX; without parts within. */
export function blockText(nodes: readonly AnyNode[]): string {
  const out = new PageText();
  for (const node of nodes) render(node, out);
  return out.text();
}

/** The same in one line, without its footnotes. */
export function inlineText(nodes: readonly AnyNode[]): string {
  const out = new PageText();
  for (const node of nodes) render(node, out);
  return out.inline();
}

const inlineOf = (node: Element): string => inlineText(node.children);

function renderAll(nodes: readonly AnyNode[], out: PageText): void {
  for (const node of nodes) render(node, out);
}

function render(node: AnyNode, out: PageText): void {
  if (node.type === 'text') out.add(node.data);
  if (!isElement(node) || LEFT_OUT_TAGS.has(node.name)) return;
  const classes = classesOf(node);
  if (classes.some((name) => LEFT_OUT.has(name)) || partOf(node) !== undefined) return;
  const special = SPECIAL.find(({ is }) => is(node, classes));
  const isBlock = BLOCK_TAGS.has(node.name) || classes.some((name) => BLOCKS.test(name));
  if (special === undefined && isBlock) out.break();
  if (special === undefined) renderAll(node.children, out);
  else special.render(node, out);
  if (special === undefined && isBlock) out.break();
}

type Special = {
  is: (node: Element, classes: readonly string[]) => boolean;
  render: (node: Element, out: PageText) => void;
};

const SPECIAL: readonly Special[] = [
  {
    is: ({ name }, classes) => name === 'math' || (name === 'img' && classes.includes('ltx_Math')),
    render: (node, out) => out.add(mathText(node)),
  },
  { is: (_node, classes) => classes.includes('ltx_note'), render: note },
  { is: ({ name }) => name === 'sup', render: (node, out) => shifted(node, '^', out) },
  { is: ({ name }) => name === 'sub', render: (node, out) => shifted(node, '_', out) },
  { is: isAddress, render: address },
  { is: ({ name }) => name === 'br', render: (_node, out) => out.break() },
  { is: (_node, classes) => classes.some((name) => EQUATIONS.test(name)), render: equations },
  { is: isTable, render: table },
  {
    is: (_node, classes) => classes.includes('ltx_listing') || classes.includes('ltx_lstlisting'),
    render: (node, out) =>
      fenced(
        listingText(node, (inner) => inlineText([inner])),
        out,
      ),
  },
  {
    is: ({ name }, classes) => name === 'pre' || classes.includes('ltx_verbatim'),
    render: verbatim,
  },
  { is: ({ name }, classes) => name === 'li' || classes.includes('ltx_item'), render: item },
  {
    is: (_node, classes) => classes.includes('ltx_title') && !classes.includes('ltx_title_document'),
    render: (node, out) => {
      out.break();
      const text = inlineOf(node);
      out.whole(text === '' ? '' : `**${text}**`);
    },
  },
];

/** What leads out of the paper, and not to a work that it refers to. */
function isAddress({ name, attribs }: Element): boolean {
  const href = attribs.href ?? '';
  return name === 'a' && /^https?:\/\//i.test(href) && !/\/\/arxiv\.org\/html\//.test(href);
}

/** What is linked, with its address where that does not stand there. */
function address(node: Element, out: PageText): void {
  const said = new PageText();
  renderAll(node.children, said);
  const text = said.inline();
  const href = wholeBeginning(node.attribs.href ?? '', 2_000);
  const isSaid =
    text === '' || href.toLowerCase().includes(text.toLowerCase().replace(/^https?:\/\/|\/$/g, ''));
  out.add(isSaid ? text || href : `${text} (${href})`);
}

const EQUATIONS = /^ltx_(?:equation|equationgroup|eqn_table)$/;

/** `[^2]` where it is marked; its text once, at the end of the section. */
function note(node: Element, out: PageText): void {
  const classes = classesOf(node);
  const mark = findBelow(node, (inner) => hasClass(inner, 'ltx_note_mark', 'ltx_tag_note'));
  const number = mark === undefined ? '' : oneLine(plainText(mark));
  const content = findBelow(node, (inner) => hasClass(inner, 'ltx_note_content'));
  const text = content === undefined ? '' : inlineOf(content);
  const isFootnote = classes.some((name) => /^ltx_role_(?:footnote|endnote|tablenote)/.test(name));
  if (!isFootnote && text === '') return;
  const label = number === '' ? 'note' : number;
  out.add(`[^${label}]`);
  if (text !== '') out.notes.push(`[^${label}]: ${text}`);
}

function shifted(node: Element, sign: '^' | '_', out: PageText): void {
  const isCitation =
    isWithinCitation(node) ||
    findBelow(node, ({ name, attribs }) => name === 'a' && /#bib/.test(attribs.href ?? '')) !== undefined;
  out.add(raised(inlineOf(node), sign, isCitation));
}

function isWithinCitation({ parent }: Element): boolean {
  return (
    parent !== null && parent.type === 'tag' && (hasClass(parent, 'ltx_cite') || isWithinCitation(parent))
  );
}

/** A formula a line, with its number. */
function equations(node: Element, out: PageText): void {
  const rows = cellsOf(node);
  out.break();
  if (rows.length === 0) renderAll(node.children, out);
  for (const cells of rows) {
    const numbers: string[] = [];
    const formulas: string[] = [];
    for (const { node: cell } of cells) {
      const isNumber = hasClass(cell, 'ltx_eqn_eqno');
      const maths = isNumber ? [] : mathsIn(cell);
      const text = inlineOf(cell);
      // Parts of a formula that are set one below the other are one.
      const isFormula = maths.length === 1 && maths[0] !== undefined && text === mathText(maths[0]);
      if (isNumber) numbers.push(text);
      else if (isFormula && maths[0] !== undefined) formulas.push(texOf(maths[0]));
      else if (text !== '') formulas.push(text.startsWith('$') ? text.slice(1, -1) : `\\text{${text}}`);
    }
    const formula = formulas.filter((text) => text !== '').join(' ');
    out.whole([formula && `$${formula}$`, ...numbers].filter(Boolean).join(' '));
  }
  out.break();
}

function mathsIn(node: Element): Element[] {
  return node.children
    .filter(isElement)
    .flatMap((child) => (child.name === 'math' ? [child] : mathsIn(child)));
}

/** Cells between bars; in another table's cell its lines follow each other. */
function table(node: Element, out: PageText): void {
  const rows = cellsOf(node);
  out.break();
  const captions = node.children.filter((child) => isElement(child) && child.name === 'caption');
  renderAll(captions, out);
  out.break();
  if (isLayout(rows)) {
    for (const { node: cell } of rows.flat()) {
      renderAll(cell.children, out);
      out.break();
    }
    return;
  }
  const isInner = isWithinTable(node);
  const grid = gridOf(rows, (cell) => {
    const text = new PageText();
    renderAll(cell.children, text);
    out.notes.push(...text.notes);
    return text.inline();
  }).filter((cells) => cells.some((text) => text !== ''));
  const isStack = grid.every((cells) => cells.length === 1);
  if (isInner) out.add(grid.map((cells) => cells.join(' ')).join(isStack ? ' ' : '; '));
  else for (const cells of grid) out.whole(cells.join(' | '));
  out.break();
}

const isWithinTable = ({ parent }: Element): boolean =>
  parent !== null &&
  parent.type === 'tag' &&
  ((isTable(parent) && !isLayout(cellsOf(parent))) || isWithinTable(parent));

const fenced = (code: string, out: PageText): void =>
  out.whole(code.trim() === '' ? '' : `\`\`\`\n${code}\n\`\`\``);

function verbatim(node: Element, out: PageText): void {
  const text = plainText(node).replaceAll('\u00a0', ' ');
  if (node.name === 'pre' || text.trim().includes('\n')) fenced(trimmed(text), out);
  else out.add(text.trim() === '' ? text : `\`${text}\``);
}

/** Its mark, a number or a dot, and what it says. */
function item(node: Element, out: PageText): void {
  const tag = node.children.filter(isElement).find((child) => hasClass(child, 'ltx_tag_item', 'ltx_tag'));
  const mark = tag === undefined ? '' : inlineOf(tag);
  const isDot = !/[\p{L}\p{N}]/u.test(mark);
  out.item(isDot ? '- ' : `${mark} `);
  renderAll(
    node.children.filter((child) => child !== tag),
    out,
  );
  out.item('');
}
