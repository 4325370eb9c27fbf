import type { WebClient } from '@slack/web-api';
import { type AccessRules, answersReplies, refusalOf } from '../../src/session/access.ts';
import type { ChannelRules } from '../../src/session/channel-rules.ts';
import type { People } from './people.ts';

/** Who may use the bot where: asked at every way in. */
export type Gate = {
  /** Why somebody may not; undefined where they may. */
  refusal(channel: string, user: string): Promise<string | undefined>;
  /** Whether every reply in a thread of the bot's is for it, or only mentions are. */
  answersReplies(channel: string): Promise<boolean>;
  /** Whether somebody may change what holds in channels. */
  mayChange(user: string): Promise<boolean>;
  /** Tells somebody, in private, in the thread where they asked. */
  tell(channel: string, user: string, text: string, thread?: string): Promise<void>;
};

export function createGate(
  client: WebClient,
  people: People,
  rules: AccessRules,
  workspace: string,
  channels: { rulesOf(channel: string): Promise<ChannelRules> },
): Gate {
  const asksStanding = !rules.guests || !rules.strangers;
  return {
    async refusal(channel, user) {
      const standing = asksStanding ? await people.standing(user) : 'member';
      return refusalOf(
        rules,
        { workspace, channel },
        { id: user, standing },
        await channels.rulesOf(channel),
      );
    },
    answersReplies: async (channel) =>
      answersReplies(rules, { workspace, channel }, await channels.rulesOf(channel)),
    async mayChange(user) {
      if (rules.admins.includes(user)) return true;
      if (rules.admins.includes('admins') && (await people.isAdmin(user))) return true;
      for (const group of rules.admins) if ((await people.membersOf(group)).includes(user)) return true;
      return false;
    },
    async tell(channel, user, text, thread) {
      // Who can't be told is refused nevertheless.
      await client.chat
        .postEphemeral({ channel, user, text, ...(thread ? { thread_ts: thread } : {}) })
        .catch(() => {});
    },
  };
}
