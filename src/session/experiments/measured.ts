import { z } from 'zod';

/** What a run is measured on: two runs of which all of this is the same can be better and worse. */
export const Experiment = z.object({
  /** Data sets of the Hub with their configurations, as the script names them. */
  data: z.string(),
  /** Which part of it, with how that was cut; '' where the script leaves that to its trainer. */
  split: z.string(),
});
export type Experiment = z.infer<typeof Experiment>;

/** What a job is made of, as people approved it. */
type Source = {
  script?: string | undefined;
  command?: readonly string[] | undefined;
  /** What the script is started with. */
  script_args?: readonly string[] | undefined;
};

/**
 * What a job is measured on, by what its script or command says in so many words. Undefined where it names no
 * data, or something by a name whose value can't be read: what is not surely the same is not compared.
 */
export function measuredOn({ script, command, script_args = [] }: Source): Experiment | undefined {
  const source = (script ?? '').slice(0, READ_CHARACTERS);
  const words = [...(command ?? []), ...script_args].join(' ').slice(0, READ_CHARACTERS);
  if (!source.includes('load_dataset')) return ofOptions(`${source} ${words}`);
  return script_args.some((word) => OF_DATA.test(word)) ? undefined : ofScript(source);
}

/** A word that a script may load or cut other data by than it says in so many words. */
const OF_DATA = /data|eval|test|val|split|sample|subset|limit|seed|config|fold/i;

const READ_CHARACTERS = 100_000;
const LONGEST = 300;

