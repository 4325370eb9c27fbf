/* Time zones by their names, and times as people in them read them. */

/** Whether a name is one of a time zone: `Europe/Paris`, `UTC`. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/**
 * The zone that somebody means, written as it is listed: `europe/berlin` and `America/New York` are found.
 * Undefined where there is none of that name, and for offsets: those know no summer time.
 */
export function timeZoneNamed(said: string): string | undefined {
  const name = said.trim().replace(/\s+/g, '_');
  if (!/^[a-z]/i.test(name) || !isTimeZone(name)) return undefined;
  const isSame = (listed: string) => listed.toLowerCase() === name.toLowerCase();
  const listed = Intl.supportedValuesOf('timeZone').find(isSame);
  if (listed !== undefined) return listed;
  // Newer names of cities, such as Europe/Kyiv, are known without being listed.
  if (!name.includes('/')) return name.toUpperCase();
  return name === name.toLowerCase() ? name.replace(/(?<![a-z])[a-z]/g, upper) : name;
}

const upper = (letter: string): string => letter.toUpperCase();

/** A zone's name in a sentence: an underscore would be read aloud, and means something in markdown. */
export const zoneText = (timeZone: string): string => timeZone.replaceAll('_', ' ');

/** A time as it is said in a text, in words that name its zone. */
export type SaidTime = { words: string; at: Date };

/** A text with the times in it as a platform shows them to each reader, in their own zone. */
export const withTimes = (text: string, times: readonly SaidTime[], moment: (at: Date) => string): string =>
  times.reduce((shown, { words, at }) => shown.replaceAll(words, () => moment(at)), text);

/** A time of day with its zone: `16:05 Europe/Berlin`. */
export const clockText = (at: Date, timeZone: string): string =>
  `${timeIn(at, timeZone)} ${zoneText(timeZone)}`;

/** The same with its day, as people say it at `now`: `Fri 16:05 Europe/Berlin`, `20 Nov 16:05 UTC`. */
export function dayText(at: Date, now: Date, timeZone: string): string {
  const isOfThisWeek = Math.abs(now.getTime() - at.getTime()) < 6 * 86_400_000;
  const day = isOfThisWeek ? weekdayIn(at, timeZone) : dateIn(at, timeZone);
  return `${day} ${clockText(at, timeZone)}`;
}

/** Without the zone, where that is said elsewhere: `Fri 16:05`. */
export const dayAndTime = (at: Date, timeZone: string): string =>
  `${weekdayIn(at, timeZone)} ${timeIn(at, timeZone)}`;

const weekdayIn = (at: Date, timeZone: string): string =>
  new Intl.DateTimeFormat('en-GB', { weekday: 'short', timeZone }).format(at);

const dateIn = (at: Date, timeZone: string): string =>
  new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone }).format(at);

/** As people set it: `9:00`, not `09:00`. */
const timeIn = (at: Date, timeZone: string): string =>
  new Intl.DateTimeFormat('en-GB', { hour: 'numeric', minute: '2-digit', hourCycle: 'h23', timeZone })
    .format(at)
    .replace(/^0(?=\d)/, '');
