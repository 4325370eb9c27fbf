import { z } from 'zod';
import type { Config } from '../config/load.ts';
import type { Channel } from '../session/address.ts';
import type { ChannelRules } from '../session/channel-rules.ts';

/** How somebody belongs to a workspace. A stranger is of another one that shares a channel with it. */
export const Standing = z.enum(['member', 'guest', 'stranger']);
export type Standing = z.infer<typeof Standing>;

export type AccessRules = Config['access'];

export type Asker = {
  id: string;
  standing: Standing;
  /** Groups and roles that somebody is in, where the platform tells. */
  groups?: readonly string[];
};

type Where = Pick<Channel, 'workspace' | 'channel'>;

/** What the config says for a channel, else for its workspace. */
export function placeRules(
  rules: AccessRules,
  { workspace, channel }: Where,
): AccessRules['channels'][string] {
  const [wide, own] = [rules.workspaces[workspace], rules.channels[channel]];
  return {
    users: own?.users ?? wide?.users,
    approvers: own?.approvers ?? wide?.approvers,
    replies: own?.replies ?? wide?.replies,
  };
}

/**
 * Why somebody may not use the bot in a channel, in words for them; undefined where they may. `set` is what
 * people have set for the channel: it takes the place of what the config says for it, but never lets in whom
 * the config denies.
 */
export function refusalOf(
  rules: AccessRules,
  where: Where,
  asker: Asker,
  set: ChannelRules = {},
): string | undefined {
  const { channel } = where;
  const own = { users: set.users ?? placeRules(rules, where).users };
  if (rules.deny_people.includes(asker.id))
    return 'You may not use me here. Whoever runs me can change that.';
  const isOutside = channel === ''; // somebody's own page is in no channel
  if (rules.deny_channels.includes(channel)) return NOT_HERE;
  if (!isOutside && rules.allow_channels.length > 0 && !rules.allow_channels.includes(channel))
    return NOT_HERE;
  const isNamed = [asker.id, ...(asker.groups ?? [])].some((who) => own.users?.includes(who));
  if (own.users !== undefined && !isNamed)
    return 'In this channel only some people may use me, and you are not among them.';
  if (isNamed) return undefined; // who is named is meant, whoever they are
  if (asker.standing === 'guest' && !rules.guests)
    return 'Guests may not use me here. Ask a member of this workspace.';
  if (asker.standing === 'stranger' && !rules.strangers)
    return 'I only work for people of this workspace, not for those who share a channel with it.';
  return undefined;
}

const NOT_HERE = 'I may not be used in this channel. Whoever runs me can change that.';

/** Whether every reply in a thread of the bot's is for it, or only mentions are. */
export const answersReplies = (rules: AccessRules, where: Where, set: ChannelRules = {}): boolean =>
  (set.replies ?? placeRules(rules, where).replies ?? rules.replies) === 'all';
