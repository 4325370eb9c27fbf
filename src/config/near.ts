/**
 * The known name that one may have been meant to be: it differs in its writing alone, or in `most` letters.
 */
export function nearest(name: string, known: Iterable<string>, most = 2): string | undefined {
  const plain = plainOf(name);
  let best: { name: string; distance: number } | undefined;
  for (const candidate of known) {
    const distance = plainOf(candidate) === plain ? 0 : distanceOf(plain, plainOf(candidate));
    const limit = Math.min(plain.length, candidate.length) < 8 ? 1 : most;
    if (distance <= limit && (best === undefined || distance < best.distance))
      best = { name: candidate, distance };
  }
  return best?.name;
}

const plainOf = (name: string): string => name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '');

/** How many letters were left out, put in, changed, or swapped with the next one. */
function distanceOf(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? (before[j - 2] ?? 0) + 1 : changed;
      row[j] = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, changed, swapped);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
