/* Sums in US dollars. Which of these is right is decided by what a sum is for. */

/** A sum that was spent, as people read it: to the cent. */
export const dollars = (usd: number): string =>
  usd > 0 && usd < 0.01 ? 'under $0.01' : `$${toTheCent(usd)}`;

/** What something can cost at most: never less than it is. */
export const dollarsAtMost = (usd: number): string =>
  `$${toTheCent(Math.max(0, Math.ceil(usd * 100 - NO_CENT)) / 100)}`;

/** A price, or a limit that somebody has set: to its last digit. */
export const exactDollars = (usd: number): string =>
  `$${usd.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 6 })}`;

const toTheCent = (usd: number): string =>
  usd.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
/** In cents, what sums of inexact numbers are wrong by: far less than money is reckoned with. */
const NO_CENT = 1e-6;
