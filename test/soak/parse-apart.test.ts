import { execFileSync } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import { BOUNDS, type Bounds } from '../../src/parse-apart/bounds.ts';
import { createParseApart } from '../../src/parse-apart/parse-apart.ts';
import type { DataFile } from '../../src/parse-apart/parsers/data-file.ts';
import {
  hostileApis,
  hostileDataFiles,
  hostileEdits,
  hostileNotebooks,
  hostilePages,
} from '../support/hostile-files.ts';
import { LONGEST_TURN_MS, quickestTurn } from '../support/longest-turn.ts';
import { parseApart } from '../support/parse-apart.ts';
import { until } from '../support/until.ts';

const { signal } = new AbortController();
const rows = (count: number) => ({ name: 'a.csv', bytes: Buffer.from(`a\n${'1\n'.repeat(count)}`) });

function apartWith(bounds: Partial<Bounds> = {}) {
  const apart = createParseApart({ ...BOUNDS, ...bounds });
  onTestFinished(() => apart.close());
  return apart;
}

/** Processes of parsers that have been started since, and still run: other tests have theirs. */
function startedSince(before: readonly string[] = []): string[] {
  const listed = execFileSync('ps', ['--ppid', String(process.pid), '-o', 'pid=,args='], {
    encoding: 'utf8',
  });
  const parsers = listed.split('\n').filter((line) => line.includes('parse-apart/worker.ts'));
  return parsers.filter((line) => !before.includes(line));
}

/** Takes far more time than any limit of a test. */
const ENDLESS = {
  name: 'a.parquet',
  bytes: hostileDataFiles().find(({ what }) => what === 'a number without end')?.bytes ?? Buffer.of(),
};

test('no file of rows holds this process up, whatever it says of itself', async () => {
  const apart = apartWith({ withinMs: { ...BOUNDS.withinMs, dataFile: 700 } });
  const files = hostileDataFiles();
  for (const { what, name, bytes } of files) {
    const { value: parsed, ms } = await quickestTurn(() => apart.parse('dataFile', { name, bytes }, signal));
    expect(ms, what).toBeLessThan(LONGEST_TURN_MS);
    if (parsed.ok) expect(parsed.value.ok || parsed.value.reason, what).not.toBe('');
    else expect(parsed.reason, what).toMatch(/^(?:reading it took more|it holds more, or is nested deeper)/);
  }
  console.log(`${files.length} hostile files of rows were read`);
});

/** Every parser but that of files of rows gets so long: what is right takes a tenth of it. */
const SHORT = Object.fromEntries(
  Object.keys(BOUNDS.withinMs).map((name) => [name, 400]),
) as Bounds['withinMs'];

test('no page, notebook, list of paths, description of an API or edit does', async () => {
  const apart = apartWith({ withinMs: SHORT });
  const url = 'https://huggingface.co';
  const tree = Array.from({ length: 100_000 }, (_, i) => ({
    path: `examples/${'a'.repeat(60)}/${i}.py`,
    type: 'blob',
  }));
  const listing = new TextEncoder().encode(JSON.stringify({ tree, truncated: true }));
  const inputs: (() => Promise<{ ok: boolean; reason?: string }>)[] = [
    ...hostilePages().map(({ what, html }) => {
      if (what === 'links')
        return () => apart.parse('docLinks', { text: html, form: 'sidebar', site: url, below: url }, signal);
      if (what === 'results in results') return () => apart.parse('searchPage', { html, url }, signal);
      return () => apart.parse('paper', { html, url }, signal);
    }),
    ...hostileNotebooks().map(
      ({ bytes }) =>
        () =>
          apart.parse('notebook', bytes, signal),
    ),
    ...hostileApis().map(
      (document) => () =>
        apart.parse('apiEndpoints', { document, query: 'a b c d', tag: undefined, limit: 10 }, signal),
    ),
    () => apart.parse('examplePaths', { listing, keyword: 'a'.repeat(200), minScore: 10, limit: 20 }, signal),
    ...hostileEdits().map((edit) => () => apart.parse('edit', edit, signal)),
  ];
  for (const [i, parse] of inputs.entries()) {
    const { value: parsed, ms } = await quickestTurn(parse);
    expect(ms, `input ${i}`).toBeLessThan(LONGEST_TURN_MS);
    expect(parsed.ok || parsed.reason, `input ${i}`).not.toBe('');
  }
  console.log(`${inputs.length} hostile pages, notebooks, lists and edits were read`);
});

