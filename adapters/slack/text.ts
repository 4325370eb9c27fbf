import { cut, printedWithin } from '../../src/lib/cut.ts';
import { SLACK_LIMITS } from './limits.ts';

/*
 * Text that means nothing to Slack: https://docs.slack.dev/messaging/formatting-message-text. Three signs
 * have escapes. What has none is parted by a character without a width: the beginning of what would notify
 * people, and signs that would mark text.
 */

/** Characters that Slack's mrkdwn gives a meaning. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const ZERO_WIDTH = '\u200b';

/**
 * Takes the power to notify out of text that the bot did not write: broadcasts (`<!channel>`, `@everyone`),
 * user groups and mentions of people stay readable and ping nobody.
 */
export function harmless(text: string): string {
  return text
    .replace(/<(?=!(?:channel|here|everyone|group|subteam)\b)/gi, `<${ZERO_WIDTH}`)
    .replace(/<(?=@[UWB][A-Z0-9]+)/g, `<${ZERO_WIDTH}`)
    .replace(/@(?=(?:channel|here|everyone|group)\b)/gi, `@${ZERO_WIDTH}`);
}

/** A sign that begins marked text, where another one ends it: within a word it is none. */
const MARKED = /(?<![\p{L}\p{N}])([*_~`])(?=[^\s*_~`](?:[^\n]*[^\s])?\1(?![\p{L}\p{N}]))/gu;

/** Text in a line of mrkdwn, as it is: it is not marked, and calls nobody. */
export const unmarked = (text: string): string =>
  escaped(harmless(text))
    .replace(MARKED, `$1${ZERO_WIDTH}`)
    .replace(/^(?=&gt;)/gm, ZERO_WIDTH);

/** Text that is marked as a whole by a sign: the same sign in it does not end that early. */
export const within = (sign: '*' | '_' | '~', text: string): string =>
  `${sign}${text.replace(ENDS[sign], `${ZERO_WIDTH}$&`)}${sign}`;

const ENDS = {
  '*': /(?<=\S)\*(?![\p{L}\p{N}])/gu,
  _: /(?<=\S)_(?![\p{L}\p{N}])/gu,
  '~': /(?<=\S)~(?![\p{L}\p{N}])/gu,
} as const;

/** Text from elsewhere, for a mrkdwn field. No field takes more than a whole message does. */
export const plain = (text: string) => escaped(harmless(cut(text, SLACK_LIMITS.messageText)));

/** The same in a field that takes so many characters. */
export const plainWithin = (text: string, limit: number): string => printedWithin(text, limit, plain);

/** Text for a code block in mrkdwn: to the letter, but for what would close the block. */
export const codeBlock = (text: string, limit: number) =>
  `\`\`\`\n${printedWithin(cut(text, limit), limit - 8, (code) => escaped(code.replaceAll('```', FENCE)))}\n\`\`\``;

const FENCE = `\`\`${ZERO_WIDTH}\``;

/**
 * Printed text of at most so many characters, cut at a line's end where there is one, and never within an
 * escape or a character.
 */
export function cutPrinted(printed: string, limit: number): string {
  if (printed.length <= limit) return printed;
  const head = cut(printed, limit + 1).slice(0, -1);
  const line = head.lastIndexOf('\n');
  return (line > limit / 2 ? head.slice(0, line) : head).replace(/&\w{0,4}$/, '');
}

type Names = { person(id: string): Promise<string> };

/**
 * What a person wrote, as text for a model: Slack's escapes undone, links and channels readable, people by
 * name, and every mention of the bot itself taken out.
 */
export async function readable(text: string, botUserId: string, names: Names): Promise<string> {
  const people = new Map<string, string>();
  for (const [, id] of text.matchAll(/<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>/g)) {
    if (id && id !== botUserId && !people.has(id)) people.set(id, await names.person(id));
  }
  return text
    .replace(/<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>/g, (_whole, id: string) =>
      id === botUserId ? '' : `@${people.get(id) ?? id}`,
    )
    .replace(/<#([A-Z0-9]+)(?:\|([^<>]*))?>/g, (_whole, id: string, name?: string) => `#${name || id}`)
    .replace(/<!(channel|here|everyone)(?:\|[^<>]*)?>/g, '@$1')
    .replace(
      /<!subteam\^([A-Z0-9]+)(?:\|@?([^<>]*))?>/g,
      (_whole, id: string, name?: string) => `@${name || id}`,
    )
    .replace(/<!date\^[^<>|]*\|([^<>]*)>/g, '$1')
    .replace(/<((?:https?|mailto):[^<|>]+)\|([^<>]*)>/g, (_whole, url: string, label: string) =>
      label === url || url.endsWith(label) ? url : `${label} (${url})`,
    )
    .replace(/<((?:https?|mailto):[^<>]+)>/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .trim();
}
