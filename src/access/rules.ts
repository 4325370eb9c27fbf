import { z } from 'zod';
import type { Config } from '../config/load.ts';
import type { Channel } from '../session/address.ts';
import type { ChannelRules } from '../session/channel-rules.ts';
import type { Barred } from '../thread/words/access.ts';

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
 * Why somebody may not use the bot in a channel; undefined where they may. `set` is what
 * people have set for the channel: it takes the place of what the config says for it, but never lets in whom
 * the config denies.
 */
export function refusalOf(
  rules: AccessRules,
  where: Where,
  asker: Asker,
  set: ChannelRules = {},
): Barred | undefined {
  const { channel } = where;
  const own = { users: set.users ?? placeRules(rules, where).users };
  if (rules.deny_people.includes(asker.id)) return 'denied';
  if (!isChannelAllowed(rules, channel)) return 'not_here';
  const isNamed = [asker.id, ...(asker.groups ?? [])].some((who) => own.users?.includes(who));
  if (own.users !== undefined && !isNamed) return 'not_named';
  if (isNamed) return undefined; // who is named is meant, whoever they are
  if (asker.standing === 'guest' && !rules.guests) return 'guest';
  if (asker.standing === 'stranger' && !rules.strangers) return 'stranger';
  return undefined;
}

/** Whether every reply in a thread of the bot's is for it, or only mentions are. */
export const answersReplies = (rules: AccessRules, where: Where, set: ChannelRules = {}): boolean =>
  (set.replies ?? placeRules(rules, where).replies ?? rules.replies) === 'all';

/** Whether the bot may be used in a channel by whoever may; '' is somebody's own page, in no channel. */
export const isChannelAllowed = (rules: AccessRules, channel: string): boolean =>
  !rules.deny_channels.includes(channel) &&
  (channel === '' || rules.allow_channels.length === 0 || rules.allow_channels.includes(channel));
