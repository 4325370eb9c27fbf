import { z } from 'zod';

/* The losses of one run, over one axis. */

/** Where a loss was printed: an epoch, and steps in it or, with epoch 0, steps of the run. */
const Place = z.tuple([z.number(), z.number()]);
type Place = z.infer<typeof Place>;

/** What the losses stand over, from the first one to the newest. */
export const Axis = z.object({ kind: z.enum(['step', 'epoch', 'place', 'none']), first: Place, last: Place });
export type Axis = z.infer<typeof Axis>;

export type Curve = {
  losses: number[];
  stride: number;
  seen: number;
  axis?: Axis | undefined;
  /** The newest one, whether or not it is among `losses`. */
  loss?: number | undefined;
};

const MAX_LOSSES = 48;

/** A loss that lies before the newest one, until the next one tells whether a new run has begun. */
export const Stray = z.object({ place: Place, loss: z.number() });
export type Stray = z.infer<typeof Stray>;

/** `isNewRun`: what was known of steps and epochs belongs to another run. */
type Added = { curve: Curve; stray?: Stray | undefined; isTaken: boolean; isNewRun: boolean };

/**
 * The curve with one more loss. Losses over another axis do not mix with those that are there; an axis that
 * goes back is a run that begins anew, or a process that is behind the others.
 */
export function withLoss(curve: Curve, kind: Axis['kind'], place: Place, loss: number, stray?: Stray): Added {
  const { axis } = curve;
  if (axis === undefined) return fresh(kind, [[place, loss]], false);
  if (axis.kind !== kind) {
    const isFluke = curve.seen <= 1 && kind !== 'none';
    return isFluke ? fresh(kind, [[place, loss]], false) : kept(curve, kind === 'none');
  }
  if (kind === 'none') return taken(pushed(curve, place, loss));
  const [toLast, toFirst] = [compared(place, axis.last), compared(place, axis.first)];
  if (toLast > 0) return taken(pushed(curve, place, loss));
  // Epochs are rounded where they are printed: several steps have the same one.
  if (toLast === 0 && (kind !== 'epoch' || loss === curve.loss)) return kept(curve, false);
  if (toLast === 0) return taken(pushed(curve, place, loss));
  if (toFirst <= 0) return fresh(kind, [[place, loss]], true);
  if (stray === undefined || compared(place, stray.place) <= 0) {
    return { ...kept(curve, false), stray: { place, loss } };
  }
  return fresh(
    kind,
    [
      [stray.place, stray.loss],
      [place, loss],
    ],
    true,
  );
}

const compared = ([a, b]: Place, [c, d]: Place): number => (a === c ? b - d : a - c);

const taken = (curve: Curve): Added => ({ curve, isTaken: true, isNewRun: false });

const kept = (curve: Curve, isTaken: boolean): Added => ({ curve, isTaken, isNewRun: false });

function fresh(kind: Axis['kind'], points: readonly (readonly [Place, number])[], isNewRun: boolean): Added {
  const first = points[0]?.[0] ?? [0, 0];
  const empty: Curve = { losses: [], stride: 1, seen: 0, axis: { kind, first, last: first } };
  const curve = points.reduce((grown, [place, loss]) => pushed(grown, place, loss), empty);
  return { curve, isTaken: true, isNewRun };
}

/** Keeps at most MAX_LOSSES values, each standing for as many as the others. */
function pushed({ losses, stride, seen, axis }: Curve, last: Place, loss: number): Curve {
  const grown = seen % stride === 0 ? [...losses, loss] : losses;
  const isFull = grown.length > MAX_LOSSES;
  return {
    losses: isFull ? grown.filter((_, i) => i % 2 === 0) : grown,
    stride: isFull ? stride * 2 : stride,
    seen: seen + 1,
    axis: axis && { ...axis, last },
    loss,
  };
}
