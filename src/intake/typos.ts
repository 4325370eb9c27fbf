import { nearest } from '../config/near.ts';

/** Every word that commands are made of. */
const WORDS = [
  ...['status', 'help', 'usage', 'stop', 'keep', 'jobs', 'undo', 'compact', 'resume', 'retry', 'close'],
  ...['model', 'effort', 'high', 'xhigh', 'medium', 'default', 'export', 'jsonl', 'markdown', 'share'],
  ...['pings', 'channel', 'daily', 'quiet', 'watch', 'yolo', 'experiments', 'compare', 'unmute', 'alarms'],
  ...['catch', 'weekly', 'digests', 'timezone', 'branch'],
] as const;

const KNOWN: ReadonlySet<string> = new Set(WORDS);

/** Words that are a letter away from those above, and are meant as they are. */
const OTHERS = new Set(
  [
    'step steps shop stow atop top stops stoop slop hell held heap helm heal kelp yelp helps undone unto',
    'states statue statues sage image usages keen kept seep deep jots jots jibs job contact compacts impact',
    'resumed resumes reset entry clone chose closed closes lose loose model models modal mode efforts afford',
    'sigh nigh hight height medium mediums expert experts exports shape shared shares spare shard shore shave',
    'experiment alarm compared compares ping pins rings wings channels daisy quite quit match batch patch hatch latch watches',
    'weakly digest timezones',
    'ranch brunch branches branched',
  ].flatMap((line) => line.split(' ')),
);

const LEAST_LETTERS = 4;
const MOST_WORDS = 4;

/**
 * A message with the words that are a letter away from one of a command's written right; undefined where
 * there is nothing to correct. Whether that makes it a command is for who asks to find out.
 */
export function corrected(said: string): string | undefined {
  const words = said.split(' ');
  if (words.length > MOST_WORDS) return undefined;
  const right = words.map((word) => {
    const isPlain = /^\p{L}+$/u.test(word) && word.length >= LEAST_LETTERS;
    const lower = word.toLowerCase();
    return isPlain && !KNOWN.has(lower) && !OTHERS.has(lower) ? (nearest(lower, WORDS, 1) ?? word) : word;
  });
  const text = right.join(' ');
  return text === said ? undefined : text;
}
