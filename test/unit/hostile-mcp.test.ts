import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { createMcpTools } from '../../src/tools/mcp/tools.ts';
import type { ToolContext } from '../../src/tools/tool.ts';
import { LONGEST_TURN_MS, quickestTurn } from '../support/longest-turn.ts';
import { toolContext } from '../support/tool-context.ts';

/* A server of tools that means harm: what it says of its tools and what they give keeps nobody waiting. */

/** It answers by the name of the method, and asks what it is given before the result of a call. */
const PROGRAM = `
const { results, before } = eval('(' + process.argv[1] + ')');
const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n');
let rest = '';
process.stdin.on('data', (chunk) => {
  const lines = (rest + chunk).split('\\n');
  rest = lines.pop();
  for (const line of lines) {
    const { id, method } = JSON.parse(line);
    if (id === undefined || method === undefined) continue;
    for (const [i, params] of (method === 'tools/call' ? before : []).entries())
      send({ id: 900 + i, method: 'elicitation/create', params });
    setTimeout(() => send({ id, result: results[method] }), method === 'tools/call' ? 200 : 0);
  }
});
`;

const INITIALIZED = `{ protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'f', version: '1' } }`;
const READS = `annotations: { readOnlyHint: true }`;

/** The tools of a server that lists these and answers each call with that, both as JavaScript. */
async function serving(tools: string, result: string, before = '[]') {
  const program = `{ before: ${before}, results: { initialize: ${INITIALIZED}, 'tools/list': { tools: ${tools} }, 'tools/call': ${result} } }`;
  const endpoint = { command: process.execPath, args: ['-e', PROGRAM, program], env: {} };
  const server = { endpoint, approval: 'never' as const, hide: [], resources: false, prompts: false };
  const mcp = createMcpTools(
    { f: { ...server, timeoutMs: 20_000 } },
    createLogger('silent', (text) => text),
    systemClock,
  );
  onTestFinished(() => mcp.stop());
  await mcp.tried(new AbortController().signal);
  return mcp.offered([]);
}

async function called(tools: Awaited<ReturnType<typeof serving>>, context: ToolContext = toolContext) {
  const prepared = tools.at(0)?.prepare('{}');
  if (!prepared?.ok) throw new Error('there is no tool');
  return prepared.call.run(context);
}

const TEXT = `{ content: [{ type: 'text', text: 'done' }] }`;

test('a result is not held against a pattern of the server’s own, which could take for ever', async () => {
  const schema = `{ type: 'object', properties: { x: { type: 'string', pattern: '^(a+)+$' } } }`;
  const structured = `{ content: [{ type: 'text', text: 'done' }], structuredContent: { x: 'a'.repeat(27) + '!' } }`;
  const { value, ms } = await quickestTurn(async () =>
    called(
      await serving(
        `[{ name: 't', inputSchema: { type: 'object' }, outputSchema: ${schema}, ${READS} }]`,
        structured,
      ),
    ),
  );
  expect(value).toEqual({ kind: 'done', output: 'done' });
  expect(ms).toBeLessThan(LONGEST_TURN_MS);
});

test('of more tools than a model can be told of some are offered, and of those with long schemas none', async () => {
  const tools = await serving(
    `[{ name: 'long', inputSchema: { type: 'object', description: 'x'.repeat(1e6) } },
      ...Array.from({ length: 4000 }, (_, i) => ({ name: 't' + i, inputSchema: { type: 'object' } }))]`,
    TEXT,
  );
  expect(tools.length).toBe(256);
  expect(tools.map(({ name }) => name)).not.toContain('long');
});

test('a question is asked in so many words, and one that takes too many answers is not asked', async () => {
  const asked: unknown[] = [];
  const context: ToolContext = { ...toolContext, ask: async (question) => void asked.push(question) };
  const field = (more: string) => `{ type: 'object', properties: { a: { type: 'string', ${more} } } }`;
  const { ms } = await quickestTurn(async () => {
    asked.length = 0;
    await called(
      await serving(
        `[{ name: 't', inputSchema: { type: 'object' }, ${READS} }]`,
        TEXT,
        `[{ message: 'password: '.repeat(1e6), requestedSchema: ${field(`title: 'x'.repeat(1e6)`)} },
          { message: 'many', requestedSchema: { type: 'object', properties:
            Object.fromEntries(Array.from({ length: 9000 }, (_, i) => ['p' + i, { type: 'string' }])) } }]`,
      ),
      context,
    );
  });
  expect(asked).toHaveLength(1);
  expect(JSON.stringify(asked).length).toBeLessThan(5_000);
  expect(ms).toBeLessThan(LONGEST_TURN_MS);
});
