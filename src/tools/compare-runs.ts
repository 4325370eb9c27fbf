import { z } from 'zod';
import type { RunComparisons } from '../jobs/compare.ts';
import { tableLines } from '../lib/table-lines.ts';
import { TOO_FEW_RUNS, whichRun } from '../thread/words/comparison.ts';
import { step } from './steps.ts';
import { defineTool, type Tool } from './tool.ts';

const Arguments = z.strictObject({
  runs: z
    .array(z.string().min(1).max(200))
    .min(2)
    .max(6)
    .describe('Jobs of this channel, by their names ("IMDB baseline · lr 2e-5") or ids.'),
});

/** Characters of a line, for a model: a table reads best in whole cells. */
const WIDTH = 160;

/** Compares jobs of the channel: in text for the model, and their losses in a picture for people, too. */
export function compareRunsTool(runs: RunComparisons): Tool {
  return defineTool({
    name: 'compare_runs',
    description:
      'Put jobs of this channel side by side, of other threads too: settings that differ (hardware, time limit, environment, options and literals of their scripts), metrics with differences, duration and cost. Their losses are drawn in one picture, which the thread shows. Use it before you say which of several runs is better, or why.',
    schema: Arguments,
    isReadOnly: true,
    summary: ({ runs: names }) => names.join(', '),
    step: ({ runs: names }) => step('compare', names.join(', ')),
    async run({ runs: names }, { sessionId }) {
      const named = await runs.ofSession(sessionId, names);
      if (named.kind === 'none') return { kind: 'failed', output: TOO_FEW_RUNS };
      if (named.kind === 'unsure') return { kind: 'failed', output: whichRun(named.name, named.candidates) };
      const made = await runs.compareIn(
        sessionId,
        named.runs.map(({ watch }) => watch.id),
      );
      if (made === undefined) return { kind: 'failed', output: TOO_FEW_RUNS };
      const lines = made.tables.flatMap((table) => {
        const { head, rows } = tableLines(table, WIDTH);
        return ['', table.caption, ...head, ...rows.flat()];
      });
      const output = [made.text, ...lines].join('\n');
      if (made.picture === undefined) return { kind: 'done', output };
      const { bytes, title } = made.picture;
      const name = 'losses.png';
      return { kind: 'done', output, file: { name, bytes, text: title }, image: { name, bytes } };
    },
  });
}
