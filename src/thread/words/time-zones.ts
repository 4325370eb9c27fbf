import { clockText, zoneText } from '../../lib/time-zones.ts';
import type { Person } from '../../session/address.ts';
import type { Offer } from '../../session/transcript.ts';

/* What people are told of the time zone that they are taken to be in. */

/** What somebody whose time zone is not known may press: where most people are who work on models. */
export const ZONE_OFFERS: readonly Offer[] = [
  'America/Los_Angeles',
  'America/New_York',
  'Europe/London',
  'Europe/Berlin',
  'Asia/Kolkata',
].map((zone) => ({ text: `timezone ${zone}`, label: zoneText(zone) }));

const HOW = '`timezone Europe/Berlin` sets it, for notes that you order and times that I tell you.';

/** That somebody's time zone is known now, and what follows: `moved` notes come at their hour there. */
export function zoneSetText({ name }: Person, timeZone: string, now: Date, moved: number): string {
  const notes = moved === 1 ? 'Your note comes' : `Your ${moved} notes come`;
  const then = moved > 0 ? ` ${notes} at the same hour there.` : '';
  return `${name}: it is ${clockText(now, timeZone)} for you.${then}`;
}

/** In which time zone somebody is taken to be, and why. */
export function zoneShownText(
  { name }: Person,
  known: { zone: string; isSaid: boolean } | undefined,
  configZone: string,
): string {
  if (known === undefined)
    return `${name}: I don’t know your time zone, and take ${zoneText(configZone)}. ${HOW}`;
  const why = known.isSaid ? 'as you have said; `timezone off` forgets it' : 'as your profile has it';
  return `${name}: I take ${zoneText(known.zone)} for your time zone, ${why}. ${HOW}`;
}

export const zoneForgottenText = ({ name }: Person): string =>
  `${name}: I have forgotten your time zone. Notes that you have ordered stay at their hour. ${HOW}`;
