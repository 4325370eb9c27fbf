/** A sum as people read it: to the cent, and small ones to a hundredth of one. */
export const dollars = (usd: number): string =>
  `$${usd >= 0.1 || usd < 0.00005 ? usd.toFixed(2) : usd.toFixed(4)}`;
