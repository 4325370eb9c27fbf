import { expect, onTestFinished, test } from 'vitest';
import { createDatasetsServer } from '../../src/hub/datasets.ts';
import { createHubJobs } from '../../src/hub/jobs.ts';
import { createHubRepos } from '../../src/hub/repos.ts';
import { statusOf } from '../../src/hub/retry.ts';
import { hubToken } from '../../src/hub/token.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { createModelClient } from '../../src/llm/client.ts';
import { createSpaceSandboxes } from '../../src/sandbox/space.ts';
import type { McpEndpoint } from '../../src/tools/mcp/connection.ts';
import { createMcpTools } from '../../src/tools/mcp/tools.ts';
import { createFetcher } from '../../src/web/fetcher.ts';
import { HubDouble } from '../doubles/hub/server.ts';
import { hastyClock } from '../support/clocks.ts';
import { bomb, pour, serverWith } from '../support/flood.ts';
import { runTool } from '../support/tool-context.ts';

/* Others that send without an end: each is given up, is said to be, and fills no memory. */

const { signal } = new AbortController();
const token = hubToken('hf_test');
const JSON_TYPE = { 'content-type': 'application/json' };
const EVENTS = { 'content-type': 'text/event-stream' };

/** Megabytes that the memory of this process has grown by while something was done. */
async function grownBy(work: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().rss;
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 20);
  await work().finally(() => clearInterval(timer));
  return (most - before) / 1e6;
}

function ask(url: string) {
  const endpoints = { routerUrl: url, routerKey: 'k', isDirect: false, responses: ['r'], keys: {} };
  const settings = { endpoints, fallbacks: [], maxOutputTokens: 500, idleTimeoutMs: 20_000, retries: {} };
  const client = createModelClient(settings, systemClock);
  return (model: string) =>
    client.complete({
      model,
      messages: [{ role: 'user', content: 'hello' }],
      tools: [],
      signal,
      onText: () => {},
    });
}

const delta = (content: string) =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;

test.each([
  ['an endless line', 'data: x', 'one event of more than 4 MB'],
  ['events that say nothing', delta(''), 'more than 100 MB without an end'],
  ['an answer without an end', delta('x'.repeat(1_000)), 'the answer has more than 1,000,000 characters'],
])('a model that sends %s is given up', async (_what, piece, words) => {
  const url = await serverWith((response) => {
    response.writeHead(200, EVENTS);
    return pour(response, piece);
  });
  await expect(ask(url)('m')).rejects.toMatchObject({
    kind: 'too_much',
    message: expect.stringContaining(words),
  });
});

test('a provider whose refusal has no end has refused', async () => {
  const url = await serverWith((response) => {
    response.writeHead(402, JSON_TYPE);
    return pour(response, 'x', '{"error":"');
  });
  await expect(ask(url)('m')).rejects.toMatchObject({ kind: 'credits' });
});

test('answers of the Hub are bounded, packed ones too, and its refusals stay refusals', async () => {
  const packed = bomb(300);
  const url = await serverWith((response, path) => {
    if (path.startsWith('/api/models/')) {
      response.writeHead(404, JSON_TYPE);
      return pour(response, 'x', '{"error":"');
    }
    response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' });
    response.end(packed);
  });
  const jobs = createHubJobs(url, token);
  const repos = createHubRepos(url, token);
  const grown = await grownBy(async () => {
    await expect(jobs.list('ada', signal)).rejects.toThrow('sent more than 16 MB');
    expect(await createDatasetsServer(url, token).get('/splits', { dataset: 'a/b' }, signal)).toEqual({
      ok: false,
      reason: expect.stringContaining('sent more than 16 MB'),
    });
    const found = await repos.search('model', { sort: 'likes', limit: 5 }, signal);
    expect(found).toEqual({ ok: false, reason: expect.stringContaining('sent more than 16 MB') });
  });
  expect(grown).toBeLessThan(250);
  const missing = await repos.details('model', 'a/b', signal);
  expect(missing).toEqual({ ok: false, reason: expect.stringContaining('There is no such repository') });
  expect(statusOf(await jobs.list('ada', signal).catch((error: unknown) => error))).toBeUndefined();
});

/** A server of tools whose one tool answers with `size` characters of `piece`. */
const PROGRAM = `
let rest = '';
process.stdin.on('data', (chunk) => {
  const lines = (rest + chunk).split('\\n');
  rest = lines.pop();
  for (const line of lines) answer(JSON.parse(line));
});
const RESULTS = {
  initialize: { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'f', version: '1' } },
  'tools/list': { tools: [{ name: 'pour', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } }] },
};
function answer({ id, method }) {
  if (id === undefined) return;
  if (RESULTS[method]) return process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result: RESULTS[method] }) + '\\n');
  const chunk = process.argv[1].repeat(10_000);
  const more = () => { while (process.stdout.write(chunk)); };
  process.stdout.on('drain', more);
  process.stdout.write('{"jsonrpc":"2.0","id":' + id + ',"result":{"content":[');
  more();
}
process.stdout.on('error', () => process.exit());
`;

