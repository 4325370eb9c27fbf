import type { KnownBlock, RichTextBlock, RichTextElement, RichTextText } from '@slack/types';
import type { Nodes } from 'mdast';
import { cut, wholeBeginning } from '../../src/lib/cut.ts';
import type { Around, Dialect } from '../../src/lib/markdown/dialect.ts';
import { honestLabel } from '../../src/lib/markdown/honest-host.ts';
import { parseMarkdown } from '../../src/lib/markdown/parse.ts';
import { type Piece, piecesOf } from '../../src/lib/markdown/pieces.ts';
import { printMarkdown } from '../../src/lib/markdown/render.ts';
import { type Run, wordsOf } from '../../src/lib/markdown/runs.ts';
import { linkable } from '../../src/thread/view/words.ts';
import { MRKDWN } from './dialect.ts';
import { section } from './kit.ts';
import { SLACK_LIMITS } from './limits.ts';
import { codeBlock } from './text.ts';

/*
 * Markdown where Slack takes no markdown block. Mrkdwn can't hold code with backticks in it; rich text can
 * hold anything: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block.
 */

/** Markdown as sections of mrkdwn; as rich text where it has code that mrkdwn can't hold. */
export function markdownBlocks(markdown: string): KnownBlock[] {
  if (!needsRichText(markdown)) return printMarkdown(markdown, MRKDWN, SLACK_LIMITS.sectionText).map(section);
  const elements = piecesOf(parseMarkdown(markdown), RICH).flatMap(elementsOf);
  return elements.length === 0 ? [] : [{ type: 'rich_text', elements }];
}

/** Whether some code of it can't be shown to the letter in mrkdwn. */
export const needsRichText = (markdown: string): boolean => hasTicks(parseMarkdown(markdown));

function hasTicks(node: Nodes): boolean {
  if (node.type === 'inlineCode') return node.value.includes('`');
  if (node.type === 'code') return node.value.includes('```');
  return 'children' in node && node.children.some(hasTicks);
}

/**
 * A block of code, to the letter, of at most so many characters: what `mrkdwn` makes of one, or rich text
 * where mrkdwn would end it early.
 */
export const codeBlocks = (
  text: string,
  limit: number,
  mrkdwn: (printed: string) => KnownBlock,
): KnownBlock[] =>
  text.includes('```')
    ? [{ type: 'rich_text', elements: [preformatted(cut(text, limit))] }]
    : [mrkdwn(codeBlock(text, limit))];

type BlockElement = RichTextBlock['elements'][number];

const preformatted = (text: string): BlockElement => ({
  type: 'rich_text_preformatted',
  elements: [{ type: 'text', text: text || ' ' }],
});

/** Nothing has to be escaped, and no code is one that can't be held. */
const RICH: Dialect = {
  ...MRKDWN,
  text: (value) => value,
  codeLine: (line) => line,
  fence: () => ({ open: '', close: '' }),
};

function elementsOf({ kind, around, body }: Piece): BlockElement[] {
  if (body.kind === 'text') {
    const before = body.prefix + around.map((one) => markerOf(one)).join('');
    const inline = [...(before === '' ? [] : [plainText(before)]), ...body.runs.flatMap(inlineOf)];
    const elements = kind === 'item' ? inline : [...inline, plainText('\n')];
    const isQuote = around.some((one) => one.kind === 'quote');
    return [{ type: isQuote ? 'rich_text_quote' : 'rich_text_section', elements }];
  }
  const lines = [...body.open.slice(1), ...body.lines];
  if (kind === 'rule') return [{ type: 'rich_text_section', elements: [plainText(`${lines.join('')}\n`)] }];
  return inParts(lines.join('\n')).map(preformatted);
}

function markerOf(one: Around): string {
  if (one.kind === 'quote') return '';
  if (one.isBegun) return '    ';
  return `${one.marker === '- ' ? '• ' : one.marker}${one.box}`;
}

/** Parts of code, each as long as a section at most. */
function inParts(code: string): string[] {
  const parts: string[] = [];
  for (let rest = code; rest !== ''; ) {
    const head = wholeBeginning(rest, SLACK_LIMITS.sectionText);
    const line = head.length < rest.length ? head.lastIndexOf('\n') + 1 : 0;
    const part = line > 0 ? head.slice(0, line) : head;
    parts.push(part);
    rest = rest.slice(part.length);
  }
  return parts;
}

const plainText = (text: string): RichTextText => ({ type: 'text', text });

function inlineOf(run: Run): RichTextElement[] {
  const style = styleOf(run);
  switch (run.kind) {
    case 'break':
      return [plainText('\n')];
    case 'link': {
      const words = wordsOf(run.label).trim() || run.url;
      const url = linkable(run.url);
      if (url === undefined) return [{ type: 'text', text: `${words} (${run.url})`, ...style }];
      return [{ type: 'link', url, text: honestLabel(words, url), ...style }];
    }
    default:
      return run.value === '' ? [] : [{ type: 'text', text: run.value, ...style }];
  }
}

function styleOf({ kind, marks }: Run): Pick<RichTextText, 'style'> {
  const style = {
    ...(marks.includes('strong') ? { bold: true } : {}),
    ...(marks.includes('emphasis') ? { italic: true } : {}),
    ...(marks.includes('delete') ? { strike: true } : {}),
    ...(kind === 'code' ? { code: true } : {}),
  };
  return Object.keys(style).length === 0 ? {} : { style };
}
