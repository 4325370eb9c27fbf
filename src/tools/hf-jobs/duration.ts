import { durationText } from '../../lib/duration.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** A job's time limit as the Hub tells it. */
export const limitText = (seconds: number | null | undefined): string =>
  seconds === null || seconds === undefined ? 'unknown' : durationText(seconds);

/** More than that would be a slip of the pen. */
export const LONGEST_JOB_SECONDS = 31 * 86_400;

/**
 * Seconds of a duration like "30m", "1.5h", "1h30m", "2 hours", "1:30:00", "PT90M" or a number of seconds.
 * Undefined where it can't be read.
 */
export function parseDuration(text: string | number): number | undefined {
  const said = String(text).trim().toLowerCase().slice(0, MOST);
  const seconds = plainSeconds(said) ?? clockSeconds(said) ?? unitSeconds(said.replace(/^p(?=.)/, ''));
  return seconds !== undefined && seconds > 0 && Number.isFinite(seconds) ? Math.round(seconds) : undefined;
}

/** Longer texts are no durations. */
const MOST = 60;

const plainSeconds = (text: string): number | undefined =>
  /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined;

/** Hours, minutes and seconds: two of them could be either. */
function clockSeconds(text: string): number | undefined {
  const [, h, m, s] = /^(\d{1,3}):(\d{2}):(\d{2})$/.exec(text) ?? [];
  return h === undefined ? undefined : Number(h) * 3600 + Number(m) * 60 + Number(s);
}

/** Each with its unit, the larger ones first. */
function unitSeconds(text: string): number | undefined {
  const parts = [...text.matchAll(PART)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== text) return undefined;
  const units = parts.map(([, , unit = '']) => UNITS[unit[0] ?? ''] ?? 0);
  const areInOrder = units.every((unit, i) => i === 0 || unit < (units[i - 1] ?? 0));
  return areInOrder
    ? parts.reduce((sum, [, count], i) => sum + Number(count) * (units[i] ?? 0), 0)
    : undefined;
}

const PART =
  /t?(\d+(?:\.\d+)?)\s*(days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)(?:\s*(?:and|,)\s*|\s*)/gy;
