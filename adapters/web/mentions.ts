import type { Mentions } from '../../src/session/mentions.ts';
import { MENTIONS as OWN } from '../shared/one-person.ts';

/*
 * People of a page that several use are called by their names on the Hub, which nobody else can have, so that
 * settings can name them: `hf:ada`.
 */

/** The id of somebody of the Hub, by their name there, in which case does not count. */
export const idOnHub = (name: string): string => `hf:${name.toLowerCase()}`;

const ON_HUB = /^hf:([\w.-]+)$/;

/** Whoever runs the bot, where it is for them alone, and who has signed in where it is for several. */
export const MENTIONS: Mentions = {
  kindOf: (who) => (ON_HUB.test(who) ? 'person' : OWN.kindOf(who)),
  person: (id) => OWN.person(ON_HUB.exec(id)?.[1] ?? id),
  group: OWN.group,
};
