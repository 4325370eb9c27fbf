import { cut } from '../../src/lib/cut.ts';
import { honestLabel } from '../../src/lib/markdown/honest-host.ts';
import { linkable, type Style } from '../../src/thread/view/words.ts';
import { mrkdwnCode, mrkdwnLink } from './dialect.ts';
import { SLACK_LIMITS } from './limits.ts';
import { MENTIONS } from './mentions.ts';
import { unmarked, within } from './text.ts';

/** Slack's mrkdwn: https://docs.slack.dev/messaging/formatting-message-text. */
export const STYLE: Style = {
  plain: (text) => unmarked(cut(text, SLACK_LIMITS.messageText)),
  sentence: (text) => unmarked(cut(text, SLACK_LIMITS.messageText)),
  bold: (text) => within('*', text),
  italic: (text) => within('_', text),
  code: mrkdwnCode,
  link(url, label) {
    const href = linkable(url);
    const text = unmarked(honestLabel(cut(label, 100), url));
    return href === undefined ? text : mrkdwnLink(href, text);
  },
  person: MENTIONS.person,
  group: MENTIONS.group,
  thread: ({ channel }) => `<#${channel}>`, // a thread itself has no mention
  moment: (at) => `<!date^${Math.floor(at.getTime() / 1000)}^{date_short_pretty} {time}|${at.toISOString()}>`,
};
