import { durationText } from '../../lib/duration.ts';

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** A job's time limit as the Hub tells it. */
export const limitText = (seconds: number | null | undefined): string =>
  seconds === null || seconds === undefined ? 'unknown' : durationText(seconds);

/** More than that would be a slip of the pen. */
export const LONGEST_JOB_SECONDS = 31 * 86_400;

/**
 * Seconds of a duration like "30m", "1.5h", "2d", "45s" or a number of seconds. Undefined where it can't be
 * read.
 */
export function parseDuration(text: string | number): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([smhd]?)$/i.exec(String(text).trim());
  if (match === null) return undefined;
  const seconds = Number(match[1]) * (UNITS[match[2]?.toLowerCase() || 's'] ?? 1);
  return seconds > 0 ? Math.round(seconds) : undefined;
}
