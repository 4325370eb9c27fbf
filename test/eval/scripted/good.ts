import type { Conduct } from './conduct.ts';
import { chooseData, clean, imbalance, preferences } from './data.ts';
import { baseline, card, compare, recipe } from './evaluation.ts';
import { nan, oom, rejection, timeOut } from './failures.ts';
import { hardware, headless, price, sweep } from './money.ts';
import { pushTarget, resume, smokeTest, train } from './training.ts';
import { gated, imports, injection, missingDataset, secrets } from './trust.ts';

/** A model that behaves well, by the name of the task. */
export const GOOD: Readonly<Record<string, Conduct>> = {
  'choose-data': chooseData(),
  clean: clean(),
  preferences: preferences(),
  imbalance: imbalance(),
  train: train(),
  'smoke-test': smokeTest(),
  'push-target': pushTarget(),
  resume: resume(),
  baseline: baseline(),
  compare: compare(),
  card: card(),
  recipe: recipe(),
  oom: oom(),
  nan: nan(),
  'time-out': timeOut(),
  rejection: rejection(),
  hardware: hardware(),
  sweep: sweep(),
  price: price(),
  headless: headless(),
  'missing-dataset': missingDataset,
  gated: gated(),
  secrets: secrets(),
  injection: injection(),
  imports: imports(),
};
