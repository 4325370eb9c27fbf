const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** From here on days are easier to read than hours. */
const IN_DAYS = 2 * DAY;

/**
 * Seconds as people say them, in the two largest units that fit: `45 s`, `14 min 3 s`, `47 h 59 min`, `2 d 5
 * h`. What is left below them is dropped.
 */
export function durationText(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < MINUTE) return `${whole} s`;
  if (whole < HOUR) return said([whole, MINUTE, 'min'], [1, 's']);
  if (whole < IN_DAYS) return said([whole, HOUR, 'h'], [MINUTE, 'min']);
  return said([whole, DAY, 'd'], [HOUR, 'h']);
}

/** The same where it has to be exact: with all seconds, where the words alone would drop some. */
export function exactDurationText(seconds: number): string {
  const dropped = seconds < HOUR ? 0 : seconds % (seconds < IN_DAYS ? MINUTE : HOUR);
  return dropped === 0 ? durationText(seconds) : `${durationText(seconds)} (${seconds} s)`;
}

function said([whole, unit, name]: [number, number, string], [part, partName]: [number, string]): string {
  const rest = Math.floor((whole % unit) / part);
  return `${Math.floor(whole / unit)} ${name}${rest > 0 ? ` ${rest} ${partName}` : ''}`;
}
