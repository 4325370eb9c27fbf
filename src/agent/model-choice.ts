import type { Config } from '../config/load.ts';
import type { Session } from '../session/snapshot.ts';

export type ModelRules = Pick<Config['model'], 'id' | 'defaults'>;

/**
 * The model of a session: the one that people chose for it or for its channel, otherwise the most specific
 * default that matches its platform, channel and person.
 */
export function modelOf(
  { settings, rules, address, requester }: Pick<Session, 'settings' | 'rules' | 'address' | 'requester'>,
  { id, defaults }: ModelRules,
): string {
  if (settings.model !== undefined) return settings.model;
  if (rules.model !== undefined) return rules.model;
  const fitting = defaults
    .filter(({ platform = address.platform, channel = address.channel, person = requester.id }) => {
      return platform === address.platform && channel === address.channel && person === requester.id;
    })
    .toSorted((a, b) => exactness(b) - exactness(a));
  return fitting[0]?.id ?? id;
}

/** A rule for a person beats one for a channel, which beats one for a platform. */
const exactness = ({ platform, channel, person }: ModelRules['defaults'][number]): number =>
  (person ? 4 : 0) + (channel ? 2 : 0) + (platform ? 1 : 0);
