import type { Nodes, Root } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';

/*
 * What people see of a message's markdown: its words, and its blocks of code. Slack reads CommonMark with
 * GitHub's extensions; Discord's own rules are written down here from its client's grammar, apart from what
 * prints for it.
 */

export type Seen = { words: string; codes: readonly string[] };

/** A block of markdown as Slack shows it. */
export function seenOnSlack(markdown: string): Seen {
  const tree: Root = fromMarkdown(markdown, {
    extensions: [gfm({ singleTilde: false })],
    mdastExtensions: [gfmFromMarkdown()],
  });
  const codes: string[] = [];
  const wordsIn = (node: Nodes): string => {
    if (node.type === 'code') codes.push(node.value);
    if (node.type === 'break') return '\n';
    if ('children' in node) return node.children.map(wordsIn).join(INLINE.has(node.type) ? '' : '\n');
    if (node.type === 'footnoteReference') return `[^${node.identifier}]`;
    return 'value' in node ? node.value : '';
  };
  return { words: wordsIn(tree).replaceAll('\u200b', ''), codes };
}

const INLINE: ReadonlySet<string> = new Set([
  'paragraph',
  'heading',
  'emphasis',
  'strong',
  'delete',
  'link',
  'tableCell',
]);

/** The grammar of Discord's client, as far as it changes or hides characters. */
const RULES: readonly (readonly [RegExp, (match: RegExpExecArray, codes: string[]) => string])[] = [
  [
    /^```(?:([a-z0-9_+\-.#]+?)\n)?\n*([^\n][\s\S]*?)\n*```/i,
    ([, , code = ''], codes) => {
      codes.push(code);
      return `\n${code}\n`;
    },
  ],
  [/^\\([^0-9A-Za-z\s])/, ([, sign = '']) => sign],
  [/^<(https?:\/\/[^\s>]+)>/, ([, url = '']) => url],
  [/^https?:\/\/[^\s<]+[^<.,:;"'\]\s]/, ([url]) => url],
  [/^\[((?:\[[^\]]*\]|[^[\]])*)\]\(<?([^\s()<>]*)>?\)/, ([, label = ''], codes) => inline(label, codes)],
  [/^\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)/, ([, inner = ''], codes) => inline(inner, codes)],
  [/^__((?:\\[\s\S]|[^\\])+?)__(?!_)/, ([, inner = ''], codes) => inline(inner, codes)],
  [
    /^\b_((?:__|\\[\s\S]|[^\\_])+?)_\b|^\*(?=\S)((?:\*\*|\\[\s\S]|\s+(?:\\[\s\S]|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)/,
    ([, under = '', star = ''], codes) => inline(under || star, codes),
  ],
  [/^~~([\s\S]+?)~~(?!_)/, ([, inner = ''], codes) => inline(inner, codes)],
  [/^\|\|([\s\S]+?)\|\|/, () => '[spoiler]'],
  [/^(`+)([\s\S]*?[^`])\1(?!`)/, ([, , code = '']) => code.replace(/^ (?= *`)|(` *) $/g, '$1')],
  [/^<(?:@[!&]?\d+|#\d+|a?:\w+:\d+|t:-?\d+(?::\w)?|\/[^>]+:\d+)>/, () => '[mention]'],
  [/^@(?:everyone|here)\b/, () => '[mention]'],
];

function inline(source: string, codes: string[], before = ''): string {
  let seen = '';
  let rest = source;
  let last = before;
  while (rest !== '') {
    const found = RULES.map(([rule, show]) => [rule.exec(rest), show] as const).find(
      ([match]) => match !== null && !(/^_/.test(match[0]) && /\w/.test(last)),
    );
    const [match, show] = found ?? [null, undefined];
    const taken = match === null || show === undefined ? rest.charAt(0) : match[0];
    seen += match === null || show === undefined ? taken : show(match, codes);
    last = taken.slice(-1);
    rest = rest.slice(taken.length);
  }
  return seen;
}

/** What a line begins with as a heading, small print or an item. */
const LINE_MARKS = /^(\s*)(?:#{1,3} |-# |[-*] |\d+\. )/;

/** A text display as Discord shows it. */
export function seenOnDiscord(markdown: string): Seen {
  const codes: string[] = [];
  const lines: string[] = [];
  let fence: 'none' | 'plain' | 'quoted' = 'none';
  for (const line of markdown.split('\n')) {
    const isQuoted: boolean = fence === 'quoted' || (fence === 'none' && line.startsWith('> '));
    const bare = isQuoted ? line.slice(2) : line;
    const isFence = bare.startsWith('```');
    lines.push(isFence || fence !== 'none' ? bare : bare.replace(LINE_MARKS, '$1'));
    if (isFence) fence = fence === 'none' ? (isQuoted ? 'quoted' : 'plain') : 'none';
  }
  return { words: inline(lines.join('\n'), codes), codes };
}
