import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { allPages } from '../../src/tools/mcp/pages.ts';
import { resultOf } from '../../src/tools/mcp/result.ts';
import { createMcpTools, type McpServer } from '../../src/tools/mcp/tools.ts';
import { startForgetfulMcp } from '../doubles/forgetful-mcp.ts';
import { serverWith } from '../support/flood.ts';
import { mcpProgram } from '../support/mcp-program.ts';
import { runTool, toolContext } from '../support/tool-context.ts';
import { until } from '../support/until.ts';

/* Servers of tools that are not as the protocol has them. */

type State = { name: string; tools: number; problem: string | undefined };

function serving(
  endpoint: McpServer['endpoint'],
  noted: (state: State) => void = () => {},
  has: Partial<McpServer> = {},
) {
  const server = { endpoint, approval: 'never' as const, hide: [], resources: false, prompts: false, ...has };
  const mcp = createMcpTools(
    { f: { ...server, timeoutMs: 20_000 } },
    createLogger('silent', (text) => text),
    systemClock,
    { noted, clean: (text) => text.replaceAll('hunter2hunter2', '[clean]') },
  );
  onTestFinished(() => mcp.stop());
  return mcp;
}

const { signal } = new AbortController();

test('one bad tool hides none of the others', async () => {
  const mcp = serving(
    mcpProgram(`{ 'tools/list': { nextCursor: null, tools: [
      { name: 'good', inputSchema: { type: 'object' } },
      null, 7, {}, { name: '' }, { name: 8 },
      { name: 'no schema' }, { name: 'null.schema', inputSchema: null, description: null, title: null, annotations: null },
      { name: 'no/type', inputSchema: { properties: { a: { type: 'string' } } } },
      { name: 'no.type', inputSchema: { type: 'string' } },
      { name: 'hints', inputSchema: { type: 'object' }, annotations: { readOnlyHint: 'yes', destructiveHint: null } },
      { name: 'good', inputSchema: { type: 'object' }, description: 'twice' },
      { name: '3d', inputSchema: { type: 'object' }, outputSchema: 5, icons: 'none', _meta: null },
    ] } }`),
  );
  await mcp.tried(signal);
  const names = mcp.offered([]).map(({ name }) => name);
  expect(names.toSorted()).toEqual(
    ['_3d', 'f_no_type', 'good', 'hints', 'no_schema', 'no_type', 'null_schema'].toSorted(),
  );
  expect(new Set(names).size).toBe(names.length);
});

const TOOL = `{ name: 'good', inputSchema: { type: 'object' } }`;
test.each([
  ['no tools', `{ 'tools/list': { refused: { code: -32601, message: 'Method not found' } } }`, []],
  ['null for none', `{ 'tools/list': { tools: null } }`, []],
  ['its tools by name', `{ 'tools/list': { tools: { good: { inputSchema: {} }, other: 7 } } }`, ['good']],
  [
    'a page that fails after one that does not',
    `{ 'tools/list': ({ cursor } = {}) => cursor ? { refused: { code: -32603, message: 'x' } } : { nextCursor: 'b', tools: [${TOOL}] } }`,
    ['good'],
  ],
])('a server with %s is used', async (_what, results, names) => {
  const states: State[] = [];
  const mcp = serving(mcpProgram(results), (state) => states.push(state), { resources: true });
  await mcp.tried(signal);
  await until('it is connected', () => states.some(({ problem }) => problem === undefined));
  const offered = mcp.offered([]).map(({ name }) => name);
  expect(offered.filter((name) => !/resource/.test(name))).toEqual(names);
  expect(mcp.away()).toEqual([]);
});

test.each(['input_schema', 'parameters'])(
  'arguments that are told as %s are told to models',
  async (field) => {
    const schema = `{ type: 'object', properties: { path: { type: 'string' } } }`;
    const mcp = serving(mcpProgram(`{ 'tools/list': { tools: [{ name: 'good', ${field}: ${schema} }] } }`));
    await mcp.tried(signal);
    expect(mcp.offered([])[0]?.parameters).toMatchObject({ properties: { path: { type: 'string' } } });
  },
);

test.each([404, 400] as const)(
  'a server that was started anew, and answers %i to a session, has the call that it refused once',
  async (status) => {
    const server = await startForgetfulMcp(status);
    onTestFinished(() => server.close());
    const mcp = serving({ url: `${server.url}/mcp`, headers: {} });
    await mcp.tried(signal);
    expect(await runTool(mcp.offered([]), 'count', {})).toMatchObject({ output: 'call 1' });
    server.forget();
    expect(await runTool(mcp.offered([]), 'count', {})).toMatchObject({ kind: 'done', output: 'call 2' });
    expect(server.calls).toBe(2);
  },
);

