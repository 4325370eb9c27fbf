import { cut, printedWithin } from '../../src/lib/cut.ts';
import { SLACK_LIMITS } from './limits.ts';

/**
 * Characters that Slack's mrkdwn gives a meaning: https://docs.slack.dev/messaging/formatting-message-text.
 */
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

/**
 * Text from elsewhere, for a mrkdwn field: it means nothing to Slack and notifies nobody. No field takes more
 * than a whole message does.
 */
export const plain = (text: string) => escaped(harmless(cut(text, SLACK_LIMITS.messageText)));

/** The same in a field that takes so many characters. */
export const plainWithin = (text: string, limit: number): string => printedWithin(text, limit, plain);

/**
 * The little markdown that we write ourselves, as mrkdwn: the Home tab takes no block of markdown. A table is
 * a line for each row, with its first cell as a name.
 */
export function mrkdwnOf(markdown: string): string {
  const lines = escaped(harmless(markdown))
    .split('\n')
    .flatMap((line): string[] => {
      if (!line.startsWith('|')) return [line.replace(/\*\*([^*]+)\*\*/g, '*$1*')];
      const [name = '', ...cells] = line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim());
      const isRule = /^[-: ]*$/.test(name + cells.join(''));
      return isRule ? [] : [[...(name ? [`*${name}*`] : []), ...cells].join('  ')];
    });
  return lines.join('\n').trim();
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
