import { nearest } from '../config/near.ts';

/**
 * Words that commands begin with, each with those that may follow it. Between two that are as near, the first
 * counts.
 */
const FORMS = {
  status: [],
  help: [],
  usage: [],
  stop: ['keep', 'jobs'],
  undo: [],
  compact: [],
  resume: [],
  retry: [],
  close: [],
  model: [],
  effort: ['low', 'medium', 'high', 'xhigh', 'max', 'default'],
  export: ['jsonl', 'markdown'],
  share: [],
  pings: ['off', 'channel', 'daily', 'weekly', 'quiet'],
  watch: [],
  yolo: ['off', 'on'],
  experiments: ['by'],
  compare: [],
  mute: ['alarms', 'digests', 'notes'],
  unmute: ['alarms', 'digests', 'notes'],
  catch: ['me', 'up'],
  timezone: ['off', 'forget'],
  branch: [],
  approve: [],
  reject: [],
} as const satisfies Record<string, readonly string[]>;

const HEADS = Object.keys(FORMS);

const isHead = (word: string): word is keyof typeof FORMS => Object.hasOwn(FORMS, word);

/** Commands of several words that are always the same. */
const PHRASES = [
  ...['catch me up', 'stop keep jobs', 'yolo on', 'yolo off', 'pings off', 'pings channel off'],
  ...['pings weekly off', 'mute alarms', 'mute digests', 'unmute alarms', 'unmute digests', 'export jsonl'],
  ...['export markdown', ...FORMS.effort.map((level) => `effort ${level}`)],
];
const WITHOUT_SPACES: ReadonlyMap<string, string> = new Map(
  [...HEADS, ...PHRASES].map((text) => [text.replaceAll(' ', ''), text]),
);

/** Words that are a letter away from those that commands begin with, and are meant as they are. */
const OTHERS = new Set(
  [
    'step steps shop stow atop top stops stoop slop stomp strop hell hello hel heel held heap helm heal kelp',
    'yelp helps hemp whelp undone unto states statue statues sage image usages contacts compacts impact contact',
    'compost resumed resumes presume reset entry retro clone clove chose closer closet closed closes lose loose',
    'models modal mode modem motel moodle yodel morel efforts afford expert experts exports shape shared shares',
    'spare shard shale shame shade shake hare shore shave sharp snare stare scare experiment compared compares',
    'compute ping pins rings wings kings pigs match batch patch hatch latch watches watched timezones cute lute',
    'mutes muted jute volo solo polo yoyo ranch brunch branches branched branching approved approves prove',
    'improve approach rejects rejected eject react inject deject',
  ].flatMap((line) => line.split(' ')),
);

/** Words behind the first one that say something of their own: "yolo no" is not "yolo on". */
const SAID_BEHIND = new Set('no not nor or in one ok us now new law mix it is an my we be'.split(' '));

/** A shorter first word is too little to tell what is meant, unless more follows. */
const LEAST_LETTERS = 4;
/** As many words as an order of pings has with all that belongs to it. */
const MOST_WORDS = 8;

/**
 * A message with the words that are a letter away from one of a command's written right, and its spaces where
 * they belong; undefined where there is nothing to correct. Whether that makes it a command is for who asks
 * to find out.
 */
export function corrected(said: string): string | undefined {
  const words = said.split(' ');
  const [first = '', ...behind] = words;
  const spaced = WITHOUT_SPACES.get(words.join('').toLowerCase());
  if (spaced !== undefined) return spaced === said.toLowerCase() ? undefined : spaced;
  if (first.endsWith(':')) return rejection(first.slice(0, -1), behind);
  const head = words.length > MOST_WORDS ? undefined : headNear(first, behind.length > 0);
  if (head === undefined) return undefined;
  const rest = behind.map((word) => nearWord(word, FORMS[head]) ?? word);
  const text = [first.toLowerCase() === head ? first : head, ...rest].join(' ');
  return text === said ? undefined : text;
}

/** What somebody rejects with is their own words, as many as they like. */
function rejection(word: string, reason: readonly string[]): string | undefined {
  const isMeant = word.toLowerCase() !== 'reject' && headNear(word, true) === 'reject';
  return isMeant && reason.length > 0 ? `reject: ${reason.join(' ')}` : undefined;
}

/** The word that commands begin with which somebody has written, or nearly. */
function headNear(word: string, isFollowed: boolean): keyof typeof FORMS | undefined {
  const lower = word.toLowerCase();
  if (isHead(lower)) return lower;
  if (OTHERS.has(lower) || lower.length < LEAST_LETTERS - (isFollowed ? 1 : 0)) return undefined;
  const near = nearWord(lower, HEADS);
  return near !== undefined && isHead(near) ? near : undefined;
}

/** The one of some words that another is a letter away from; a letter that is repeated counts once. */
function nearWord(word: string, known: readonly string[]): string | undefined {
  const lower = word.toLowerCase();
  if (known.includes(lower) || SAID_BEHIND.has(lower) || !/^\p{L}{2,}$/u.test(lower)) return undefined;
  const near = nearest(once(lower), known.map(once), 1);
  return known.find((other) => once(other) === near);
}

const once = (word: string): string => word.replace(/(\p{L})\1+/gu, '$1');