async function pouring(endpoint: McpEndpoint) {
  const server = {
    approval: 'never' as const,
    hide: [],
    resources: false,
    prompts: false,
    timeoutMs: 20_000,
  };
  const log = createLogger('silent', (text) => text);
  const mcp = createMcpTools({ f: { endpoint, ...server } }, log, systemClock);
  onTestFinished(() => mcp.stop());
  await mcp.tried(signal);
  return { mcp, call: () => runTool(mcp.offered([]), 'pour', {}) };
}

test.each([
  ['text', 'xxxxxxx', 'a message of more than 16 MB'],
  ['values', '{},', 'a message with more than 20,000 values'],
])(
  'a program of tools that sends %s without an end is ended, and the call told why',
  async (_what, piece, words) => {
    const { call } = await pouring({ command: process.execPath, args: ['-e', PROGRAM, piece], env: {} });
    expect(await call()).toEqual({ kind: 'failed', output: expect.stringContaining(words) });
  },
);

const result = (method: string, id: number) => {
  const results: Record<string, object> = {
    initialize: {
      protocolVersion: '2025-06-18',
      capabilities: { tools: {} },
      serverInfo: { name: 'f', version: '1' },
    },
    'tools/list': {
      tools: [{ name: 'pour', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } }],
    },
  };
  return results[method] && JSON.stringify({ jsonrpc: '2.0', id, result: results[method] });
};

test.each([
  ['one document', JSON_TYPE, '{"a":"', 'sent more than 16 MB'],
  ['events', EVENTS, 'data: ', 'sent one event of more than 16 MB'],
])('a server of tools that answers without an end is let go of: %s', async (_what, type, begin, words) => {
  let isLetGo: Promise<boolean> | undefined;
  const url = await serverWith((response, _path, body) => {
    if (body === '') return void response.writeHead(405).end();
    const { id, method } = JSON.parse(body) as { id?: number; method: string };
    if (id === undefined) return void response.writeHead(202).end();
    const known = result(method, id);
    response.writeHead(200, known === undefined ? type : JSON_TYPE);
    if (known !== undefined) return void response.end(known);
    isLetGo = pour(response, 'x', begin);
  });
  const { call } = await pouring({ url: `${url}/mcp`, headers: {} });
  expect(await call()).toEqual({ kind: 'failed', output: expect.stringContaining(words) });
  expect(await isLetGo).toBe(true); // before it had sent all that it would
});

test('a page without an end is given up', async () => {
  const url = await serverWith((response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    return pour(response, '<p>');
  });
  const fetcher = createFetcher({
    cache: { find: async () => undefined, keep: async () => {} },
    clock: systemClock,
    trusted: [url],
  });
  onTestFinished(() => fetcher.close());
  const grown = await grownBy(async () => {
    expect(await fetcher.text({ url, signal })).toMatchObject({
      ok: false,
      reason: `${url}/ is larger than 12 MB`,
    });
  });
  expect(grown).toBeLessThan(150);
});

test.each([
  [
    'prints',
    `${JSON.stringify({ o: Buffer.alloc(3_000).toString('base64') })}\n`,
    'printed more than 100 MB',
  ],
  ['sends a line', 'x', 'one line of more than 16 MB'],
])('a Space that %s without an end is let go of', async (_what, piece, words) => {
  const hub = await HubDouble.start();
  onTestFinished(() => hub.close());
  const settings = {
    hubUrl: hub.url,
    token,
    namespace: async () => 'ada',
    installation: async () => 'here',
    idleSeconds: 1_800,
    clock: hastyClock(50),
  };
  const spaces = createSpaceSandboxes(settings);
  await spaces.open('s_flood', signal);
  const [space] = hub.repos.all.filter(({ kind }) => kind === 'space');
  if (space === undefined) throw new Error('there is no Space');
  space.host = await serverWith((response, path) => {
    const isHealth = path.startsWith('/health');
    response.writeHead(200, isHealth ? JSON_TYPE : { 'content-type': 'application/x-ndjson' });
    return isHealth ? void response.end('{"isFresh": false}') : pour(response, piece);
  });
  const sandbox = await spaces.open('s_flood', signal);
  const run = sandbox.run(['true'], { timeoutMs: 60_000, signal, onOutput: () => {} });
  const told = await run.then(JSON.stringify, String);
  expect(told).toContain(words);
});
