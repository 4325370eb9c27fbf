import { cut } from '../../src/lib/cut.ts';
import { onOneLine } from '../../src/lib/output.ts';
import { honestLabel } from '../../src/thread/view/hosts.ts';
import { linkable, type Style } from '../../src/thread/view/words.ts';
import { DISCORD_LIMITS } from './limits.ts';
import { MENTIONS } from './mentions.ts';

const ZERO_WIDTH = '\u200b';

/** Takes the power to notify and to link out of text: mentions stay readable and ping nobody. */
export function harmless(text: string): string {
  return text
    .replace(/<(?=[@#]|a?:\w+:|id:|\/\w)/g, `<${ZERO_WIDTH}`)
    .replace(/@(?=(?:everyone|here)\b)/gi, `@${ZERO_WIDTH}`);
}

/**
 * Characters that Discord's markdown gives a meaning:
 * https://docs.discord.com/developers/reference#message-formatting.
 */
const MARKS = /([\\*_~`|>#[\]()-])/g;

/** Discord's markdown. */
export const STYLE: Style = {
  plain: (text) => harmless(onOneLine(cut(text, DISCORD_LIMITS.allText))).replace(MARKS, '\\$1'),
  bold: (text) => `**${text}**`,
  italic: (text) => `*${text}*`,
  code: (text) =>
    `\`${harmless(cut(text, DISCORD_LIMITS.allText)).replaceAll('`', "'").replace(/\s+/g, ' ')}\``,
  link(url, label) {
    const href = linkable(url);
    const text = STYLE.plain(honestLabel(cut(label, 100), url));
    return href === undefined ? text : `[${text}](<${href.replaceAll(')', '%29')}>)`;
  },
  person: MENTIONS.person,
  group: MENTIONS.group,
  thread: ({ thread }) => `<#${thread}>`,
  moment: (at) => `<t:${Math.floor(at.getTime() / 1000)}:f>`,
};
