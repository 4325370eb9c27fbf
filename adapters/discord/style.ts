import { cut, linkable, type Style } from '../../src/thread/words.ts';

const ZERO_WIDTH = '\u200b';

/** Takes the power to notify and to link out of text: mentions stay readable and ping nobody. */
export function harmless(text: string): string {
  return text
    .replace(/<(?=[@#]|a?:\w+:|id:|\/\w)/g, `<${ZERO_WIDTH}`)
    .replace(/@(?=(?:everyone|here)\b)/gi, `@${ZERO_WIDTH}`);
}

/** Characters that Discord's markdown gives a meaning: https://docs.discord.com/developers/reference#message-formatting. */
const escaped = (text: string): string => text.replace(/([\\*_~`|>#[\]()-])/g, '\\$1');

/** Text from elsewhere: it means nothing to Discord and notifies nobody. */
export const plain = (text: string): string => escaped(harmless(text.replace(/\s*\n\s*/g, ' ')));

/** Discord's markdown. */
export const STYLE: Style = {
  plain,
  bold: (text) => `**${text}**`,
  italic: (text) => `*${text}*`,
  code: (text) => `\`${harmless(text).replaceAll('`', "'").replace(/\s+/g, ' ')}\``,
  link(url, label) {
    const href = linkable(url);
    const text = plain(cut(label, 100));
    return href === undefined ? text : `[${text}](<${href.replaceAll(')', '%29')}>)`;
  },
  person: (id) => `<@${id.replace(/\D/g, '')}>`,
  moment: (at) => `<t:${Math.floor(at.getTime() / 1000)}:f>`,
};

/** Text in a code block that it can't close. */
export const codeBlock = (text: string, limit: number): string =>
  `\`\`\`\n${cut(harmless(text).replaceAll('```', "'''"), limit - 8)}\n\`\`\``;
