import type { WebClient } from '@slack/web-api';
import { type AccessRules, refusalOf } from '../../src/session/access.ts';
import type { People } from './people.ts';

/** Who may use the bot where: asked at every way in. */
export type Gate = {
  /** Why somebody may not; undefined where they may. */
  refusal(channel: string, user: string): Promise<string | undefined>;
  /** Tells somebody, in private, in the thread where they asked. */
  tell(channel: string, user: string, text: string, thread?: string): Promise<void>;
};

export function createGate(client: WebClient, people: People, rules: AccessRules): Gate {
  const asksStanding = !rules.guests || !rules.strangers;
  return {
    async refusal(channel, user) {
      const standing = asksStanding ? await people.standing(user) : 'member';
      return refusalOf(rules, channel, { id: user, standing });
    },
    async tell(channel, user, text, thread) {
      // Who can't be told is refused nevertheless.
      await client.chat
        .postEphemeral({ channel, user, text, ...(thread ? { thread_ts: thread } : {}) })
        .catch(() => {});
    },
  };
}
