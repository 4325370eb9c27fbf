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
