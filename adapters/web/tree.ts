import type { AlignType, Nodes, PhrasingContent, Table } from 'mdast';
import { parsePlainly } from '../../src/lib/markdown/parse.ts';
import { printMarkdown } from '../../src/lib/markdown/render.ts';
import { linkable } from '../../src/thread/view/words.ts';
import { MARKDOWN } from './dialect.ts';

/*
 * What a browser is sent of markdown: a tree of these nodes, of which it makes elements one by one. There is
 * no node for tags, scripts, styles or pictures from elsewhere, so none can come of a text, whatever is in
 * it.
 */

/** A part of a line. `href` is an address of http or https, or a thread of the page. */
type Inline =
  | { t: 'text' | 'code'; v: string }
  | { t: 'strong' | 'em' | 'del'; c: Inline[] }
  | { t: 'link'; href: string; c: Inline[] }
  /** A moment (ISO 8601), for the zone of whoever reads it; `v` is it in UTC. */
  | { t: 'time'; at: string; v: string }
  | { t: 'br' };

export type Block =
  | { t: 'p'; c: Inline[] }
  | { t: 'h'; level: number; c: Inline[] }
  | { t: 'list'; start: number | undefined; items: { isDone: boolean | undefined; c: Block[] }[] }
  | { t: 'quote'; c: Block[] }
  | { t: 'pre'; language: string; v: string }
  | { t: 'table'; align: ('left' | 'right' | 'center' | undefined)[]; rows: Inline[][][] }
  | { t: 'hr' };

/** The tree of a text that is printed in the page's dialect: what stands in it is meant. */
export const treeOf = (printed: string): Block[] => parsePlainly(printed).children.flatMap(blocksOf);

/** The tree of markdown as models write it. */
export const treeOfMarkdown = (markdown: string): Block[] =>
  treeOf(printMarkdown(markdown, MARKDOWN, MOST).join('\n\n'));

const MOST = 100_000;

/**
 * Signs that turn the order in which text is read, and so make a line say something else than what is in it:
 * they are written out, as on cards.
 */
const TURNS = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A text in which nothing turns the order of what stands around it. */
export const unturned = (text: string): string =>
  text.replace(TURNS, (sign) => `‹U+${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}›`);

const text = (v: string): Inline => ({ t: 'text', v: unturned(v) });

function blocksOf(node: Nodes): Block[] {
  switch (node.type) {
    case 'paragraph':
      return [{ t: 'p', c: inlineOf(node.children) }];
    case 'heading':
      return [{ t: 'h', level: node.depth, c: inlineOf(node.children) }];
    case 'list':
      return [
        {
          t: 'list',
          start: node.ordered ? (node.start ?? 1) : undefined,
          items: node.children.map(({ checked, children }) => ({
            isDone: checked ?? undefined,
            c: children.flatMap(blocksOf),
          })),
        },
      ];
    case 'blockquote':
      return [{ t: 'quote', c: node.children.flatMap(blocksOf) }];
    case 'code':
      return [{ t: 'pre', language: unturned(node.lang ?? ''), v: unturned(node.value) }];
    case 'table':
      return [tableOf(node)];
    case 'thematicBreak':
      return [{ t: 'hr' }];
    case 'html':
      return [{ t: 'p', c: [text(node.value)] }];
    case 'footnoteDefinition':
      return [{ t: 'quote', c: node.children.flatMap(blocksOf) }];
    default:
      return [];
  }
}

const tableOf = ({ align, children }: Table): Block => ({
  t: 'table',
  align: (align ?? []).map((side: AlignType) => side ?? undefined),
  rows: children.map(({ children: cells }) => cells.map((cell) => inlineOf(cell.children))),
});

const inlineOf = (nodes: readonly PhrasingContent[]): Inline[] => nodes.flatMap(partsOf);

function partsOf(node: PhrasingContent): Inline[] {
  switch (node.type) {
    case 'text':
    case 'html':
      return [text(node.value)];
    case 'inlineCode':
      return [{ t: 'code', v: unturned(node.value) }];
    case 'strong':
      return [{ t: 'strong', c: inlineOf(node.children) }];
    case 'emphasis':
      return [{ t: 'em', c: inlineOf(node.children) }];
    case 'delete':
      return [{ t: 'del', c: inlineOf(node.children) }];
    case 'break':
      return [{ t: 'br' }];
    case 'link':
      return linkTo(node.url, inlineOf(node.children));
    case 'image':
      return linkTo(node.url, [text(node.alt || node.url)]);
    case 'linkReference':
      return inlineOf(node.children);
    case 'imageReference':
      return [text(node.alt ?? '')];
    case 'footnoteReference':
      return [text(`[${node.label ?? node.identifier}]`)];
    default:
      return [];
  }
}

/** A link where its address is one that a page may lead to; else its words alone. */
function linkTo(url: string, label: Inline[]): Inline[] {
  const [, at] = /^time:(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)$/.exec(url) ?? [];
  if (at !== undefined) return [{ t: 'time', at, v: `${at.slice(0, 16).replace('T', ' ')} UTC` }];
  const href = /^\/#[\w%.-]{1,100}$/.test(url) ? url : linkable(url);
  return href === undefined ? label : [{ t: 'link', href, c: label }];
}
