import type { Known } from './state.ts';
import { newestOf } from './values.ts';

/* Tables of figures: of lm-eval, and those that Lightning draws at the end of a test. */

/** `|arc_easy|  1|none  |  0|acc  |↑  |0.7123|±  |0.0093|`: a task stands in its first row alone. */
const LM_EVAL =
  /^\|\s{0,4}(?:- )?([\w.:/-]{0,80})\s{0,40}\|[^|]{0,20}\|[^|]{0,40}\|[^|]{0,12}\|\s{0,4}([\w@.-]{1,60})\s{0,40}\|\s{0,2}[↑↓]?\s{0,3}\|\s{0,12}(-?\d{1,12}(?:\.\d{1,20})?)\s{0,12}\|/;

const LIGHTNING = /^[│┃]\s{1,60}([\w/.-]{1,80})\s{1,60}[│┃]\s{1,60}(-?\d{1,12}(?:\.\d{1,20})?)\s{1,60}[│┃]$/;

/** What is known after a row of a table; undefined where a line is none. */
export function afterRow(before: Known, text: string): Known | undefined {
  const row = LM_EVAL.exec(text);
  const drawn = row ? null : LIGHTNING.exec(text);
  if (drawn) return withMetric(before, drawn[1] ?? '', drawn[2]);
  if (row === null) return undefined;
  const task = row[1] || before.reader.task;
  if (task === undefined) return undefined;
  const known = withMetric(before, `${task} ${row[2]}`, row[3]);
  return { ...known, reader: { ...known.reader, task } };
}

const withMetric = (before: Known, name: string, value = ''): Known => ({
  ...before,
  metrics: newestOf({ ...before.metrics, [name]: Number(value) }),
});
