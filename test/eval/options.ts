import { parseArgs } from 'node:util';
import { Misuse } from './misuse.ts';

/** What the command is asked for. */
export type Options =
  | { kind: 'help' }
  | { kind: 'list' }
  | { kind: 'compare'; files: readonly [string, string] }
  | {
      kind: 'scripted';
      what: readonly ('good' | 'habits')[];
      tasks: readonly string[];
      parallel: number | undefined;
    }
  | {
      kind: 'model';
      /** Undefined for the one that the settings name. */
      id: string | undefined;
      tasks: readonly string[];
      repeat: number;
      json: string | undefined;
      minutes: number;
      parallel: number | undefined;
    };

export const HELP = `npm run eval -- [options]: measures the agent on tasks of an ML engineer's week. It runs as in the
product; chat, Hub and jobs are doubles, so that nothing but the model is paid for.

  --model ID          the model, in place of the one that the settings name (docs/MODELS.md)
  --task NAME...      these tasks alone
  --repeat N          plays each task N times
  --parallel N        so many at once
  --minutes N         how long a run may take (20)
  --json FILE         writes what was measured, for --compare
  --compare A B       what got better and worse between two such files
  --scripted WHAT     without a model: good, habits, or all (both): tests of the tasks themselves
  --list              the tasks
`;

const MOST_REPEATS = 100;
const MOST_PARALLEL = 64;
const MOST_MINUTES = 24 * 60;

/** Reads the command line. Throws Misuse, in one line, for what it can't make anything of. */
export function optionsOf(words: readonly string[], tasks: readonly string[]): Options {
  const { values, positionals } = parsed(words);
  if (values.help) return { kind: 'help' };
  if (values.list) return { kind: 'list' };
  if (values.compare !== undefined) return comparison(values.compare, positionals);
  const named = [...(values.task ?? []), ...positionals];
  if (positionals.length > 0 && values.task === undefined)
    throw new Misuse(`"${positionals[0]}" is no option; tasks are named behind --task.`);
  const unknown = named.find((name) => !tasks.includes(name));
  if (unknown !== undefined)
    throw new Misuse(`There is no task "${unknown}". There are: ${tasks.join(', ')}.`);
  const parallel = numberOf('parallel', values.parallel, MOST_PARALLEL);
  const { scripted, model, json } = values;
  if (scripted !== undefined) {
    const misplaced = (['model', 'repeat', 'json', 'minutes'] as const).find(
      (name) => values[name] !== undefined,
    );
    if (misplaced)
      throw new Misuse(`--${misplaced} is for measuring a model, and --scripted goes without one.`);
    return { kind: 'scripted', what: scriptedOf(scripted), tasks: named, parallel };
  }
  if (model !== undefined && model.trim() === '')
    throw new Misuse('--model names a model, such as moonshotai/Kimi-K2.5:fastest.');
  const repeat = numberOf('repeat', values.repeat, MOST_REPEATS) ?? 1;
  const minutes = numberOf('minutes', values.minutes, MOST_MINUTES) ?? 20;
  return { kind: 'model', id: model, tasks: named, repeat, json, minutes, parallel };
}

function parsed(words: readonly string[]) {
  try {
    return parseArgs({
      args: withValues(words),
      allowPositionals: true,
      options: {
        model: { type: 'string' },
        task: { type: 'string', multiple: true },
        repeat: { type: 'string' },
        parallel: { type: 'string' },
        minutes: { type: 'string' },
        json: { type: 'string' },
        compare: { type: 'string' },
        scripted: { type: 'string' },
        list: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    const [line = ''] = String(error instanceof Error ? error.message : error).split('\n');
    throw new Misuse(`${line.replace(/\.?$/, '.')} --help tells what there is.`);
  }
}

/** `--scripted` by itself is all of it. */
const withValues = (words: readonly string[]): string[] =>
  words.flatMap((word, i) =>
    word === '--scripted' && (words[i + 1] ?? '--').startsWith('--') ? [word, 'all'] : [word],
  );

function scriptedOf(what: string): readonly ('good' | 'habits')[] {
  if (what === 'all') return ['good', 'habits'];
  if (what === 'good' || what === 'habits') return [what];
  throw new Misuse(`--scripted is good, habits or all, and not "${what}".`);
}

function comparison(first: string, others: readonly string[]): Options {
  const [second, ...more] = others;
  if (second === undefined || more.length > 0)
    throw new Misuse('--compare takes two files that --json has written: --compare before.json after.json.');
  return { kind: 'compare', files: [first, second] };
}

function numberOf(name: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,6}$/.test(text) || Number(text) < 1 || Number(text) > most)
    throw new Misuse(`--${name} is a whole number from 1 to ${most}, and not "${text}".`);
  return Number(text);
}
