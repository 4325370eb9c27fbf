import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readUntilSilent } from '../../src/hub/job-logs.ts';
import { createHubJobs } from '../../src/hub/jobs.ts';
import { createRepoClient } from '../../src/hub/repo-client.ts';
import { repoFileWrites } from '../../src/hub/repo-file-writes.ts';
import { createHubRepos } from '../../src/hub/repos.ts';
import { hubToken } from '../../src/hub/token.ts';
import { logFile } from '../../src/jobs/files.ts';
import { readableLog } from '../../src/jobs/report.ts';
import { LineCutter, REST } from '../../src/lib/line-cutter.ts';
import { createRedaction } from '../../src/lib/redaction.ts';
import { pour, serverWith } from '../support/flood.ts';
import { watch } from '../support/snapshots.ts';

/* Lists and logs that do not end, or have more than anybody reads: what is missing is told. */

const { signal } = new AbortController();
const token = hubToken('hf_test');
const JSON_TYPE = { 'content-type': 'application/json' };
const EVENTS = { 'content-type': 'text/event-stream' };

/** A Hub whose list of files leads on to `next` of each page, which has `entries` files. */
async function hubWithPages(next: (page: number) => string, entries: number) {
  let asked = 0;
  const url = await serverWith((response, path) => {
    asked++;
    const page = Number(new URL(path, 'http://a').searchParams.get('cursor') ?? 0);
    const files = Array.from({ length: entries }, (_, i) => ({
      type: 'file',
      path: `f/${page}/${i}.txt`,
      size: 1,
    }));
    const link = new URL(next(page), `${url}${path}`).href;
    response.writeHead(200, { ...JSON_TYPE, link: `<${link}>; rel="next"` });
    response.end(JSON.stringify(files));
  });
  return {
    repos: createHubRepos(url, token),
    writes: repoFileWrites(createRepoClient(url, token)),
    asked: () => asked,
  };
}

const AT = { kind: 'model' as const, id: 'a/b' };

test.each([
  ['on and on, with nothing on them', (page: number) => `?cursor=${page + 1}`, 'more than 100 pages'],
  ['back to the first', () => '?cursor=0', 'leads back to a page that was read before'],
  ['to another host, which is shown no token', () => 'https://evil.example/', 'goes on at evil.example'],
])('pages that lead %s are not followed for ever', async (_what, next, words) => {
  const hub = await hubWithPages(next, 0);
  const found = await hub.repos.files({ ...AT, recursive: true }, 300, signal);
  expect(found).toEqual({ ok: false, reason: expect.stringContaining(words) });
  const fitting = await hub.writes.matching(AT, ['*.bin'], undefined, signal);
  expect(fitting).toEqual({ ok: false, reason: expect.stringContaining(words) });
  expect(hub.asked()).toBeLessThanOrEqual(201);
});

test('of a repository with a million files the first are listed, and none of too many is deleted', async () => {
  const hub = await hubWithPages((page) => `?cursor=${page + 1}`, 1_000);
  const found = await hub.repos.files({ ...AT, recursive: true }, 300, signal);
  expect(found).toMatchObject({ ok: true, value: { hasMore: true } });
  expect(hub.asked()).toBe(1);
  expect(await hub.writes.matching(AT, ['f'], undefined, signal)).toEqual({
    ok: false,
    reason: expect.stringContaining('more than 10,000 files fit: name fewer'),
  });
});

const eventOf = (data: string) => `data: ${JSON.stringify({ data, timestamp: '2026-01-01T00:00:00Z' })}\n\n`;

test('of a log without an end the newest lines are kept, and how many are not is told', async () => {
  const url = await serverWith((response) => {
    response.writeHead(200, EVENTS);
    response.end(Array.from({ length: 300_000 }, (_, i) => eventOf(`line ${i}`)).join(''));
  });
  const log = await createHubJobs(url, token).logs('ada', 'j1', signal, 20_000);
  expect(log.lines).toHaveLength(200_000);
  expect([log.leftOut, log.lines[0], log.lines.at(-1)]).toEqual([100_000, 'line 100000', 'line 299999']);
  expect(readableLog(log)).toMatch(/^\[100,000 lines before this left out\]\nline 100000\n/);
});

test('a line of a log that is endless is cut, and those after it are read', async () => {
  const url = await serverWith((response) => {
    response.writeHead(200, EVENTS);
    response.write(eventOf('before'));
    response.write(`data: {"data":"${'\\"é,'.repeat(4_000_000)}","timestamp":"x"}\n\n`);
    response.end(eventOf('after'));
  });
  const { lines } = await createHubJobs(url, token).logs('ada', 'j1', signal, 20_000);
  expect(lines).toHaveLength(3);
  expect([lines[0], lines[2]]).toEqual(['before', 'after']);
  expect(lines[1]?.startsWith('"é,"é,')).toBe(true);
  expect(lines[1]?.endsWith(REST)).toBe(true);
});

test('a job that is never silent is read for a while, and not for ever', async () => {
  const url = await serverWith((response) => {
    response.writeHead(200, EVENTS);
    return pour(response, eventOf('x'.repeat(2_000)));
  });
  const log = await createHubJobs(url, token).logs('ada', 'j1', signal, 150);
  expect(log.lines.length).toBeGreaterThan(0);
});

test('a job that prints without a pause is read for so many silences', async () => {
  let isOpen = false;
  async function* printing(silent: AbortSignal) {
    isOpen = true;
    try {
      for (;;) {
        silent.throwIfAborted();
        yield { message: 'x' };
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    } finally {
      isOpen = false;
    }
  }
  const log = await readUntilSilent(100, printing);
  expect(log.lines.length).toBeGreaterThan(0);
  expect(isOpen).toBe(false);
});

test('a long log as a file is its end from the beginning of a line on, and says so', async () => {
  const lines = Array.from({ length: 120_000 }, (_, i) => `line ${i} ${'x'.repeat(90)}`);
  const jobs = { logs: async () => ({ lines, leftOut: 5 }) };
  const made = await logFile(jobs, watch({ jobId: 'j1' }), 'f1', createRedaction(), signal);
  const text = made.ok ? Buffer.from(made.file.bytes).toString() : '';
  expect(text.length).toBeLessThanOrEqual(8_000_000);
  expect(text).toMatch(/^line \d+ x/);
  expect(text.endsWith(lines.at(-1) ?? '')).toBe(true);
  expect(made).toMatchObject({ text: expect.stringContaining('the newest 8 MB of 120,005 lines') });
});

test('property: what is cut of a line is the same however it comes, and stays JSON', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 80 }), fc.array(fc.nat(30)), (data, cuts) => {
      const bytes = Buffer.from(`data: ${JSON.stringify({ data })}\nnext\n`);
      const whole = Buffer.from(new LineCutter(30).add(bytes)).toString();
      const cutter = new LineCutter(30);
      const parts: Uint8Array[] = [];
      let at = 0;
      for (const cut of [...cuts, bytes.length]) {
        parts.push(cutter.add(bytes.subarray(at, at + cut)));
        at += cut;
      }
      expect(Buffer.concat(parts).toString()).toBe(whole);
      const [line = '', next] = whole.split('\n');
      expect(next).toBe('next');
      const read = JSON.parse(line.slice(6).replace(/\}… \(the rest.*$/s, '}')) as { data: string };
      const kept = read.data.endsWith(REST) ? read.data.slice(0, -REST.length) : read.data;
      expect(JSON.parse(JSON.stringify({ data })).data.startsWith(kept)).toBe(true);
    }),
    { numRuns: 200 },
  );
});
