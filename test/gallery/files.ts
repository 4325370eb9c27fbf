import { lossCurve, lossCurves } from '../../src/jobs/curve.ts';
import type { Watch } from '../../src/session/watches.ts';

/* Files that messages of the gallery have: pictures are drawn by the product itself. */

const FALLING = Array.from({ length: 40 }, (_, i) => 0.62 * Math.exp(-i / 11) + 0.24 + 0.02 * Math.sin(i));

/** How a run went that has printed a loss every hundred steps. */
export const trained = (
  over: Partial<NonNullable<Watch['snapshot']['progress']>> = {},
): NonNullable<Watch['snapshot']['progress']> => ({
  ...{ step: 4_000, steps: 4_000, losses: FALLING, stride: 100, seen: 40 },
  ...{ alerts: [], links: [], tail: [], metrics: {} },
  ...over,
});

const FASTER = FALLING.map((loss, i) => loss * (1 - i / 160) - 0.02);

/** Bytes of the files by their ids; of any other file there are none to be seen. */
export const FILES: ReadonlyMap<string, Buffer> = new Map([
  ['f_curve', Buffer.from(await lossCurve('Loss of IMDB baseline · lr 2e-5', trained()))],
  [
    'f_losses',
    Buffer.from(
      await lossCurves('Losses', [
        { name: 'IMDB baseline · lr 2e-5', progress: trained() },
        { name: 'IMDB · lr 5e-5', progress: trained({ losses: FASTER }) },
      ]),
    ),
  ],
]);