/** What stands between the brackets of `load_dataset(…)`: a call with others in it is not clear. */
const LOADS = /\bload_dataset\(([^()]{0,300})(.)/gs;

/** A part of loaded data that is held back. */
const PART = /\[\s?["']((?:test|eval|evaluation|val|valid|validation|dev)\w{0,40})["']\s?\]/g;

/** What is taken of data, and of which: of whatever a model is trained on it says nothing of its figures. */
const TAKEN =
  /((?:\b\w{1,60})?["']?\s?\]?)((?:\.shuffle\([^()\n]{0,60}\))?\.(?:select|take|skip|shard|filter)\([^()\n]{0,60}(?:\([^()\n]{0,60}\))?[^()\n]{0,60})(.)/gs;

/** Data that is parted in the script itself. */
const PARTED = /\.train_test_split\(([^()\n]{0,120})\)/g;

const NAMED = /^\s*([A-Za-z_]\w{0,60})\s*=\s*/;

function ofScript(source: string): Experiment | undefined {
  const values = literalsOf(source);
  const loads = [...source.matchAll(LOADS)].map(([, inside = '', end]) =>
    end === ')' ? argumentsOf(inside, values) : undefined,
  );
  const parts = [...source.matchAll(PART)].map(([, part = '']) => part);
  const taken = [...source.matchAll(TAKEN)]
    .filter(([, of = '']) => !/^train/.test(of))
    .map(([, , cut = '', end]) => (end === ')' ? resolved(`${cut})`, values) : undefined));
  const parted = [...source.matchAll(PARTED)].map(([, inside = '']) => resolved(`(${inside})`, values));
  const data = loads.map((load) => load?.data);
  const splits = loads.flatMap((load) => load?.split ?? []);
  if (loads.length === 0 || [...data, ...taken, ...parted].includes(undefined)) return undefined;
  const held = [...splits, ...parts].filter((split) => !/^train/.test(split));
  return experimentOf(data, [...(held.length > 0 ? held : splits), ...taken, ...parted]);
}

function experimentOf(
  data: readonly (string | undefined)[],
  splits: readonly (string | undefined)[],
): Experiment | undefined {
  const joined = (all: readonly (string | undefined)[]) =>
    [...new Set(all.filter((one) => one !== undefined))].sort().join(' + ');
  const experiment = { data: joined(data), split: joined(splits) };
  const isTooLong = experiment.data.length > LONGEST || experiment.split.length > LONGEST;
  return experiment.data === '' || isTooLong ? undefined : experiment;
}

/** The data that one call loads, by its name and configuration, and the part of it; undefined if unclear. */
function argumentsOf(
  inside: string,
  values: ReadonlyMap<string, string>,
): { data: string; split: string | undefined } | undefined {
  const all = inside
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const named = new Map(
    all.flatMap((part) => {
      const name = NAMED.exec(part);
      return name ? [[name[1] ?? '', valueIn(part.slice(name[0].length), values)] as const] : [];
    }),
  );
  const [path, config] = all.filter((part) => !NAMED.test(part)).map((part) => valueIn(part, values));
  const data = path ?? named.get('path');
  if (data === undefined || all.length === 0) return undefined;
  if (OF_THE_DATA.some((name) => named.has(name) && named.get(name) === undefined)) return undefined;
  if (all.filter((part) => !NAMED.test(part)).length > 1 && config === undefined) return undefined;
  const more = [config ?? named.get('name'), named.get('revision'), named.get('data_files')];
  return { data: [data, ...more.filter((one) => one !== undefined)].join('/'), split: named.get('split') };
}

const OF_THE_DATA = ['path', 'name', 'split', 'revision', 'data_files', 'data_dir'];

/** A literal text, or what a name stands for; undefined for anything else. */
function valueIn(text: string, values: ReadonlyMap<string, string>): string | undefined {
  return /^["']([^"'\n]{1,120})["']$/.exec(text.trim())?.[1] ?? values.get(text.trim());
}

/** Names that stand for one literal each. */
function literalsOf(source: string): ReadonlyMap<string, string> {
  const found = new Map<string, Set<string>>();
  for (const [, name = '', text, number] of source.matchAll(LITERAL)) {
    found.set(name, (found.get(name) ?? new Set()).add(text?.slice(1, -1) ?? number ?? ''));
  }
  return new Map([...found].flatMap(([name, all]) => (all.size === 1 ? [[name, [...all][0] ?? '']] : [])));
}

const LITERAL =
  /^[ \t]{0,20}([A-Za-z_]\w{0,60}) {0,4}= {0,4}(?:("[^"\n]{1,120}"|'[^'\n]{1,120}')|(\d[\d_.]{0,20}))[ \t]{0,4}(?:#.{0,200})?$/gm;

/** How data is cut, with the values of names in it; undefined where one has none. */
function resolved(taken: string, values: ReadonlyMap<string, string>): string | undefined {
  let isClear = true;
  const text = taken.replace(/\s+/g, '').replace(WORDS, (name) => {
    const value = /^["']/.test(name) || FIXED.has(name) ? name : values.get(name);
    if (value === undefined) isClear = false;
    return value ?? name;
  });
  return isClear ? text : undefined;
}

/** Texts, and names that are no function's and no argument's. */
const WORDS = /"[^"]{0,60}"|'[^']{0,60}'|[A-Za-z_]\w*(?![\w(=])/g;
const FIXED: ReadonlySet<string> = new Set(['True', 'False', 'None']);

/** As a trainer's command line has it. */
const OPTION = /(?:^|\s)--([a-z][\w-]{0,60})(?:=|\s)["']?([^\s"'-][^\s"']{0,120})/g;

function ofOptions(words: string): Experiment | undefined {
  const options = new Map(
    [...words.matchAll(OPTION)].map(([, name = '', value = '']) => [name.replaceAll('-', '_'), value]),
  );
  const first = (...names: string[]) => names.map((name) => options.get(name)).find((value) => value);
  const data = first('dataset_name', 'dataset', 'dataset_id');
  if (data === undefined) return undefined;
  const config = first('dataset_config', 'dataset_config_name');
  const split = first('dataset_test_split', 'eval_split', 'test_split', 'split') ?? '';
  return experimentOf([config === undefined ? data : `${data}/${config}`], [split]);
}
