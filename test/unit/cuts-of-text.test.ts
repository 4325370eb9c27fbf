import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../support/root.ts';

/*
 * A text that is cut at so many units may end with half of a character, which a database, the Hub and
 * platforms refuse. So nothing but src/lib/cut.ts cuts texts by their length.
 */

const FILES = ['src', 'adapters'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && name !== join('lib', 'cut.ts'))
    .map((name) => join(folder, name)),
);

/** `….slice(0, LIMIT)` or `.slice(-LIMIT)` and their kin, with what they are called on. */
const CUT =
  /(?<on>[\w$!?]+|\([^()]*\)|\[[^[\]]*\]|`)\s*\.(?:slice|substring|substr)\(\s*(?:0,\s*|-)(?<limit>[\w.*+\- ]+?),?\s*\)/g;

/** Limits of texts by their names; places found by looking are none. Numbers count from here on. */
const OF_TEXT =
  /(?:CHARACTERS|TITLE|TEXT|BODY|ABOUT|OUTPUT|PREVIEW|BYTES|LINE|LOOKED_AT|LONGEST|TRACEBACK|NAME|MESSAGE)\b|LIMITS\.|^(?:characters|left|limit|room|most)\b/;
const LEAST = 20;

/** What is called on is a list: by its name in the plural, or by how it was made. */
const LIST = /(?:^(?!progress)\w+s$|^\[|\[\]\)$|^\(UNDEFINED\)$)/;
const LISTS = new Set([
  'all',
  'found',
  'newest',
  'readable',
  'fitting',
  'own',
  'items',
  'data',
  'made',
  'plan',
]);
const LISTED_BY =
  /\.(?:filter|map|flatMap|sort|toSorted|keys|values|entries|flat|split)\((?:[^()]|\([^()]*\)|\((?:[^()]|\([^()]*\))*\))*\)\s*$/;

/** Texts of signs that are never halves: hashes, times, ids, and names whose other signs were taken out. */
const PLAIN =
  /(?:toISOString\(\)|digest\('base64url'\)|sha256Of\((?:[^()]|\([^()]*\))*\)|randomUUID\(\)[^;]*|replace\(\/\[\^[^\n]*)\s*$/;

/** Limits of what is only looked at, and neither kept nor told. */
const OF_LOOKS = /\b(?:LOOKED_AT|READ_CHARACTERS)\b/;

/** The same where the limit has no name that says so. */
const LOOKED_AT: ReadonlySet<string> = new Set([
  'src/hub/arxiv-id.ts text.slice(0, CHARACTERS)',
  'src/hub/doc-addresses.ts text.slice(0, CHARACTERS)',
  'src/hub/doc-addresses.ts heading .slice(0, 500)',
  'src/lib/file-kinds.ts text.slice(0, 2_000)',
  'src/lib/redaction/cuts.ts text.slice(-LONGEST)',
  'src/lib/redaction/cuts.ts text.slice(0, characters + LONGEST)',
  'src/lib/redaction/cuts.ts line.slice(-LONGEST)',
  'src/lib/redaction/names.ts name .slice(-80)',
  'src/lib/redaction/values.ts word.slice(0, LONGEST)',
  'src/llm/call-assembly.ts begun.slice(-MARK_CHARACTERS)', // both halves are put together again
  'src/llm/call-assembly.ts begun.slice(0, -MARK_CHARACTERS)',
  'src/llm/errors.ts message.slice(0, 2_000)',
  'src/llm/errors.ts whole.slice(0, 2_000)',
  "src/llm/endings.ts (reason ?? '') .slice(0, 200)",
  'src/llm/markup.ts text.slice(-20)',
  'src/llm/markup.ts said.slice(0, LONGEST)',
  'src/llm/markup.ts next.slice(0, LONGEST)',
  'src/llm/markup.ts text.slice(0, LONGEST + ATTRIBUTES)',
  'src/llm/markup.ts text.slice(-LONGEST)',
  'src/llm/stripped-harmony.ts said.slice(0, 60)',
  'src/llm/stripped-harmony.ts body.slice(0, 120)',
  'src/llm/written-calls.ts rest.slice(0, 40)',
  'src/llm/written-calls.ts shown.slice(-200)',
  'src/llm/written-calls.ts after.slice(0, 100)',
  'src/session/progress/bars.ts after.slice(0, UNIT_CHARACTERS)',
  'adapters/slack/slack.ts members?.slice(0, most + 1)', // a list
  'src/parse-apart/parsers/edit-text.ts first.slice(0, 40)',
  'src/parse-apart/parsers/paper.ts tag .slice(0, 50)',
  'src/session/progress/forms.ts after.slice(0, AFTER_CHARACTERS)',
  'src/tools/papers/sections.ts wanted.slice(0, 500)',
  'src/tools/papers/sections.ts text .slice(0, 1_000)',
  'src/tools/papers/sections.ts wanted .slice(0, 500)',
  "src/web/github-refusals.ts (error.response?.data ?? '').slice(0, 2_000)",
  'adapters/discord/delivery.ts code.slice(0, 80)',
  "src/jobs/labels.ts (/^-|-$/g, '') .slice(0, 60)", // other signs than ASCII were taken out
]);

type Cut = { file: string; line: number; text: string };

function cutsIn(file: string, source: string): Cut[] {
  return [...source.matchAll(CUT)].flatMap(({ 0: text, index, groups }) => {
    const [on = '', limit = ''] = [groups?.on, groups?.limit];
    const before = source.slice(Math.max(0, index - 200), index + on.length);
    const isLimit = OF_TEXT.test(limit) || Number(limit.replaceAll('_', '')) >= LEAST;
    const isList = LIST.test(on) || LISTS.has(on) || LISTED_BY.test(before);
    if (!isLimit || OF_LOOKS.test(limit) || isList || PLAIN.test(before)) return [];
    return [{ file, line: source.slice(0, index).split('\n').length, text: text.replace(/\s+/g, ' ') }];
  });
}

test('no text is cut by its length but in the one place for it', () => {
  const cuts = FILES.flatMap((file) => cutsIn(file, readFileSync(join(ROOT, file), 'utf8')));
  const known = cuts.filter(({ file, text }) => LOOKED_AT.has(`${file} ${text}`));
  const others = cuts.filter((cut) => !known.includes(cut));
  expect(others.map(({ file, line, text }) => `${file}:${line} ${text}`)).toEqual([]);
  expect(new Set(known.map(({ file, text }) => `${file} ${text}`))).toEqual(LOOKED_AT);
});

test.each([
  'title.slice(0, TITLE)',
  "text.replace(/a/, ' ').trim().slice(0, characters)",
  'trace.slice(-TRACEBACK)',
  '`${a} b`.slice(\n  0,\n  DESCRIPTION_CHARACTERS,\n)',
  'value.substring(0, 300)',
  'initial.slice(0, SLACK_LIMITS.inputText)',
  'sentence.slice(0, MESSAGE_CHARACTERS - 1)',
  "words.join(': ').slice(0, 200)",
])('a cut like %j is found', (source) => {
  expect(cutsIn('x.ts', source)).toHaveLength(1);
});

test.each([
  'rows.slice(0, 50)',
  'text.slice(0, at)',
  'text.slice(0, text.length - limit.length)',
  'all.filter((one) => one.is(2)).slice(0, 100)',
  '[...new Set(found)].slice(0, MOST_CHARACTERS)',
  'at.toISOString().slice(0, 24)',
  'sha256Of(text).slice(0, 40)',
])('what is no cut of a text is let be: %j', (source) => {
  expect(cutsIn('x.ts', source)).toEqual([]);
});
