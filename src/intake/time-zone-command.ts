import { nearest } from '../config/near.ts';
import type { Tx } from '../db/database.ts';
import { movePings, type Ordering } from '../jobs/pings.ts';
import type { Isolation } from '../lib/isolation.ts';
import { timeZoneNamed } from '../lib/time-zones.ts';
import { noteSaidZone, timeZoneOf } from '../session/store/time-zones.ts';
import { unknownTimeZone } from '../thread/words/pings.ts';
import { zoneForgottenText, zoneSetText, zoneShownText } from '../thread/words/time-zones.ts';

/** What somebody says of their time zone. */
export type ZoneOrder =
  | { kind: 'show' }
  | { kind: 'set'; zone: string }
  | { kind: 'forget' }
  | { kind: 'wrong'; problem: string };

/**
 * What a message such as `timezone Europe/Berlin` asks for; undefined for any other: "timezone bugs" is said
 * to the agent.
 */
export function zoneOrderOf(said: string): ZoneOrder | { kind: 'near'; zone: string } | undefined {
  const [found, name] =
    /^(?:my )?time[ -]?zone(?: (?:is )?([a-z][\w+/-]{1,40}(?: [a-z]{1,20}){0,3}))?$/i.exec(said) ?? [];
  if (found === undefined) return undefined;
  if (name === undefined) return { kind: 'show' };
  if (/^(?:off|forget|reset)$/i.test(name)) return { kind: 'forget' };
  const zone = timeZoneNamed(name);
  if (zone !== undefined) return { kind: 'set', zone };
  const near = zoneLike(name);
  if (near !== undefined) return { kind: 'near', zone: near };
  return /^\w+\/\w[\w/-]*$/.test(name) ? { kind: 'wrong', problem: unknownTimeZone(name) } : undefined;
}

/** The one zone that is called nearly so, or is that of a city: `Berlin`, `new york time`, `Europe/Berln`. */
export function zoneLike(said: string): string | undefined {
  const name = said
    .replace(/ time$/i, '')
    .replace(/\s+/g, '_')
    .toLowerCase();
  const zones = Intl.supportedValuesOf('timeZone');
  const cityOf = (zone: string) => zone.slice(zone.lastIndexOf('/') + 1).toLowerCase();
  const ofCity = zones.filter((zone) => cityOf(zone) === cityOf(name));
  if (ofCity.length > 0) return ofCity.length === 1 ? ofCity[0] : undefined;
  return name.includes('/') ? nearest(name, zones, 1) : undefined;
}

/** Does what somebody has said of their time zone. Returns what the thread is told. */
export async function orderTimeZone(
  tx: Tx,
  isolation: Isolation,
  order: ZoneOrder,
  { place, by, configZone }: Ordering,
): Promise<string> {
  const { platform, workspace } = place;
  const who = { platform, workspace, person: by.id };
  switch (order.kind) {
    case 'wrong':
      return order.problem;
    case 'show':
      return zoneShownText(by, await timeZoneOf(tx, who), configZone);
    case 'forget':
      await noteSaidZone(tx, who, null);
      return zoneForgottenText(by);
    case 'set': {
      const { zone } = order;
      await noteSaidZone(tx, who, zone);
      return zoneSetText(by, zone, tx.clock.now(), await movePings(tx, isolation, who, { zone }));
    }
    default:
      return order satisfies never;
  }
}