test('the tools stand in the same order, however their server lists them', async () => {
  const mcp = serving(
    mcpProgram(
      `{ 'tools/list': { tools: ['c', 'a', 'b'].map((name) => ({ name, inputSchema: { type: 'object' } })) } }`,
    ),
  );
  await mcp.tried(signal);
  expect(mcp.offered([]).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
});

test.each([
  ['that is always the same', () => 'again', 2],
  ['that goes round', (page: number) => String(page % 3), 4],
  ['that is empty', () => '', 1],
  ['that never ends', (page: number) => `p${page}`, 20],
])('a cursor %s ends a list', async (_name, cursorOf, pages) => {
  let count = 0;
  const items = await allPages(async () => ({ items: [count], nextCursor: cursorOf(count++) }));
  expect(items).toHaveLength(pages);
});

test('a storm of changes makes one list, and the last change is seen', async () => {
  const states: State[] = [];
  const mcp = serving(
    mcpProgram(
      `{ 'tools/list': (_params, asked) => ({ tools: [{ name: 'list_' + asked['tools/list'], inputSchema: { type: 'object' } }] }) }`,
      `({ method, send, asked }) => {
        if (method === 'tools/call' && asked[method] === 1)
          for (let i = 0; i < 500; i++) send({ method: 'notifications/tools/list_changed' });
      }`,
    ),
    (state) => states.push(state),
  );
  await mcp.tried(signal);
  await called(mcp, 'list_1'); // by now the client listens for changes
  await until('the list after the storm', () => mcp.offered([]).some(({ name }) => name === 'list_2'));
  const before = states.length;
  await until('a call', async () => (await called(mcp, 'list_2')).kind !== undefined);
  expect(mcp.offered([]).map(({ name }) => name)).toEqual(['list_2']);
  expect(states.length - before).toBeLessThan(3);
});

async function called(mcp: ReturnType<typeof serving>, name: string) {
  const prepared = mcp
    .offered([])
    .find((tool) => tool.name === name)
    ?.prepare('{}');
  if (!prepared?.ok) throw new Error('there is no such tool');
  return prepared.call.run(toolContext);
}

test.each([
  [
    'an output that its schema does not have',
    `{ content: [{ type: 'text', text: 'done' }], structuredContent: { n: 'x' } }`,
    'done',
  ],
  ['nothing but what is structured', `{ structuredContent: { n: 1 } }`, '{"n":1}'],
  ['the form of the first version', `{ toolResult: { n: 1 } }`, '{"n":1}'],
  ['content that is a text', `{ content: 'done' }`, 'done'],
  ['content that is null', `{ content: null, isError: null }`, '(nothing was returned)'],
  [
    'a part that nobody knows',
    `{ content: [{ type: 'video', url: 'x' }, { type: 'text', text: 'done' }] }`,
    'done',
  ],
  ['a text that is a number', `{ content: [{ type: 'text', text: 7 }] }`, '7'],
  ['a structure that is a list', `{ content: [], structuredContent: [1, 2] }`, '[1,2]'],
])('a call that was done is not called failed because of %s', async (_name, result, says) => {
  const mcp = serving(
    mcpProgram(`{ 'tools/list': { tools: [{ name: 't', inputSchema: { type: 'object' },
      outputSchema: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] } }] }, 'tools/call': ${result} }`),
  );
  await mcp.tried(signal);
  expect(await called(mcp, 't')).toMatchObject({ kind: 'done', output: expect.stringContaining(says) });
});

test('a picture without a kind is shown, and an error is one', () => {
  expect(resultOf({ content: [{ type: 'image', data: 'AA==' }] })).toMatchObject({
    image: { name: 'picture.png' },
  });
  expect(resultOf({ content: [{ type: 'text', text: 'no' }], isError: true })).toEqual({
    kind: 'failed',
    output: 'no',
  });
});

test('a program that ends says its last words, in bounds and without what is secret', async () => {
  const states: State[] = [];
  const talks = `(() => {
    process.stderr.write('x'.repeat(100000) + '\\n');
    console.error('\\u001b[31mError: the key ' + process.env.KEY + ' of hunter2hunter2 is wrong\\u001b[0m');
    process.exit(3);
  })()`;
  serving(mcpProgram('{}', talks, { KEY: 'a-key-of-ours' }), (state) => states.push(state));
  const { problem } = await until('the problem', () =>
    states.find(({ problem }) => problem?.includes('ended')),
  );
  expect(problem).toContain('its program ended (code 3)');
  expect(problem).toContain('Error: the key [redacted] of [clean] is wrong');
  expect(problem?.length).toBeLessThan(700);
});

test('no end of a secret is among them, where its beginning is cut away', async () => {
  const states: State[] = [];
  const talks = `(() => {
    console.error('token hf_' + 'A'.repeat(40) + ' ' + 'y '.repeat(280));
    process.exit(3);
  })()`;
  serving(mcpProgram('{}', talks), (state) => states.push(state));
  const { problem } = await until('the problem', () =>
    states.find(({ problem }) => problem?.includes('ended')),
  );
  expect(problem).toContain('y y y');
  expect(problem).not.toContain('AAA');
});

describe('a result that is too large is cut, and the connection goes on', () => {
  const TOOLS = `'tools/list': { tools: [{ name: 'big', annotations: { readOnlyHint: true } }, { name: 'small', annotations: { readOnlyHint: true } }] }`;
  const call = (mcp: ReturnType<typeof serving>, name: string) => runTool(mcp.offered([]), name, {});

  test.each([
    ['a text of 20 MB', `{ content: [{ type: 'text', text: 'begin ' + 'x'.repeat(20e6) }] }`, 'begin xxx'],
    [
      'a text of 20 MB of quotes',
      `{ content: [{ type: 'text', text: 'begin ' + '\\\\"'.repeat(10e6) }] }`,
      'begin \\"',
    ],
    [
      '50,000 parts',
      `{ content: Array.from({ length: 50_000 }, (_, i) => ({ type: 'text', text: 'part ' + i })) }`,
      'part 7',
    ],
    [
      'a structure of 90,000 values',
      `{ content: [], structuredContent: { rows: Array.from({ length: 90_000 }, (_, i) => 'row ' + i) } }`,
      'row 7',
    ],
    [
      'a picture of 20 MB behind a text',
      `{ content: [{ type: 'text', text: 'begin' }, { type: 'image', mimeType: 'image/png', data: 'A'.repeat(20e6) }] }`,
      'begin',
    ],
  ])('%s', async (_name, big, expected) => {
    const mcp = serving(
      mcpProgram(
        `{ ${TOOLS}, 'tools/call': ({ name }) => (name === 'small' ? { content: 'fine' } : ${big}) }`,
      ),
    );
    await mcp.tried(signal);
    const cut = await call(mcp, 'big');
    expect(cut).toMatchObject({ kind: 'done', output: expect.stringContaining(expected) });
    expect(cut).toMatchObject({ output: expect.stringContaining('more than is taken') });
    expect(cut).not.toHaveProperty('image');
    expect(await call(mcp, 'small')).toEqual({ kind: 'done', output: 'fine' });
    expect(mcp.away()).toEqual([]);
  });

  test.each([
    ['a document', 'application/json', ''],
    ['an event', 'text/event-stream', 'event: message\ndata: '],
  ])('over HTTP as %s', async (_name, type, begin) => {
    const results: Record<string, object> = {
      initialize: {
        protocolVersion: '2025-06-18',
        capabilities: { tools: {} },
        serverInfo: { name: 'f', version: '1' },
      },
      'tools/list': { tools: [{ name: 'big' }, { name: 'small' }] },
      big: { content: Array.from({ length: 50_000 }, (_, i) => ({ type: 'text', text: `part ${i}` })) },
      small: { content: 'fine' },
    };
    const url = await serverWith((response, _path, body) => {
      if (body === '') return void response.writeHead(405).end();
      const { id, method, params } = JSON.parse(body) as {
        id?: number;
        method: string;
        params?: { name?: string };
      };
      if (id === undefined) return void response.writeHead(202).end();
      response.writeHead(200, { 'content-type': type });
      const result = results[method === 'tools/call' ? (params?.name ?? '') : method];
      response.end(`${begin}${JSON.stringify({ result, jsonrpc: '2.0', id })}${begin === '' ? '' : '\n\n'}`);
    });
    const mcp = serving({ url: `${url}/mcp`, headers: {} });
    await mcp.tried(signal);
    expect(await call(mcp, 'big')).toMatchObject({
      output: expect.stringMatching(/part 7\n.*more than is taken/s),
    });
    expect(await call(mcp, 'small')).toMatchObject({ output: 'fine' });
  });
});

test('one bad resource or prompt hides none of the others', async () => {
  const mcp = serving(
    mcpProgram(`{
      'tools/list': { tools: [] },
      'resources/list': { resources: [null, { uri: 7 }, { name: 'no address' }, { uri: 'a://1', name: null, mimeType: 3 }, { uri: 'a b', name: 'odd' }] },
      'resources/templates/list': { resourceTemplates: [{}, { uriTemplate: 'a://{x}', name: 'one', annotations: 'x' }] },
      'resources/read': { contents: [null, 'bare', { uri: 'a://1', text: 'text' }, { uri: 'a://1', blob: 'QQ==' }, {}] },
      'prompts/list': { prompts: [5, { name: 'p', description: null, arguments: [null, { name: 'x', required: 'yes' }, { name: 'y', required: true }] }, { arguments: [] }] },
      'prompts/get': { messages: [7, { role: 'user', content: 'bare' }, { content: [{ type: 'text', text: 'one' }, { type: 'image', data: '' }] }] },
    }`),
    () => {},
    { resources: true, prompts: true },
  );
  await mcp.tried(signal);
  const output = async (name: string, args: object = {}) =>
    (await runTool(mcp.offered([]), `f_${name}`, args)) as { kind: string; output: string };
  expect((await output('list_resources')).output).toBe('- a://1\n- a b: odd\n- a://{x}: one');
  expect((await output('read_resource', { uri: 'a://1' })).output).toBe(
    'bare\n\ntext\n\n[a://1: binary data, 4 characters of base64]\n\n[a part: binary data]',
  );
  expect((await output('list_prompts')).output).toBe('- p(x?, y)');
  expect((await output('get_prompt', { name: 'p' })).output).toBe('user: bare\n\nuser: one\n[image]');
});
