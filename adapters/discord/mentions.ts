import type { Mentions } from '../../src/session/mentions.ts';

/** How roles are written among approvers and in rules: `role:123`. */
export const ROLE = 'role:';

/** People and roles, by their ids: https://docs.discord.com/developers/reference#message-formatting. */
export const MENTIONS: Mentions = {
  kindOf(who) {
    if (who.startsWith(ROLE)) return 'group';
    return /^\d+$/.test(who) ? 'person' : undefined;
  },
  person: (id) => `<@${id.replace(/\D/g, '')}>`,
  group: (role) => `<@&${role.slice(ROLE.length)}>`,
};
