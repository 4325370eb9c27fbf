import type { ChannelRulesStore } from '../access/channel-rules.ts';
import type { Greetings, Said } from '../access/greetings.ts';
import { type AccessRules, isChannelAllowed } from '../access/rules.ts';
import type { Channel, Workspace } from '../session/address.ts';
import { helloText } from '../thread/words/hello.ts';
import type { Card } from './cards.ts';
import type { ControllerParts } from './parts.ts';
import type { Traits } from './traits.ts';

export type { Said };

/** Where the bot was invited to, and how it says something there. */
export type Invitation = {
  /** The channel that it is said in. */
  place: Channel;
  /** It was invited to all of the workspace, and says it there once. */
  isWhole: boolean;
  /** Posts where everybody sees it, and calls nobody. */
  say(card: Card, isOutcomeOpen: boolean): Promise<Said>;
};

type Greeting = {
  access: AccessRules;
  greetings: Greetings;
  channelRules: Pick<ChannelRulesStore, 'of'>;
  models: Pick<ControllerParts['models'], 'holds'>;
  hasAccount(place: Workspace): boolean;
  traits: Traits;
};

/** Says hello where the bot was invited and may be used, once; resolves with whether that is over with. */
export async function greet(deps: Greeting, { place, isWhole, say }: Invitation): Promise<boolean> {
  const { access, greetings, channelRules, models, hasAccount, traits } = deps;
  if (!access.hello || !hasAccount(place) || !isChannelAllowed(access, place.channel)) return true;
  const { platform, workspace, channel } = place;
  return greetings.once({ platform, workspace, ...(isWhole ? {} : { channel }) }, async (isOutcomeOpen) => {
    const holds = models.holds(place, await channelRules.of(place));
    const names = new Map(
      await Promise.all(holds.approvers.map(async (id) => [id, await traits.nameOf(id)] as const)),
    );
    const text = helloText(holds, { slash: traits.slash, nameOf: (id) => names.get(id) ?? id });
    return say({ title: 'Hello', parts: [{ kind: 'markdown', text }] }, isOutcomeOpen);
  });
}
