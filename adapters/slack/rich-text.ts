import { z } from 'zod';
import { codeSpan, fenceOf } from '../../src/lib/markdown/common-mark.ts';
import { minuteOf } from '../shared/reading.ts';
import { escaped, escapedOnce } from './text.ts';

/*
 * What people type, as blocks have it, in Slack's own form for text (mrkdwn, escaped):
 * https://docs.slack.dev/reference/block-kit/blocks/rich-text-block.
 */

export const Part = z.looseObject({ type: z.string().catch('') });
export type Part = z.infer<typeof Part>;

export const listOf = (given: unknown): Part[] =>
  Array.isArray(given) ? given.flatMap((item) => Part.safeParse(item).data ?? []) : [];

export const wordOf = (given: unknown): string =>
  typeof given === 'string' || typeof given === 'number' ? String(given) : '';

/** An address in Slack's form, with what people see in its place, which is printed already. */
export function slackLink(address: unknown, label = ''): string {
  const url = escaped(wordOf(address).replace(/[<>|]/g, encodeURIComponent));
  if (!/^[a-z][a-z0-9+.-]*:/i.test(url)) return label;
  return label ? `<${url}|${label}>` : `<${url}>`;
}

/** All of a block of rich text. */
export const richTextOf = (block: Part): string => listOf(block.elements).map(textOfRich).join('\n');

const ITEM = /^/gm;

function textOfRich(part: Part): string {
  const elements = listOf(part.elements);
  switch (part.type) {
    case 'rich_text_list': {
      const isOrdered = part.style === 'ordered';
      const first = Number(part.offset ?? 0) + 1;
      const indent = '    '.repeat(Math.min(Number(part.indent ?? 0) || 0, 10));
      return elements
        .map((item, i) => {
          const begin = `${indent}${isOrdered ? `${first + i}.` : '•'} `;
          return begin + textOfRich(item).replaceAll('\n', `\n${' '.repeat(begin.length)}`);
        })
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
    case 'link':
      return slackLink(part.url, escaped(wordOf(part.text)));
    case 'emoji':
      return `:${wordOf(part.name)}:`;
    case 'date':
      return escaped(wordOf(part.fallback)) || minuteOf(wordOf(part.timestamp));
    case 'color':
      return wordOf(part.value);
    default: {
      const words = [part.text, part.name, part.title, part.fallback].map(wordOf).find(Boolean);
      return words ? slackLink(part.url, escapedOnce(words)) : `[a ${nameOfKind(part)}, which I can’t read]`;
    }
  }
}

/** A kind that has no words of its own, by its name. */
export const nameOfKind = ({ type }: Part): string => type.replaceAll('_', ' ') || 'part';
