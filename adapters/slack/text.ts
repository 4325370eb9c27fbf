import { cut, printedWithin } from '../../src/lib/cut.ts';
import { outsideCode } from '../../src/lib/outside-code.ts';
import { minuteOf } from '../shared/reading.ts';
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

/** The same of text that Slack tells, which may be escaped already: what looks like an escape is one. */
export const escapedOnce = (text: string): string =>
  text
    .replace(/&(?!(?:amp|lt|gt);)/g, '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');

/** The same, where it may have links and mentions in Slack's form. */
export const escapedBesides = (text: string): string =>
  text.replace(/<(?:[@#!]|[a-z][a-z0-9+.-]*:)[^<>]*>|[^<]+|<+(?=<)|</gi, (part) =>
    part.startsWith('<') && part.endsWith('>') ? part : escapedOnce(part),
  );

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

/** Signs that may begin marked text, and that may end it: within a word they are neither. */
const OPENER = /(?<![\p{L}\p{N}])[*_~`](?=[^\s*_~`])/gu;
const CLOSER = /(?<=\S)[*_~`](?![\p{L}\p{N}])/gu;

/** A line in which no sign begins marked text: those do that have an end further on. */
function unmarkedLine(line: string): string {
  const ends = new Map(Array.from(line.matchAll(CLOSER), ({ 0: sign, index }) => [sign, index]));
  return line.replace(OPENER, (sign, at: number) =>
    (ends.get(sign) ?? 0) >= at + 2 ? `${sign}${ZERO_WIDTH}` : sign,
  );
}

/** Text in a line of mrkdwn, as it is: it is not marked, and calls nobody. */
export const unmarked = (text: string): string =>
  escaped(harmless(text))
    .split('\n')
    .map(unmarkedLine)
    .join('\n')
    .replace(/^(?=&gt;)/gm, ZERO_WIDTH);

/** Text that is marked as a whole by a sign: the same sign in it does not end that early. */
export const within = (sign: '*' | '_' | '~', text: string): string =>
  `${sign}${text.replace(ENDS[sign], `${ZERO_WIDTH}$&`)}${sign}`;

const ENDS = {
  '*': /(?<=\S)\*(?![\p{L}\p{N}])/gu,
  _: /(?<=\S)_(?![\p{L}\p{N}])/gu,
  '~': /(?<=\S)~(?![\p{L}\p{N}])/gu,
} as const;

/**
 * Text from elsewhere, for a mrkdwn field. No field takes more than a whole message does. Code calls nobody,
 * and is left as it is.
 */
export const plain = (text: string) => escaped(outsideCode(cut(text, SLACK_LIMITS.messageText), harmless));

/** The same in a field that takes so many characters. */
export const plainWithin = (text: string, limit: number): string => printedWithin(text, limit, plain);

/** Text for a code block in mrkdwn, to the letter; none that holds the end of one (`codeBlocks`). */
export const codeBlock = (text: string, limit: number) =>
  `\`\`\`\n${printedWithin(cut(text, limit), limit - 8, escaped)}\n\`\`\``;

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

/** How people, channels and user groups are called; who is not asked is known by the id. */
export type Names = {
  person(id: string): Promise<string>;
  channel?: ((id: string) => Promise<string>) | undefined;
  group?: ((id: string) => Promise<string>) | undefined;
};

/** What Slack writes for what people see otherwise: `<…>` with a label that it may have left away. */
const PERSON = /<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>/g;
const CHANNEL = /<#([A-Z0-9]+)(?:\|([^<>]*))?>/g;
const GROUP = /<!subteam\^([A-Z0-9]+)(?:\|@?([^<>]*))?>/g;
const LINK = /<([a-z][a-z0-9+.-]*:[^<|>]+)(?:\|([^<>]*))?>/gi;

/**
 * What a person wrote, as text for a model: Slack's escapes undone, people, channels and groups by name,
 * addresses as they were typed, and every mention of the bot itself taken out.
 */
export async function readable(text: string, botUserId: string, names: Names): Promise<string> {
  const people = await namesFor(text, PERSON, names.person);
  const channels = await namesFor(text, CHANNEL, names.channel);
  const groups = await namesFor(text, GROUP, names.group);
  return text
    .replace(PERSON, (_whole, id: string) => (id === botUserId ? '' : `@${people.get(id) ?? id}`))
    .replace(CHANNEL, (_whole, id: string, name?: string) => `#${name || (channels.get(id) ?? id)}`)
    .replace(GROUP, (_whole, id: string, name?: string) => `@${name || (groups.get(id) ?? id)}`)
    .replace(/<!(channel|here|everyone)(?:\|[^<>]*)?>/g, '@$1')
    .replace(
      /<!date\^(-?\d{1,12})[^<>|]*(?:\|([^<>]*))?>/g,
      (_whole, seconds: string, shown?: string) => shown || minuteOf(seconds),
    )
    .replace(LINK, (_whole, url: string, label?: string) => linkText(url, label))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .trim();
}

/** The names of what Slack named by its id alone. */
async function namesFor(
  text: string,
  mention: RegExp,
  nameOf: Names['channel'],
): Promise<Map<string, string>> {
  const ids = new Set([...text.matchAll(mention)].flatMap(([, id, label]) => (id && !label ? [id] : [])));
  const found = nameOf === undefined ? [] : [...ids];
  return new Map(await Promise.all(found.map(async (id) => [id, (await nameOf?.(id)) ?? id] as const)));
}

/**
 * A link as people see it. Slack makes links of hosts, names of files and addresses of mail that somebody
 * types (`train.py`): there the label is what they typed.
 */
function linkText(url: string, label: string | undefined): string {
  if (!label || label === url) return url.replace(/^(?:mailto|tel):/i, '');
  const isTyped = [`http://${label}`, `http://${label}/`, `mailto:${label}`].includes(url);
  const isNumber = /^tel:/i.test(url) && digitsOf(url) === digitsOf(label);
  if (isTyped || isNumber) return label;
  return url.endsWith(label) ? url : `${label} (${url.replace(/^mailto:/i, '')})`;
}

const digitsOf = (text: string): string => text.replace(/\D/g, '');
