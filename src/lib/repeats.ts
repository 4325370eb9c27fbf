import { systemClock } from './clock.ts';
import { wholeBeginning } from './cut.ts';

/** What decides whether a line is said again: its words, and what it is about. */
type Line = { level: number; message: string; about: readonly unknown[] };

export type Repeats = {
  /**
   * Whether a line is to be printed; otherwise it is counted. `again` prints it later, with how often it came
   * meanwhile.
   */
  admits(line: Line, again: (times: number) => void): boolean;
};

/** For so long a line that was printed is only counted. */
const WINDOW_MS = 60_000;

/**
 * Lines of the same words that are told apart by what they are about, within that time; more are counted as
 * one.
 */
const KINDS = 20;

type Counted = { until: number; times: number; again: (times: number) => void };

/**
 * Keeps what repeats from filling a log: of lines that say the same of the same thing the first is printed,
 * and each minute how many came since. Numbers and ids within an error's text do not make it another one.
 */
export function createRepeats(monotonic: () => number = systemClock.monotonic): Repeats {
  const counted = new Map<string, Counted>();
  /** By the words alone: how many kinds of a line there are. */
  const kinds = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;

  function sweep(): void {
    timer = undefined;
    for (const [key, entry] of counted) {
      if (entry.until > monotonic()) continue;
      if (entry.times === 0) forget(key);
      else {
        const { times } = entry;
        Object.assign(entry, { until: monotonic() + WINDOW_MS, times: 0 });
        entry.again(times);
      }
    }
    schedule();
  }

  function schedule(): void {
    if (timer !== undefined || counted.size === 0) return;
    const next = Math.min(...[...counted.values()].map(({ until }) => until));
    timer = setTimeout(sweep, Math.max(100, next - monotonic()));
    timer.unref();
  }

  function forget(key: string): void {
    counted.delete(key);
    const words = wordsOf(key);
    const left = (kinds.get(words) ?? 1) - 1;
    if (left > 0) kinds.set(words, left);
    else kinds.delete(words);
  }

  return {
    admits({ level, message, about }, again) {
      const words = `${level} ${message}`;
      const exact = `${words}\0${about.map(same).join('\0')}`;
      const isNewKind = !counted.has(exact) && (kinds.get(words) ?? 0) < KINDS;
      const key = counted.has(exact) || isNewKind ? exact : `${words}\0`;
      const known = counted.get(key);
      if (known !== undefined && known.until > monotonic()) {
        known.times++;
        known.again = again;
        return false;
      }
      if (known === undefined) kinds.set(words, (kinds.get(words) ?? 0) + 1);
      counted.set(key, { until: monotonic() + WINDOW_MS, times: 0, again });
      schedule();
      return true;
    },
  };
}

const wordsOf = (key: string) => key.slice(0, key.indexOf('\0'));

/** Long enough to tell errors apart; pages of HTML begin alike. */
const TEXT = 300;

/**
 * What is the same of something that a line is about: of an error its innermost cause, whatever numbers and
 * ids are in it.
 */
function same(value: unknown): string {
  if (value === undefined) return '';
  if (!(value instanceof Error)) return wholeBeginning(String(value), TEXT);
  if (value.cause instanceof Error) return same(value.cause);
  const code = 'code' in value ? String(value.code) : value.name;
  return `${code} ${wholeBeginning(value.message, TEXT).replaceAll(/[0-9a-f]{8,}|\d+/gi, '#')}`;
}
