/** How one quantity stood at some moment: minutes since the beginning, requests of people until then. */
export type Point = { minute: number; requests: number; value: number };

/**
 * What a quantity may grow by. `hour`: so much an hour in any case, and a share of what it is. `request`: it
 * is a record of what was asked and done, so it grows, but a request may take no more of it than the share
 * of what it took before, and so much besides.
 */
export type Bound =
  | { per: 'hour'; most: number; share: number }
  | { per: 'request'; most: number; share: number };

/** How a quantity has grown. */
export type Growth = {
  name: string;
  /** Medians of the first and of the last quarter of what counts. */
  from: number;
  to: number;
  /** Per hour, or per request. */
  slope: number;
  bound: string;
  isKept: boolean;
};

/** How many minutes there have to be for slopes to mean something. */
export const LEAST_MINUTES = 20;

/** The first quarter is for settling: caches fill, and connections are opened. */
const settled = (points: readonly Point[]): readonly Point[] => points.slice(Math.floor(points.length / 4));

/** The slope of the line through points by least squares; 0 where there is none. */
export function slopeOf(points: readonly { x: number; y: number }[]): number {
  const mean = (numbers: readonly number[]) => numbers.reduce((sum, n) => sum + n, 0) / numbers.length;
  const [x, y] = [mean(points.map((point) => point.x)), mean(points.map((point) => point.y))];
  const spread = points.reduce((sum, point) => sum + (point.x - x) ** 2, 0);
  return spread === 0 ? 0 : points.reduce((sum, p) => sum + (p.x - x) * (p.y - y), 0) / spread;
}

/** Judges a quantity by what it did after settling. */
export function growthOf(name: string, points: readonly Point[], bound: Bound): Growth {
  const kept = settled(points);
  const quarter = Math.max(1, Math.floor(kept.length / 4));
  const middle = (some: readonly Point[]) => median(some.map(({ value }) => value));
  const [from, to] = [middle(kept.slice(0, quarter)), middle(kept.slice(-quarter))];
  if (bound.per === 'hour') {
    const slope = slopeOf(kept.map(({ minute, value }) => ({ x: minute / 60, y: value })));
    const most = bound.most + bound.share * from;
    return { name, from, to, slope, bound: `${figure(most)} an hour`, isKept: slope <= most };
  }
  const perRequest = (some: readonly Point[]) => slopeOf(some.map((p) => ({ x: p.requests, y: p.value })));
  const half = Math.floor(kept.length / 2);
  const [before, after] = [perRequest(kept.slice(0, half)), perRequest(kept.slice(half))];
  const most = Math.max(0, before) * bound.share + bound.most;
  return { name, from, to, slope: after, bound: `${figure(most)} a request`, isKept: after <= most };
}

/** A number with three digits that count. */
export const figure = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : Number(value.toPrecision(3)).toString();

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