test('what takes too long is ended, is said to be, and keeps nothing else from being read', async () => {
  // What is not ended in time would be ended by its processor time, and say that.
  const apart = apartWith({ withinMs: { ...BOUNDS.withinMs, dataFile: 700 }, processorSeconds: 20 });
  const [ended, read] = await Promise.all([
    apart.parse('dataFile', ENDLESS, signal),
    apart.parse('dataFile', rows(3), signal),
  ]);
  expect(ended).toEqual({ ok: false, reason: 'reading it took more than 0.7 s' });
  expect(read).toMatchObject({ ok: true, value: { rows: 3 } });
  await expect(apart.parse('dataFile', rows(4), signal)).resolves.toMatchObject({ value: { rows: 4 } });
});

test.each<[string, Partial<Bounds>, string]>([
  ['objects', { heapMb: 40 }, `[${'{},'.repeat(1_000_000)}{}]`],
  ['text outside of the heap', { dataMb: 700 }, `[${'{"a":"é"},'.repeat(3_000_000)}{}]`],
])('what needs too much memory is ended: %s', async (_what, bounds, json) => {
  const apart = apartWith(bounds);
  const file = { name: 'a.json', bytes: Buffer.from(json) };
  const reason = 'reading it took more memory or processor time than it may';
  expect(await apart.parse('dataFile', file, signal)).toEqual({ ok: false, reason });
  expect(await apart.parse('dataFile', rows(1), signal)).toMatchObject({ ok: true });
});

test('a process that nobody ends any more ends by its limit of processor time', async () => {
  const apart = apartWith({ processorSeconds: 1 });
  const parsed = await apart.parse('dataFile', ENDLESS, signal);
  expect(parsed).toEqual({ ok: false, reason: 'reading it took more memory or processor time than it may' });
});

test('whoever stops waiting ends what was at it, and what has not begun does not begin', async () => {
  const before = startedSince();
  const apart = apartWith();
  const stop = new AbortController();
  const [running, other, waiting] = [1, 2, 3].map(() => apart.parse('dataFile', ENDLESS, stop.signal));
  stop.abort(new Error('nobody waits'));
  for (const parsing of [running, other, waiting]) await expect(parsing).rejects.toThrow('nobody waits');
  await expect(apart.parse('dataFile', rows(2), signal)).resolves.toMatchObject({ ok: true });
  await until('the processes that were at it have ended', () => startedSince(before).length <= 1);
});

test('nothing is left running when it is closed', async () => {
  const before = startedSince();
  const apart = apartWith();
  await apart.parse('dataFile', rows(1), signal);
  const reading = apart.parse('dataFile', ENDLESS, signal);
  await apart.close();
  expect(await reading).toMatchObject({ ok: false });
  expect(startedSince(before)).toEqual([]);
  expect(await apart.parse('dataFile', rows(1), signal)).toEqual({
    ok: false,
    reason: 'this process is ending',
  });
});

test('a file is not given to a process that has just been let go of', async () => {
  const apart = createParseApart(BOUNDS, 1);
  for (let i = 0; i < 3; i++) {
    await expect(apart.parse('dataFile', rows(1), signal)).resolves.toMatchObject({ ok: true });
    await new Promise((resolve) => setTimeout(resolve, 1)); // after the timer that lets go of it, and before its end
  }
  await apart.close();
});

test('one process reads one file after another', async () => {
  const before = startedSince();
  const apart = apartWith();
  const counts: number[] = [];
  for (let i = 1; i <= 5; i++) {
    const parsed = await apart.parse('dataFile', rows(i), signal);
    counts.push(parsed.ok && parsed.value.ok ? parsed.value.rows : 0);
  }
  expect(counts).toEqual([1, 2, 3, 4, 5]);
  expect(startedSince(before)).toHaveLength(1);
});

const CSV = { ok: true, format: 'csv', notes: [] as string[], encoding: 'UTF-8', isPart: false } as const;

test.each<[string, string, DataFile]>([
  ['a.csv', 'a,b\n1,"x\ny"\n', { ...CSV, columns: ['a', 'b'], rows: 1, first: ['{"a":"1","b":"x\\ny"}'] }],
  [
    'a.jsonl',
    '{"a":1}\n\n{"b":2}',
    { ...CSV, format: 'jsonl', columns: ['a', 'b'], rows: 2, first: ['{"a":1}', '{"b":2}'] },
  ],
  ['a.json', '[{"a":1}', { ok: false, reason: 'it is not valid JSON (half-written?)' }],
  ['a.pickle', 'x', { ok: false, reason: 'it is none of csv, tsv, json, jsonl, ndjson, parquet' }],
  ['a.csv', '', { ok: false, reason: 'it is empty' }],
])('%s of %j is read', async (name, content, expected) => {
  const parsed = await parseApart.parse('dataFile', { name, bytes: Buffer.from(content) }, signal);
  expect(parsed).toEqual({ ok: true, value: expected });
});
