import { cut, linkable, type Style } from '../../src/thread/words.ts';
import { plain } from './text.ts';

/** Slack's mrkdwn: https://docs.slack.dev/messaging/formatting-message-text. */
export const STYLE: Style = {
  plain,
  bold: (text) => `*${text.replaceAll('*', '')}*`,
  italic: (text) => `_${text.replaceAll('_', ' ')}_`,
  code: (text) => `\`${plain(text).replaceAll('`', "'")}\``,
  link(url, label) {
    const href = linkable(url);
    const text = plain(cut(label, 100)).replaceAll('|', ' ');
    return href === undefined ? text : `<${href.replaceAll('|', '%7C')}|${text}>`;
  },
  person: (id) => `<@${id}>`,
  moment: (at) => `<!date^${Math.floor(at.getTime() / 1000)}^{date_short_pretty} {time}|${at.toISOString()}>`,
};
