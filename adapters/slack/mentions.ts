import type { Mentions } from '../../src/session/mentions.ts';

/**
 * People and user groups, by their ids:
 * https://docs.slack.dev/messaging/formatting-message-text#mentioning-users.
 */
export const MENTIONS: Mentions = {
  kindOf(who) {
    if (/^S[A-Z0-9]+$/.test(who)) return 'group';
    return /^[UW][A-Z0-9]+$/.test(who) ? 'person' : undefined;
  },
  person: (id) => `<@${id}>`,
  group: (id) => `<!subteam^${id}>`,
};

/** Whether a text is to who is named first in it: a person, or a user group. */
export const beginsWithMention = (text: string): boolean => /^\s*<(?:@[UW]|!subteam\^)[A-Z0-9]+/.test(text);
