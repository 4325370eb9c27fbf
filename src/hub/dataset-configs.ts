import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, isSeq, type Pair, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import { z } from 'zod';
import { wholeBeginning } from '../lib/cut.ts';
import { cardParts } from './card.ts';

/*
 * Configurations of a dataset, as its card lists them for `load_dataset` and the viewer:
 * https://huggingface.co/docs/hub/datasets-manual-configuration. What is added is put into the text as it
 * stands, and what came of it is read again: whatever else the head said it says still.
 */

/** Files of one split of one configuration: paths or patterns within the repository. */
export type ConfigSplit = { config: string; split: string; paths: readonly string[] };

type Merged = { ok: true; card: string } | { ok: false; reason: string };

const Entry = z.looseObject({ config_name: z.string() });

/** The configurations that a card lists, by their names; undefined where it lists none. */
export function configsOf(card: string): readonly string[] | undefined {
  const { head } = cardParts(card);
  const { configs } = z
    .looseObject({ configs: z.array(Entry).optional().catch(undefined) })
    .catch({})
    .parse(parseDocument(head, { logLevel: 'silent' }).toJS() ?? {}) as {
    configs?: { config_name: string }[];
  };
  return configs?.map(({ config_name }) => config_name);
}

/** A card that lists these splits, too. Refuses what it can't add without changing what is there. */
export function withConfigs(card: string, added: readonly ConfigSplit[]): Merged {
  let merged = card;
  for (const one of added) {
    const next = withConfig(merged, one);
    if (!next.ok) return next;
    merged = next.card;
  }
  return { ok: true, card: merged };
}

function withConfig(card: string, added: ConfigSplit): Merged {
  const { mark, head, body, newLine, hasHead } = cardParts(card);
  const document = parseDocument(head, { logLevel: 'silent' });
  const { contents, errors } = document;
  if (errors.length > 0 || !(contents === null || isMap(contents))) {
    return { ok: false, reason: 'the head of its card is no YAML that can be added to' };
  }
  const before: unknown = document.toJS() ?? {};
  const made = headWith(head, contents, added, newLine);
  if (!made.ok) return made;
  const after: unknown = parseDocument(made.head, { logLevel: 'silent' }).toJS();
  if (!isDeepStrictEqual(after, expectedOf(before, added))) {
    return { ok: false, reason: 'its list of configs is written in a way that can’t be added to' };
  }
  const gap = hasHead || body.startsWith(newLine) ? '' : newLine;
  return { ok: true, card: `${mark}---${newLine}${made.head}${newLine}---${newLine}${gap}${body}` };
}

type Head = { ok: true; head: string } | { ok: false; reason: string };

function headWith(head: string, contents: YAMLMap | null, added: ConfigSplit, newLine: string): Head {
  const lines = (indent: string, all: readonly string[]) => all.map((line) => indent + line).join(newLine);
  const pair = pairOf(contents, 'configs');
  if (pair === undefined) {
    const above = head.trimEnd();
    return {
      ok: true,
      head: [above, 'configs:', lines('', entryLines(added))].filter((part) => part !== '').join(newLine),
    };
  }
  const list = pair.value;
  if (!isSeq(list) || list.flow || list.items.length === 0) return { ok: false, reason: OTHERWISE };
  const entry = list.items.find((item) => isMap(item) && item.get('config_name') === added.config);
  if (entry === undefined) return insertAfter(head, list, entryLines(added), newLine);
  const files = isMap(entry) ? pairOf(entry, 'data_files')?.value : undefined;
  if (!isSeq(files) || files.flow || !files.items.every((item) => isMap(item) && item.has('split'))) {
    return { ok: false, reason: `its config ${added.config} does not list its files by split` };
  }
  const there = files.items.find((item) => isMap(item) && item.get('split') === added.split);
  if (there === undefined) return insertAfter(head, files, splitLines(added), newLine);
  const path = isMap(there) ? there.get('path') : undefined;
  const paths = isSeq(path) ? path.toJSON() : [path];
  return isDeepStrictEqual(paths, [...added.paths])
    ? { ok: true, head }
    : {
        ok: false,
        reason: `its config ${added.config} has a split ${added.split} of other files (${wholeBeginning(String(paths), 200)}): choose another config or split`,
      };
}

const OTHERWISE = 'its list of configs is written in a way that can’t be added to';

