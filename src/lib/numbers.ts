/** A whole number with a sign between its thousands: `1,000`. */
export const counted = (count: number): string => count.toLocaleString('en', { maximumFractionDigits: 0 });

/** A measured value to four figures, with a sign between its thousands. */
export function figure(value: number): string {
  const rounded = Number(value.toPrecision(4));
  const isPlain = Math.abs(rounded) >= 1_000 && Math.abs(rounded) < 1e15;
  return isPlain ? rounded.toLocaleString('en', { maximumFractionDigits: 3 }) : String(rounded);
}
