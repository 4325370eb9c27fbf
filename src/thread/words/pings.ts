/* What people are told of pings and notes that they have ordered. */

export const PINGS_USAGE =
  'Say `pings 30m`, `pings 2h quiet` (only when something changed), `pings daily 9:00` (a morning note), `pings weekly monday 9:00` (a note on this channel), `pings channel 1h` or `pings channel daily 9:00` (all jobs of this channel), or `pings off`. A time zone may stand at the end: `pings daily 9:00 Europe/Paris`.';

export const NO_PINGS = `No pings are set in this thread. ${PINGS_USAGE}`;

export const PINGS_OFF = {
  channel: 'Pings about this channel’s jobs are off.',
  thread: 'Pings are off in this thread.',
  weekly: 'The weekly note on this channel is off.',
} as const;

export const WRONG_PINGS = {
  tooOften: 'Pings come at most once a minute.',
  tooSeldom: 'Pings come at least once in 31 days: `pings 31d`.',
} as const;

export const unknownTimeZone = (name: string): string =>
  `I know no time zone "${name}"; it is one like Europe/Paris or UTC.`;

type Ordered = {
  when: { kind: 'every' | 'daily' | 'weekly' };
  words: string;
  isQuiet: boolean;
  zone?: { from: 'order' | 'person' | 'platform' | 'config' } | undefined;
};

const ABOUT = {
  channel: 'this channel’s running jobs',
  thread: 'the running jobs of this thread',
  weekly: 'this channel',
} as const;

/** What is reported on, when, and where the time zone is from. */
export function pingsText(scope: keyof typeof ABOUT, { when, words, isQuiet, zone }: Ordered): string {
  if (when.kind === 'every') {
    return `I report on ${ABOUT[scope]} ${words}${isQuiet ? ', when something has changed' : ''}.`;
  }
  const about = scope === 'thread' ? 'this thread' : 'this channel';
  const unless = isQuiet ? ', unless there is nothing to say' : '';
  return `I write a note on ${about} ${words}${unless}.${zone ? ZONES[zone.from] : ''}`;
}

const ZONES = {
  order: '',
  person: ' That is your time zone.',
  platform: ' That is your time zone as your profile has it; `timezone Europe/Berlin` sets another.',
  config:
    ' I don’t know your time zone, so that is mine: tell me yours once, as in `timezone Europe/Berlin`, and this note moves there.',
} as const;
