/** A whole number with a sign between its thousands: `1,000`. */
export const counted = (count: number): string => count.toLocaleString('en', { maximumFractionDigits: 0 });

/** A measured value to four figures, with a sign between its thousands. */
export function figure(value: number): string {
  const rounded = Number(value.toPrecision(4));
  const isPlain = Math.abs(rounded) >= 1_000 && Math.abs(rounded) < 1e15;
  return isPlain ? rounded.toLocaleString('en', { maximumFractionDigits: 3 }) : String(rounded);
}

/** A large count in a few characters: `950`, `9.5k`, `12k`, `1.2M`. */
export function compact(count: number): string {
  for (const [unit, sign] of UNITS) {
    // What is rounded up to the next unit is said in that.
    if (count >= unit * 0.9995) return `${short(count / unit)}${sign}`;
  }
  return String(Math.round(count));
}

const UNITS = [
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
] as const;

const short = (value: number): string =>
  value < 9.95 ? String(Number(value.toFixed(1))) : String(Math.round(value));
