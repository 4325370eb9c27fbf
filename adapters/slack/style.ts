import { cut } from '../../src/lib/cut.ts';
import { honestLabel } from '../../src/thread/view/hosts.ts';
import { linkable, type Style } from '../../src/thread/view/words.ts';
import { MENTIONS } from './mentions.ts';
import { plain } from './text.ts';

/** Slack's mrkdwn: https://docs.slack.dev/messaging/formatting-message-text. */
export const STYLE: Style = {
  plain,
  bold: (text) => `*${text.replaceAll('*', '')}*`,
  italic: (text) => `_${text.replaceAll('_', ' ')}_`,
  code: (text) => `\`${plain(text).replaceAll('`', "'")}\``,
  link(url, label) {
    const href = linkable(url);
    const text = plain(honestLabel(cut(label, 100), url)).replaceAll('|', ' ');
    return href === undefined ? text : `<${href.replaceAll('|', '%7C')}|${text}>`;
  },
  person: MENTIONS.person,
  group: MENTIONS.group,
  thread: ({ channel }) => `<#${channel}>`, // a thread itself has no mention
  moment: (at) => `<!date^${Math.floor(at.getTime() / 1000)}^{date_short_pretty} {time}|${at.toISOString()}>`,
};
