import { z } from 'zod';
import { codeSpan, fenceOf } from '../../src/lib/markdown/common-mark.ts';
import { joinedLines, unseen } from '../shared/reading.ts';
import { escaped } from './text.ts';

/*
 * What blocks of a message say, in Slack's own form for text (mrkdwn, escaped), whoever has written them:
 * https://docs.slack.dev/reference/block-kit/blocks. What is not known is read as far as there are texts in
 * it.
 */

const Part = z.looseObject({ type: z.string().catch('') });
type Part = z.infer<typeof Part>;

const listOf = (given: unknown): Part[] =>
  Array.isArray(given) ? given.flatMap((item) => Part.safeParse(item).data ?? []) : [];

const wordOf = (given: unknown): string =>
  typeof given === 'string' || typeof given === 'number' ? String(given) : '';

/** All blocks of a message, each from a line of its own. */
export const textOfBlocks = (blocks: unknown): string => joinedLines(listOf(blocks).map(textOfBlock));

/** Blocks of prose, whose words Slack puts into the text of a message too. */
const PROSE: ReadonlySet<string> = new Set(['rich_text', 'section', 'header', 'markdown']);

/**
 * The same in two: the prose, which the text of a message may say as well, and what it never says: tables,
 * pictures, buttons and whatever is not known.
 */
export function partsOfBlocks(blocks: unknown): { prose: string; others: readonly string[] } {
  const all = listOf(blocks);
  return {
    prose: joinedLines(all.map((block) => (PROSE.has(block.type) ? wordsOfBlock(block) : ''))),
    others: all
      .map((block) => (PROSE.has(block.type) ? textOfElement(block.accessory) : textOfBlock(block)))
      .filter((text) => text.trim() !== ''),
  };
}

/** A block of prose without what stands beside it. */
const wordsOfBlock = ({ accessory: _beside, ...block }: Part): string => textOfBlock(block);

function textOfBlock(block: Part): string {
  switch (block.type) {
    case 'rich_text':
      return listOf(block.elements).map(textOfRich).join('\n');
    case 'header':
    case 'section':
      return [textOf(block.text), ...listOf(block.fields).map(textOf), textOfElement(block.accessory)]
        .filter(Boolean)
        .join('\n');
    case 'context':
    case 'actions':
    case 'context_actions':
      return listOf(block.elements).map(textOfElement).filter(Boolean).join(' ');
    case 'markdown':
      return escaped(wordOf(block.text));
    case 'table':
    case 'data_table':
      return tableOf(block);
    case 'image':
      return pictureOf(block);
    case 'video':
      return [
        `[a video, which I can’t see: ${nameOf(block) || wordOf(block.alt_text)}]`,
        textOf(block.description),
      ]
        .filter(Boolean)
        .join('\n');
    case 'divider':
      return '';
    default: {
      const words = textsIn(block).join('\n');
      return words || (block.type ? `[a ${block.type.replaceAll('_', ' ')}, which I can’t read]` : '');
    }
  }
}

/** A text object, or the words themselves. */
function textOf(given: unknown): string {
  if (typeof given === 'string') return escaped(given);
  const part = Part.safeParse(given).data;
  if (part === undefined) return '';
  if (part.type === 'mrkdwn') return wordOf(part.text);
  if (part.type === 'rich_text') return textOfBlock(part);
  return escaped(wordOf(part.text));
}

const nameOf = (part: Part): string => textOf(part.title) || textOf(part.name);

const pictureOf = (part: Part): string => {
  const name = nameOf(part) || escaped(wordOf(part.alt_text));
  return unseen('a picture', name);
};

/** Something within a context, a row of buttons, or beside a section. */
function textOfElement(given: unknown): string {
  const part = Part.safeParse(given).data;
  if (part === undefined) return '';
  if (part.type === 'image') return pictureOf(part);
  if (part.type === 'mrkdwn' || part.type === 'plain_text') return textOf(part);
  const label = textOf(part.text) || textOf(part.placeholder);
  return label ? `[${label}]` : '';
}

const ITEM = /^/gm;

/** A part of what people type: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block. */
function textOfRich(part: Part): string {
  const elements = listOf(part.elements);
  switch (part.type) {
    case 'rich_text_list': {
      const isOrdered = part.style === 'ordered';
      const first = Number(part.offset ?? 0) + 1;
      const indent = '    '.repeat(Math.min(Number(part.indent ?? 0) || 0, 10));
      return elements
        .map((item, i) => `${indent}${isOrdered ? `${first + i}.` : '•'} ${textOfRich(item)}`)
        .join('\n');
    }
    case 'rich_text_preformatted':
      return blockOfCode(elements.map(textOfInline).join(''), wordOf(part.language));
    case 'rich_text_quote':
      return inlineText(elements).replace(ITEM, '&gt; ');
    default:
      return inlineText(elements);
  }
}

