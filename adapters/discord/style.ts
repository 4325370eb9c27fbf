import { cut } from '../../src/lib/cut.ts';
import { codeSpan, destination } from '../../src/lib/markdown/common-mark.ts';
import { honestLabel } from '../../src/lib/markdown/honest-host.ts';
import { onOneLine } from '../../src/lib/output.ts';
import { dayAndTime } from '../../src/lib/time-zones.ts';
import { linkable, type Style } from '../../src/thread/view/words.ts';
import { DISCORD_LIMITS } from './limits.ts';
import { MENTIONS } from './mentions.ts';
import { asField, asLine, asText } from './text.ts';

/** Discord's markdown. */
export const STYLE: Style = {
  plain: asField,
  sentence: (text) => asLine(asText(onOneLine(cut(text, DISCORD_LIMITS.content)))),
  bold: (text) => `**${text}**`,
  italic: (text) => `*${text}*`,
  code: (text) => codeSpan(cut(text, DISCORD_LIMITS.allText).replace(/\s+/g, ' ')),
  link(url, label) {
    const href = linkable(url);
    const text = asField(honestLabel(cut(label, 100), url));
    return href === undefined ? text : `[${text}](<${destination(href)}>)`;
  },
  person: MENTIONS.person,
  group: MENTIONS.group,
  thread: ({ thread }) => `<#${thread}>`,
  moment: (at) => `<t:${Math.floor(at.getTime() / 1000)}:f>`,
};

/** How a card is printed that a phone shows as it is. Code stays in its block, where it means nothing. */
export const UNMARKED: Style = {
  ...STYLE,
  plain: (text) => asText(onOneLine(cut(text, DISCORD_LIMITS.allText))),
  bold: (text) => text,
  italic: (text) => text,
  code: (text) => asText(onOneLine(text)),
  link: (_url, label) => asText(onOneLine(label)),
  moment: (at) => `${dayAndTime(at, 'UTC')} UTC`,
};
