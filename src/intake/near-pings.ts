import { pingOrderOf } from '../jobs/ping-orders.ts';
import { timeZoneNamed } from '../lib/time-zones.ts';
import { zoneLike } from './time-zone-command.ts';

type Heard = {
  isOfChannel: boolean;
  isQuiet: boolean;
  kind?: 'daily' | 'weekly';
  day?: string;
  interval?: string;
  time?: string;
  zone?: string;
  isOff?: true;
};

/** An hour for whoever names none. */
const MORNING = '9:00';

/**
 * The order that somebody means who says it in their own words: `pings daily 9:00` of "pings every day at
 * 9am", `pings 30m` of "ping me every 30 minutes". Undefined where a word of it is not understood.
 */
export function meantPings(said: string): string | undefined {
  const [begun, me] = /^pings?(?=\s)( me| us)?(?:\s|$)/i.exec(said) ?? [];
  if (begun === undefined) return undefined;
  const rest = said.slice(begun.length).toLowerCase();
  // "Ping me at 9" is once.
  if (me !== undefined && !OFTEN.test(rest)) return undefined;
  const heard = hear(rest);
  const text = heard && `pings ${ordered(heard)}`;
  const isOrder = text !== undefined && ['set', 'off'].includes(pingOrderOf(text)?.kind ?? '');
  return isOrder && text.toLowerCase() !== said.toLowerCase() ? text : undefined;
}

const OFTEN = /\b(?:every|each|daily|weekly|hourly)\b/;

function ordered({ isOfChannel, isQuiet, kind, day, interval, time, zone }: Heard): string {
  const when =
    interval ??
    (kind === 'weekly' || day !== undefined
      ? `weekly ${day ?? 'monday'} ${time ?? MORNING}`
      : kind === 'daily' || time !== undefined
        ? `daily ${time ?? MORNING}`
        : 'off');
  return [isOfChannel ? 'channel' : '', when, zone ?? '', isQuiet ? 'quiet' : ''].filter(Boolean).join(' ');
}

/** Takes one word, or two, from the front; undefined where they are none of its own. */
type Ear = { pattern: RegExp; takes(heard: Heard, found: RegExpExecArray): Heard | undefined };

const EARS: readonly Ear[] = [
  { pattern: /^(?:at|on|each|every(?! (?:day|week|hour|morning)\b))(?= |$)/, takes: (heard) => heard },
  { pattern: /^channel(?= |$)/, takes: (heard) => ({ ...heard, isOfChannel: true }) },
  { pattern: /^off(?= |$)/, takes: (heard) => ({ ...heard, isOff: true }) },
  { pattern: /^quiet(?:ly)?(?= |$)/, takes: (heard) => ({ ...heard, isQuiet: true }) },
  {
    pattern: /^(?:daily|every (?:day|morning)|mornings?)(?= |$)/,
    takes: (heard) => ({ ...heard, kind: 'daily' }),
  },
  { pattern: /^(?:weekly|every week)(?= |$)/, takes: (heard) => ({ ...heard, kind: 'weekly' }) },
  { pattern: /^(?:hourly|every hour)(?= |$)/, takes: (heard) => ({ ...heard, interval: '1h' }) },
  {
    pattern: /^(mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:days?)?(?= |$)/,
    takes: (heard, [word = '']) => ({ ...heard, day: word.replace(/s$/, '') }),
  },
  {
    pattern: /^(\d{1,4}(?:\.\d+)?) ?(m|mins?|minutes?|h|hrs?|hours?|d|days?)(?= |$)/,
    takes: (heard, [, count = '', unit = '']) => ({ ...heard, interval: `${count}${unit.charAt(0)}` }),
  },
  {
    pattern: /^(\d{1,2})(?:[:.h](\d\d))? ?(am|pm|h|o'clock)?(?= |$)/,
    takes: (heard, [, hour = '', minute = '00', half]) => timed(heard, Number(hour), minute, half),
  },
  {
    pattern: /^[a-z]\S+(?: [a-z]+){0,2}$/,
    takes(heard, [name = '']) {
      const zone = timeZoneNamed(name) ?? zoneLike(name);
      return zone === undefined ? undefined : { ...heard, zone };
    },
  },
];

function timed(heard: Heard, said: number, minute: string, half: string | undefined): Heard | undefined {
  const isHalf = half === 'am' || half === 'pm';
  if (isHalf && (said < 1 || said > 12)) return undefined;
  const hour = isHalf ? (said % 12) + (half === 'pm' ? 12 : 0) : said;
  return { ...heard, time: `${hour}:${minute}` };
}

function hear(text: string): Heard | undefined {
  let heard: Heard = { isOfChannel: false, isQuiet: false };
  for (let rest = text.trim(); rest !== ''; ) {
    const next = EARS.map(({ pattern, takes }) => {
      const found = pattern.exec(rest);
      const taken = found && takes(heard, found);
      return found && taken ? { taken, length: found[0].length } : undefined;
    }).find((one) => one !== undefined);
    if (next === undefined) return undefined;
    heard = next.taken;
    rest = rest.slice(next.length).trim();
  }
  return isOne(heard) ? heard : undefined;
}

/** Whether one thing is ordered, and nothing that goes with another. */
function isOne({ interval, time, day, kind, zone, isOff, isQuiet }: Heard): boolean {
  const isTimed = time !== undefined || day !== undefined || kind !== undefined;
  const wanted = [interval !== undefined, isTimed, isOff === true].filter(Boolean).length;
  return wanted === 1 && (isTimed || zone === undefined) && !(isOff && isQuiet);
}
