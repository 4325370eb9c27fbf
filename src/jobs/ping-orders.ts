import { z } from 'zod';
import { durationText } from '../lib/duration.ts';
import { timeZoneNamed, zoneText } from '../lib/time-zones.ts';
import { Person } from '../session/address.ts';
import { PINGS_USAGE, unknownTimeZone, WRONG_PINGS } from '../thread/words/pings.ts';

const LEAST_MS = 60_000;
const MOST_MS = 31 * 86_400_000;
const SAID_IN_DAYS_MS = 2 * 86_400_000;
/** `00000000000000000000000030m` is told as what it is. */
const SAID_CHARACTERS = 20;

/** Older versions took longer ones than people may set now. */
const LONGEST_KEPT_MS = 3_660 * 86_400_000;

/** What pings are about: a thread's own jobs, or its channel's; once a week it is always the channel's. */
export const Scope = z.enum(['thread', 'channel', 'weekly']);
export type Scope = z.infer<typeof Scope>;

/** Whose word a time zone is: of the order itself, of who gave it, of their platform, or of the config. */
const ZoneFrom = z.enum(['order', 'person', 'platform', 'config']);

/** When pings are due. A cron pattern is read in its time zone, so that summer time moves nothing. */
export const Rhythm = z.object({
  when: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('every'), ms: z.number().min(LEAST_MS).max(LONGEST_KEPT_MS) }),
    z.object({ kind: z.literal('daily'), pattern: z.string(), timeZone: z.string() }),
    z.object({ kind: z.literal('weekly'), pattern: z.string(), timeZone: z.string() }),
  ]),
  /** As people are told it. */
  words: z.string(),
  isQuiet: z.boolean(),
  /** Who gave the order; missing in orders of older versions, as is the zone in which they are told times. */
  by: Person.optional(),
  zone: z.object({ name: z.string(), from: ZoneFrom }).optional(),
});
export type Rhythm = z.infer<typeof Rhythm>;

/** A rhythm before it is known in whose time zone it is. */
type SaidWhen =
  | { kind: 'every'; ms: number; words: string }
  | { kind: 'daily' | 'weekly'; pattern: string; timeZone: string | undefined };

export type PingOrder =
  | { kind: 'show' }
  | { kind: 'off'; scope: Scope }
  | { kind: 'set'; scope: Scope; when: SaidWhen; isQuiet: boolean }
  | { kind: 'wrong'; problem: string };

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * What a message that begins with "pings" asks for; undefined where it is no such command: "pings are
 * annoying" is said to the agent.
 */
export function pingOrderOf(text: string): PingOrder | undefined {
  const words = text.trim().replace(/[.!]$/, '').split(/\s+/);
  if (words.shift()?.toLowerCase() !== 'pings') return undefined;
  if (words.length === 0) return { kind: 'show' };
  if (!ORDERED.test(words.join(' '))) return undefined;
  const isOfChannel = words[0]?.toLowerCase() === 'channel';
  if (isOfChannel) words.shift();
  const isQuiet = words.at(-1)?.toLowerCase() === 'quiet';
  if (isQuiet) words.pop();
  const first = words.shift()?.toLowerCase() ?? '';
  const scope: Scope = first === 'weekly' ? 'weekly' : isOfChannel ? 'channel' : 'thread';
  const isOff =
    first === 'off' ? words.length === 0 : scope === 'weekly' && words.join().toLowerCase() === 'off';
  if (isOff) return { kind: 'off', scope };
  const when = first === 'daily' || first === 'weekly' ? atTime(first, words) : interval(first, words);
  return 'problem' in when ? { kind: 'wrong', ...when } : { kind: 'set', scope, when, isQuiet };
}

/** What is meant as an order, be it wrong: a number, or one of its words, and little else. */
const ORDERED =
  /^(?:channel ?)?(?:(?:off|on|daily|weekly|every|hourly|quiet|\d\S*)(?: (?:off|on|quiet|at|every|minutes?|hours?|days?|min|hour|day|am|pm|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:days?)?|\d\S*|\w+\/\w\S*|utc|gmt|c?est|cet|[ecmp][sd]t|bst|ist|jst)){0,6})?$/i;

function interval(first: string, others: readonly string[]): SaidWhen | { problem: string } {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)(m|h|d)$/.exec(first) ?? [];
  if (count === undefined || others.length > 0) return { problem: PINGS_USAGE };
  const ms = Math.round(Number(count) * (UNITS[unit] ?? 0));
  if (ms < LEAST_MS) return { problem: WRONG_PINGS.tooOften };
  if (ms > MOST_MS) return { problem: WRONG_PINGS.tooSeldom };
  const isAsSaid = ms < SAID_IN_DAYS_MS && first.length <= SAID_CHARACTERS;
  return { kind: 'every', ms, words: `every ${isAsSaid ? first : durationText(ms / 1000)}` };
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;

/** `9:00`, `at 9:00 Europe/Paris`, and for a week's `on monday` before it: Monday where no day is named. */
function atTime(kind: 'daily' | 'weekly', said: readonly string[]): SaidWhen | { problem: string } {
  const words = said.filter((word) => !/^(?:at|on)$/i.test(word));
  const named = DAYS.findIndex((day) => isDay(words[0] ?? '', day));
  const day = named === -1 ? 1 : named;
  if (named !== -1) words.shift();
  const [time = '', ...zone] = words;
  const clock = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(time);
  if (clock === null || zone.length > 1 || (kind === 'daily' && named !== -1))
    return { problem: PINGS_USAGE };
  const timeZone = zone[0] === undefined ? undefined : timeZoneNamed(zone[0]);
  if (zone[0] !== undefined && timeZone === undefined) return { problem: unknownTimeZone(zone[0]) };
  const pattern = `${Number(clock[2])} ${Number(clock[1])} * * ${kind === 'weekly' ? day : '*'}`;
  return { kind, pattern, timeZone };
}

const isDay = (word: string, day: string): boolean =>
  word.length >= 3 && day.toLowerCase().startsWith(word.toLowerCase().replace(/s$/, ''));

/** A rhythm in its time zone, as it is kept. */
export function rhythmIn(
  { when, isQuiet }: Pick<Extract<PingOrder, { kind: 'set' }>, 'when' | 'isQuiet'>,
  zone: NonNullable<Rhythm['zone']>,
  by: Person,
): Rhythm {
  const { id, name } = by;
  const rest = { isQuiet, by: { id, name }, zone };
  if (when.kind === 'every') return { when: { kind: 'every', ms: when.ms }, words: when.words, ...rest };
  const at = { kind: when.kind, pattern: when.pattern, timeZone: zone.name };
  return { when: at, words: wordsOf(at), ...rest };
}

/** The same rhythm in another time zone: 9:00 is 9:00 there. */
export function movedTo(rhythm: Rhythm, zone: NonNullable<Rhythm['zone']>): Rhythm {
  const { when } = rhythm;
  if (when.kind === 'every') return { ...rhythm, zone };
  const at = { ...when, timeZone: zone.name };
  return { ...rhythm, when: at, words: wordsOf(at), zone };
}

function wordsOf({ pattern, timeZone }: { pattern: string; timeZone: string }): string {
  const [minute = '', hour = '', , , day = '*'] = pattern.split(' ');
  const days = day === '*' ? 'day' : (DAYS[Number(day)] ?? 'week');
  return `every ${days} at ${hour}:${minute.padStart(2, '0')} ${zoneText(timeZone)}`;
}