const pairOf = (map: YAMLMap | null, name: string): Pair | undefined =>
  map?.items.find(({ key }) => isScalar(key) && key.value === name);

/** Puts a further item behind the last one of a list, as far in as the others are. */
function insertAfter(head: string, list: YAMLSeq, item: readonly string[], newLine: string): Head {
  const [start, end] = list.range ?? [];
  if (start === undefined || end === undefined) return { ok: false, reason: OTHERWISE };
  const indent = head.slice(head.lastIndexOf('\n', start - 1) + 1, start);
  if (!/^ *$/.test(indent)) return { ok: false, reason: OTHERWISE };
  const above = head.slice(0, end).trimEnd();
  const below = head.slice(above.length);
  return {
    ok: true,
    head:
      above + newLine + item.map((line) => indent + line).join(newLine) + (below.trim() === '' ? '' : below),
  };
}

const entryLines = (added: ConfigSplit): string[] => [
  `- config_name: ${JSON.stringify(added.config)}`,
  '  data_files:',
  ...splitLines(added).map((line) => `  ${line}`),
];

const splitLines = ({ split, paths }: ConfigSplit): string[] => [
  `- split: ${JSON.stringify(split)}`,
  ...(paths.length === 1
    ? [`  path: ${JSON.stringify(paths[0])}`]
    : ['  path:', ...paths.map((path) => `  - ${JSON.stringify(path)}`)]),
];

/** What the head says with the split, where nothing else has changed. */
function expectedOf(before: unknown, { config, split, paths }: ConfigSplit): unknown {
  const head = z.looseObject({ configs: z.array(z.unknown()).optional() }).parse(before);
  const file = { split, path: paths.length === 1 ? paths[0] : [...paths] };
  const configs = head.configs ?? [];
  const known = configs.find((one) => Entry.safeParse(one).data?.config_name === config);
  if (known === undefined)
    return { ...head, configs: [...configs, { config_name: config, data_files: [file] }] };
  const { data_files } = z.looseObject({ data_files: z.array(z.looseObject({})) }).parse(known);
  const isThere = data_files.some((one) => one.split === split);
  const entry = { ...(known as object), data_files: isThere ? data_files : [...data_files, file] };
  return { ...head, configs: configs.map((one) => (one === known ? entry : one)) };
}

/** Names of files that the viewer reads, and of splits by which it tells them apart without a list. */
const DATA = /\.(?:csv|tsv|jsonl?|ndjson|parquet)$/i;
const SPLITS: readonly (readonly [RegExp, string])[] = [
  [/(?:^|[-_. /])train(?:ing)?(?=[-_. /]|$)/i, 'train'],
  [/(?:^|[-_. /])(?:validation|valid|val|dev)(?=[-_. /]|$)/i, 'validation'],
  [/(?:^|[-_. /])(?:test|testing|eval|evaluation)(?=[-_. /]|$)/i, 'test'],
];

/** The split that a file's own name says it is, as the viewer takes it; undefined where it says none. */
export function splitNamed(path: string): string | undefined {
  const stem = (path.split('/').at(-1) ?? '').replace(/\.[a-z]+$/i, '');
  return SPLITS.find(([pattern]) => pattern.test(stem))?.[1];
}

/** A name for a configuration made of a file's own: without the signs that `datasets` takes in none. */
export const configNamed = (path: string): string =>
  (path.split('/').at(-1) ?? '')
    .replace(/\.[a-z]+$/i, '')
    .replace(/[^\w.-]+/g, '_')
    .slice(0, 80) || 'data';

export const isDataFile = (path: string): boolean => DATA.test(path);

/**
 * Lists for files that no list was needed for so far: those that are named after splits belong to `default`,
 * each other one is a configuration of its own. Once a card lists any, the viewer shows no others.
 */
export function configsForUnlisted(paths: readonly string[]): ConfigSplit[] {
  const bySplit = Map.groupBy(
    paths.filter((path) => splitNamed(path) !== undefined),
    (path) => splitNamed(path),
  );
  const others = paths.filter((path) => splitNamed(path) === undefined);
  return [
    ...[...bySplit].map(([split = 'train', some]) => ({ config: 'default', split, paths: some })),
    ...others.map((path) => ({ config: configNamed(path), split: 'train', paths: [path] })),
  ];
}
