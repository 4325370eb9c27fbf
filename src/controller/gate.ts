import type { ChannelRulesStore } from '../access/channel-rules.ts';
import { type AccessRules, answersReplies, refusalOf } from '../access/rules.ts';
import type { Channel, Workspace } from '../session/address.ts';
import { BARRED, NO_ACCOUNT } from '../thread/words/access.ts';
import type { Admission } from './admission.ts';
import type { Who } from './people.ts';

/** Who may use the bot where: asked at every way in, before anything else. */
export type Gate = {
  /** Why somebody may not, in words for them; undefined where they may. */
  refusal(place: Channel, who: Who): Promise<string | undefined>;
  /** Whether somebody who is refused, and has written to the bot, is to be told so (again). */
  tells(place: Channel, who: Pick<Who, 'id'>): Promise<boolean>;
  /** Whether every reply in a thread of the bot's is for it, or only mentions are. */
  answersReplies(place: Channel): Promise<boolean>;
  /** Whether somebody may change what holds in channels. */
  mayChange(who: Who): Promise<boolean>;
};

type GateParts = {
  access: AccessRules;
  channelRules: Pick<ChannelRulesStore, 'of'>;
  /** Whether a workspace has an account of Hugging Face to work with. */
  hasAccount(place: Workspace): boolean;
};

export function createGate(
  { access: rules, channelRules, hasAccount }: GateParts,
  admission: Admission,
): Gate {
  const asksStanding = !rules.guests || !rules.strangers;
  const setIn = async (place: Channel) => (await channelRules.of(place)).rules;
  return {
    async refusal(place, who) {
      const refusal = await admission.refusal(place, who);
      if (refusal !== undefined) return refusal;
      if (!hasAccount(place)) return NO_ACCOUNT;
      const { id, groups = [] } = who;
      const standing = (asksStanding ? await who.standing?.() : undefined) ?? 'member';
      const barred = refusalOf(rules, place, { id, standing, groups }, await setIn(place));
      return barred && BARRED[barred];
    },
    tells: async (place, who) =>
      (await admission.refusal(place, who)) === undefined || admission.tells(place, who),
    answersReplies: async (place) => answersReplies(rules, place, await setIn(place)),
    async mayChange(who) {
      const { admins } = rules;
      if ([who.id, ...(who.groups ?? [])].some((one) => admins.includes(one))) return true;
      if (admins.includes(ADMINS) && (await who.isAdmin?.())) return true;
      for (const group of admins) if (group !== ADMINS && (await who.isIn?.(group))) return true;
      return false;
    },
  };
}

/** How the config names whoever manages a workspace by the platform's own rights. */
const ADMINS = 'admins';
