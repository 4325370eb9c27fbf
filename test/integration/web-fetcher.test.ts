import { sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { pruneWebPages } from '../../src/session/store/retention.ts';
import { createWebCache } from '../../src/session/store/web-cache.ts';
import type { Fetcher, WebRequest } from '../../src/web/fetcher.ts';
import { type Listening, listen } from '../doubles/http.ts';
import { createBackend } from '../support/backends.ts';
import { fetcherFor } from '../support/web.ts';

type Seen = { path: string; headers: Record<string, string | string[] | undefined> };
type Answer = { status?: number; headers?: Record<string, string>; body?: string };

let server: Listening;
let other: Listening;
let fetcher: Fetcher;
let seen: Seen[];
let answers: Answer[];
let now: Date;

beforeEach(async () => {
  seen = [];
  answers = [];
  now = new Date('2026-01-01T00:00:00Z');
  const handle = async (
    request: import('node:http').IncomingMessage,
    response: import('node:http').ServerResponse,
  ) => {
    seen.push({ path: request.url ?? '', headers: request.headers });
    const {
      status = 200,
      headers = { 'content-type': 'text/plain' },
      body = 'hello',
    } = answers.shift() ?? {};
    response.writeHead(status, headers);
    response.end(body);
  };
  server = await listen(handle);
  other = await listen(handle);
  fetcher = fetcherFor(server.url, () => now);
});
afterEach(() => Promise.all([fetcher.close(), server.close(), other.close()]));

const ask = (request: Partial<WebRequest> = {}) =>
  fetcher.text({ url: `${server.url}/a`, signal: new AbortController().signal, ...request });

describe('where it may lead', () => {
  test.each([
    'http://127.0.0.1:1/x',
    'http://[::1]/x',
    'http://169.254.169.254/latest/meta-data',
    'http://10.0.0.1/',
    'http://[::ffff:127.0.0.1]/',
    'http://localhost/x',
    'http://metadata.localhost/x',
    'file:///etc/passwd',
    'http://user:secret@example.com/',
  ])('not to %s', async (url) => {
    const answer = await ask({ url });
    expect(answer).toMatchObject({ ok: false, status: undefined });
    expect(JSON.stringify(answer)).not.toContain('secret@');
  });

  test('a redirect leads nowhere else either', async () => {
    answers = [{ status: 302, headers: { location: `${other.url}/inner` } }];
    expect(await ask()).toMatchObject({ ok: false, reason: expect.stringContaining('127.0.0.1') });
    expect(seen.map(({ path }) => path)).toEqual(['/a']);
  });

  test('a redirect on the same origin is followed, in circles only a few times', async () => {
    answers = [{ status: 301, headers: { location: '/b' } }];
    expect(await ask()).toMatchObject({ ok: true, url: `${server.url}/b` });
    answers = Array.from({ length: 9 }, () => ({ status: 302, headers: { location: '/a' } }));
    expect(await ask()).toMatchObject({
      ok: false,
      reason: expect.stringContaining('redirects more than 5 times'),
    });
  });

  test('a token goes to its own origin and to no other', async () => {
    await fetcher.close();
    fetcher = fetcherFor(server.url);
    answers = [{ status: 302, headers: { location: '/b' } }];
    await ask({ secretHeaders: { 'x-api-key': 'k' } });
    expect(seen.map(({ headers }) => headers['x-api-key'])).toEqual(['k', 'k']);
  });
});

describe('manners', () => {
  test('what is fresh is not asked for again, and what has not changed is not sent again', async () => {
    answers = [
      { headers: { 'content-type': 'text/plain', etag: '"1"' }, body: 'one' },
      { status: 304, body: '' },
    ];
    expect(await ask({ ttlMs: 60_000 })).toMatchObject({ text: 'one' });
    expect(await ask({ ttlMs: 60_000 })).toMatchObject({ text: 'one' });
    expect(seen).toHaveLength(1);
    now = new Date(now.getTime() + 61_000);
    expect(await ask({ ttlMs: 60_000 })).toMatchObject({ text: 'one' });
    expect(seen[1]?.headers['if-none-match']).toBe('"1"');
    expect(await ask({ ttlMs: 60_000 })).toMatchObject({ text: 'one' });
    expect(seen).toHaveLength(2);
  });

  test('while the other side fails, what it said before is told', async () => {
    answers = [{ body: 'one' }, ...Array.from({ length: 3 }, () => ({ status: 500 }))];
    await ask({ ttlMs: 1 });
    now = new Date(now.getTime() + 10);
    expect(await ask({ ttlMs: 1 })).toMatchObject({ ok: true, text: 'one' });
    expect(seen).toHaveLength(4);
  });

  test('that a page is gone is said, whatever it was before', async () => {
    answers = [{ body: 'one' }, { status: 410 }];
    await ask({ ttlMs: 1 });
    now = new Date(now.getTime() + 10);
    expect(await ask({ ttlMs: 1 })).toMatchObject({ ok: false, status: 410 });
  });

  test('it waits as long as it is asked to, and says so where that is long', async () => {
    answers = [{ status: 429, headers: { 'retry-after': '1' } }, { body: 'now' }];
    expect(await ask()).toMatchObject({ ok: true, text: 'now' });
    answers = [{ status: 429, headers: { 'retry-after': '3600' } }];
    expect(await ask()).toMatchObject({
      ok: false,
      status: 429,
      reason: expect.stringContaining('Try again in 3600 s'),
    });
  });

  test('it says who it is', async () => {
    await ask();
    expect(seen[0]?.headers['user-agent']).toContain('ml-intern');
  });

  test('it stops when it is told to', async () => {
    const stop = new AbortController();
    stop.abort(new Error('stopped'));
    await expect(ask({ signal: stop.signal })).rejects.toThrow('stopped');
  });
});

describe('what is not taken', () => {
  test('what is too large, and what is no text', async () => {
    answers = [
      { body: 'x'.repeat(300_000) },
      { headers: { 'content-type': 'application/zip' } },
      { status: 404 },
    ];
    expect(await ask()).toMatchObject({ ok: false, reason: expect.stringContaining('larger than') });
    expect(await ask()).toMatchObject({ ok: false, reason: expect.stringContaining('application/zip') });
    expect(await ask()).toMatchObject({ ok: false, status: 404 });
  });

  test('half of a JSON, and a JSON of another form', async () => {
    const headers = { 'content-type': 'application/json' };
    answers = [
      { headers, body: '{"a": [1, 2' },
      { headers, body: '{"b": 1}' },
    ];
    const json = () =>
      fetcher.json(
        { url: `${server.url}/a`, signal: new AbortController().signal },
        z.object({ a: z.string() }),
      );
    expect(await json()).toMatchObject({ ok: false, reason: expect.stringContaining('no whole JSON') });
    expect(await json()).toMatchObject({ ok: false, reason: expect.stringContaining('not known here') });
  });
});

test('pages are kept in the record, and the ones that nobody uses are forgotten when there are too many', async () => {
  const backend = await createBackend('shared');
  const storage = await backend.open();
  try {
    const cache = createWebCache(storage.db);
    const page = {
      url: 'https://a/',
      contentType: 'text/plain',
      etag: undefined,
      lastModified: 'x',
      freshUntil: now,
    };
    await cache.keep('old', { ...page, text: 'o'.repeat(60) });
    await cache.keep('new', { ...page, text: 'n'.repeat(60) });
    await storage.db.execute(sql`update ml_intern.web_pages set used_at = used_at - interval '1 minute'`);
    expect(await cache.find('old')).toEqual({ ...page, text: 'o'.repeat(60) });
    await pruneWebPages(storage.db, 100);
    expect(await cache.find('new')).toBeUndefined();
    expect(await cache.find('old')).toBeDefined();
  } finally {
    await storage.close();
    await backend.remove();
  }
});
