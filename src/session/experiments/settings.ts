import { z } from 'zod';
import { durationText } from '../../lib/duration.ts';
import { parsedJson } from '../../lib/json.ts';
import type { Watch } from '../watches.ts';

/** As much of a job's call as says what it was run with. What can't be read of it is not known. */
const Called = z.object({
  script: z.string().optional().catch(undefined),
  command: z.array(z.string()).optional().catch(undefined),
  dependencies: z.array(z.string()).optional().catch(undefined),
  python: z.string().optional().catch(undefined),
  script_args: z.array(z.string()).optional().catch(undefined),
  image: z.string().optional().catch(undefined),
  env: z.record(z.string(), z.string()).optional().catch(undefined),
});

/** What a run was made with, by name, in the order in which it is shown. */
export type Settings = ReadonlyMap<string, string>;

/** A literal that a script gives a name: what people call its configuration. */
const LITERAL =
  /(?:^|[\s(,{])([A-Za-z_]\w{0,60}) {0,4}= {0,4}(-?\d[\w.+-]{0,30}|True|False|None|"[^"\n]{0,80}"|'[^'\n]{0,80}')(?= {0,4}(?:[,)#}\r\n]|$))/gm;

/** An option of a command, as `--lr 2e-5` or `--lr=2e-5`. */
const OPTION = /(?:^|\s)--([A-Za-z][\w-]{0,60})(?:=|\s)([^\s-]\S{0,80}|-\d\S{0,30})/g;

/** Calls whose first argument says what is worked on. */
const CALLS =
  /\b(load_dataset|[A-Za-z_]\w{0,60}\.from_pretrained|pipeline)\(\s{0,20}["']([^"'\n]{1,120})["']/g;

const READ_CHARACTERS = 100_000;
const MOST = 80;
const VALUES = 3;

/** The settings of a run: what its card shows, and what its script and command say in so many words. */
export function settingsOf(watch: Watch, calledWith: string | undefined): Settings {
  const { script, command, dependencies, python, script_args, image, env } =
    Called.safeParse(calledWith === undefined ? {} : parsedJson(calledWith)).data ?? {};
  const source = (script ?? '').slice(0, READ_CHARACTERS);
  const words = [...(command ?? []), ...(script_args ?? [])].join(' ').slice(0, READ_CHARACTERS);
  return new Map([
    ['hardware', watch.flavor],
    ['time limit', durationText(watch.timeoutSeconds)],
    ...pushedOf(watch),
    ...(image === undefined ? [] : [['image', image] as const]),
    ...(dependencies === undefined ? [] : [['dependencies', dependencies.join(' ')] as const]),
    ...(python === undefined ? [] : [['Python', python] as const]),
    ...Object.entries(env ?? {}).map(([name, value]) => [`env ${name}`, value] as const),
    ...collected(source.matchAll(CALLS)),
    ...collected(source.matchAll(LITERAL)),
    ...collected([...words.matchAll(OPTION), ...source.matchAll(OPTION)]),
  ]);
}

/** What came of a run on the Hub, by the name and the beginning of the commit. */
function pushedOf({ snapshot: { pushed = [], commits = {} } }: Watch): (readonly [string, string])[] {
  const all = pushed.map((url) => {
    const [, id = url] = /^https?:\/\/[^/]+\/(.+)$/.exec(url) ?? [];
    const commit = Object.hasOwn(commits, url) ? commits[url] : undefined;
    return commit === undefined ? id : `${id}@${commit.slice(0, 7)}`;
  });
  return all.length === 0 ? [] : [['pushed to', all.join(', ')]];
}

/** What was found by name; one that has several values has the first of them. */
function collected(found: Iterable<RegExpMatchArray>): (readonly [string, string])[] {
  const values = new Map<string, Set<string>>();
  for (const [, name = '', value = ''] of found) {
    if (values.size >= MOST && !values.has(name)) continue;
    const all = values.get(name) ?? new Set();
    if (all.size < VALUES) all.add(value.replace(/^(["'])(.*)\1$/, '$2'));
    values.set(name, all);
  }
  return [...values].map(([name, all]) => [name, [...all].join(' / ')] as const);
}
