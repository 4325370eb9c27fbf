/*
 * What a Python script does, as far as it can be read off its text: settings by their names, wherever they
 * are given, and names of the Hub. Read tolerantly: models write the same in many ways.
 */

/** Values that a setting is given: `name=1`, `"name": 1`, `--name 1`, a constant, or a name that has one. */
function valuesOf(script: string, name: string): string[] {
  const code = withoutComments(script);
  const patterns = [
    new RegExp(`(?<![\\w.])${name}\\s*(?::\\s*\\w+\\s*)?=(?!=)\\s*([^,\\n)}]{1,200})`, 'gi'),
    new RegExp(`["']${name}["']\\s*:\\s*([^,\\n}]{1,200})`, 'gi'),
    new RegExp(`--${name.replaceAll('_', '[-_]')}[ =]["']?([^\\s"',)]{1,200})`, 'gi'),
  ];
  const given = patterns.flatMap((pattern) =>
    [...code.matchAll(pattern)].map(([, value = '']) => value.trim()),
  );
  return [...new Set(given.flatMap((value) => [value, ...constantOf(code, value)]))];
}

/** What a name stands for, where a value is one. */
function constantOf(code: string, value: string): string[] {
  const [, name] = /^(?:args\.|config\.|cfg\.)?([A-Za-z_]\w*)$/.exec(value) ?? [];
  if (name === undefined || /^(?:True|False|None)$/.test(name)) return [];
  const found = new RegExp(`^\\s*${name}\\s*(?::\\s*\\w+\\s*)?=(?!=)\\s*([^\\n#]{1,200})`, 'm').exec(code);
  return found?.[1] === undefined ? [] : [found[1].trim()];
}

/** Numbers among them; `2**-20` and divisions are none. */
export const numbersOf = (script: string, name: string): number[] =>
  valuesOf(script, name)
    .map((value) => Number(value.replaceAll(/["'_]/g, '')))
    .filter((value) => !Number.isNaN(value));

/** Texts among them, without their quotes. */
export const textsOf = (script: string, name: string): string[] =>
  valuesOf(script, name).flatMap((value) => /^f?["']([^"']*)["']$/.exec(value)?.[1] ?? []);

/** Whether a setting is given as `True`. */
export const isOn = (script: string, name: string): boolean =>
  valuesOf(script, name).some((value) => /^true$/i.test(value));

export const withoutComments = (script: string): string =>
  script.replaceAll(/^\s*#[^\n]*|\s#\s[^\n"']*$/gm, '');

/** Datasets that it loads. */
export const datasetsIn = (script: string): string[] =>
  [...withoutComments(script).matchAll(/load_dataset\(\s*(?:path\s*=\s*)?["']([^"']+)["']/g)].map(
    ([, name = '']) => name,
  );

/** Everything in quotes that has the form of a repository of the Hub. */
export function repositoriesIn(script: string): string[] {
  const found = withoutComments(script).matchAll(/["']([A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*)["']/g);
  const names = [...found].map(([, name = '']) => name);
  return [...new Set(names)].filter((name) => !FOLDERS.test(name) && !FILES.test(name));
}

const FOLDERS =
  /^(?:data|datasets?|outputs?|results?|checkpoints?|models?|runs|logs|tmp|text|application|eval|train|test|loss|rewards?|out|kernels-community)\//i;
const FILES = /\.(?:py|csv|tsv|jsonl?|parquet|txt|md|yaml|yml|safetensors|bin|png|zip)$/i;

/** Names that are imported of a module: `from trl import A, B as C` in one line or several. */
export function importedOf(script: string, module: string): string[] {
  const pattern = new RegExp(
    `^\\s*from\\s+${module}(?:\\.[\\w.]+)?\\s+import\\s+(\\([^)]*\\)|[^\\n]+)`,
    'gm',
  );
  return [...withoutComments(script).matchAll(pattern)].flatMap(([, names = '']) =>
    names
      .replaceAll(/[()\\]/g, '')
      .split(',')
      .map((name) => name.trim().split(/\s+as\s+/)[0] ?? '')
      .filter((name) => name !== ''),
  );
}

/** Whether it works on a few rows or steps alone. */
export const isSmall = (script: string): boolean =>
  numbersOf(script, 'max_steps').some((steps) => steps > 0 && steps <= 50) ||
  /\.select\(\s*range\(\s*\d{1,3}\s*\)|\[\s*:\s*\d{1,3}\s*\]["']|\bsplit\s*=\s*f?["'][\w]+\[:\d{1,3}\]/.test(
    script,
  );
