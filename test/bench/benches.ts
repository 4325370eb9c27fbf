import type { Bench } from './bench.ts';
import { first } from './first.ts';
import { many } from './many.ts';
import { pacing } from './pacing.ts';
import { page } from './page.ts';
import { parked } from './parked.ts';
import { record } from './record.ts';
import { redaction } from './redaction.ts';
import { sandbox } from './sandbox.ts';
import { scale } from './scale.ts';
import { simulation } from './simulation.ts';
import { soak } from './soak.ts';
import { start } from './start.ts';
import { steps } from './steps.ts';
import { turn } from './turn.ts';
import { watches } from './watches.ts';

/** All benchmarks, in the order in which they run and stand in docs/BENCHMARKS.md. */
export const BENCHES: readonly Bench[] = [
  start,
  turn,
  steps,
  record,
  page,
  first,
  pacing,
  many,
  watches,
  parked,
  scale,
  simulation,
  soak,
  sandbox,
  redaction,
];