function blockOfCode(code: string, language: string): string {
  const fence = fenceOf(code);
  return `${fence}${language}\n${code}\n${fence}`;
}

const Style = z.object({ code: z.boolean().optional(), strike: z.boolean().optional() }).catch({});

/** What stands in a line: what is code and what is struck out is marked, piece by piece. */
function inlineText(elements: readonly Part[]): string {
  const pieces: { text: string; isCode: boolean; isStruck: boolean }[] = [];
  for (const element of elements) {
    const { code = false, strike = false } = Style.parse(element.style);
    const last = pieces.at(-1);
    const isMore = last !== undefined && last.isCode === code && last.isStruck === strike;
    if (isMore) last.text += textOfInline(element);
    else pieces.push({ text: textOfInline(element), isCode: code, isStruck: strike });
  }
  return pieces
    .map(({ text, isCode, isStruck }) => {
      if (text.trim() === '' || (!isCode && !isStruck)) return text;
      const shown = isCode ? codeSpan(text) : text;
      return isStruck ? shown.replace(STRUCK, '~$&~') : shown;
    })
    .join('');
}

/** Text without the blanks at its ends, line by line: marks stand at words. */
const STRUCK = /\S(?:.*\S)?/g;

function textOfInline(part: Part): string {
  switch (part.type) {
    case 'text':
      return escaped(wordOf(part.text));
    case 'user':
      return `<@${wordOf(part.user_id)}>`;
    case 'usergroup':
      return `<!subteam^${wordOf(part.usergroup_id)}>`;
    case 'channel':
      return `<#${wordOf(part.channel_id)}>`;
    case 'broadcast':
      return `<!${wordOf(part.range)}>`;
    case 'link': {
      const [url, label] = [wordOf(part.url), escaped(wordOf(part.text))];
      return label ? `<${url}|${label}>` : `<${url}>`;
    }
    case 'emoji':
      return `:${wordOf(part.name)}:`;
    case 'date':
      return escaped(wordOf(part.fallback)) || new Date(Number(part.timestamp ?? 0) * 1000).toISOString();
    case 'color':
      return wordOf(part.value);
    default:
      return textsIn(part).join(' ');
  }
}

/** A table as markdown has it, the first row as its head. */
function tableOf({ rows, columns }: Part): string {
  const head = listOf(columns).map((column) => nameOf(column) || textOf(column.text));
  const body = (Array.isArray(rows) ? rows : []).map((row: unknown) => cellsOf(row).map(cellOf));
  const lines = [...(head.some(Boolean) ? [head] : []), ...body].map((cells) => `| ${cells.join(' | ')} |`);
  const width = (head.some(Boolean) ? head : (body[0] ?? [])).length;
  return [...lines.slice(0, 1), `|${' --- |'.repeat(width)}`, ...lines.slice(1)].join('\n');
}

/** Cells of a row, which is a list of them or has one. */
function cellsOf(row: unknown): unknown[] {
  const cells = Array.isArray(row) ? row : Part.safeParse(row).data?.cells;
  return Array.isArray(cells) ? cells : [];
}

function cellOf(cell: unknown): string {
  const part = Part.safeParse(cell).data;
  const text = part === undefined ? escaped(wordOf(cell)) : textOf(part) || textsIn(part).join(' ');
  return text.replaceAll('\n', ' ').replaceAll('|', '\\|');
}

/** How deep and how many texts are looked for in what is not known. */
const DEEPEST = 8;
const MOST = 200;

/** Every text that stands somewhere in a block of another kind, in order. */
function textsIn(given: unknown, depth = 0): string[] {
  if (depth > DEEPEST || given === null || typeof given !== 'object') return [];
  const part = Array.isArray(given) ? undefined : Part.safeParse(given).data;
  if (part?.type === 'rich_text') return [textOfBlock(part)];
  const isText = part !== undefined && typeof part.text === 'string';
  const own = isText ? [textOf(part)] : [];
  const inner = Object.entries(given)
    .filter(([key]) => !(isText && key === 'text'))
    .flatMap(([key, value]) =>
      SHOWN.has(key) && typeof value === 'string' ? [escaped(value)] : textsIn(value, depth + 1),
    );
  return [...own, ...inner].filter((text) => text.trim() !== '').slice(0, MOST);
}

/** Keys whose words people see. */
const SHOWN: ReadonlySet<string> = new Set(['title', 'subtitle', 'description', 'label', 'alt_text', 'body']);
