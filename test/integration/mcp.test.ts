import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createLogger } from '../../src/lib/log.ts';
import { createMcpTools, type McpServer, type McpTools } from '../../src/tools/mcp/tools.ts';
import type { ToolContext } from '../../src/tools/tool.ts';
import { hastyClock } from '../support/clocks.ts';
import { freePort } from '../support/free-port.ts';
import { toolContext } from '../support/tool-context.ts';
import { until } from '../support/until.ts';

const require = createRequire(import.meta.url);
const mainOf = (manifest: string) => join(dirname(manifest), 'dist/index.js');
const EVERYTHING = mainOf(require.resolve('@modelcontextprotocol/server-everything/package.json'));
const FILESYSTEM = mainOf(require.resolve('@modelcontextprotocol/server-filesystem/package.json'));

let mcp: McpTools | undefined;
let child: ChildProcess | undefined;
afterEach(async () => {
  await mcp?.stop();
  child?.kill('SIGKILL');
  mcp = undefined;
  child = undefined;
});

const everything = (over: Partial<McpServer> = {}): McpServer => ({
  endpoint: { command: process.execPath, args: [EVERYTHING, 'stdio'], env: {} },
  approval: 'destructive',
  hide: [],
  resources: false,
  prompts: false,
  timeoutMs: 20_000,
  ...over,
});

const shown: string[] = [];
const context: ToolContext = {
  ...toolContext,
  show: (text) => void shown.push(text),
};

function open(servers: Record<string, McpServer>, firstMs = 20_000): McpTools {
  mcp = createMcpTools(
    servers,
    createLogger('silent', (text) => text),
    hastyClock(200),
    { firstMs },
  );
  return mcp;
}

const tool = (name: string, taken: readonly string[] = []) =>
  until(
    () => `the tool ${name}; there are: ${mcp?.offered(taken).map((item) => item.name)}`,
    () => mcp?.offered(taken).find((item) => item.name === name),
  );

async function run(name: string, args: object) {
  const prepared = (await tool(name)).prepare(JSON.stringify(args));
  if (!prepared.ok) throw new Error(prepared.error);
  return prepared.call.run({ ...context, approved: await prepared.call.approval(context) });
}

test('resources and prompts are offered where the config says so', async () => {
  open({ everything: everything({ resources: true, prompts: true }) });
  const listed = (await run('everything_list_resources', {})) as { output: string };
  expect(listed.output).toContain('demo://resource/');
  const [uri = ''] = /demo:\/\/resource\/static\/[^\s:]+/.exec(listed.output) ?? [];
  expect(await run('everything_read_resource', { uri })).toMatchObject({ kind: 'done' });
  expect(await run('everything_read_resource', { uri: 'demo://nothing' })).toMatchObject({ kind: 'failed' });
  const prompts = (await run('everything_list_prompts', {})) as { output: string };
  expect(prompts.output).toContain('- simple-prompt()');
  expect(await run('everything_get_prompt', { name: 'simple-prompt' })).toMatchObject({
    kind: 'done',
    output: expect.stringContaining('user: '),
  });
  expect(await run('everything_get_prompt', { name: 'nope' })).toMatchObject({ kind: 'failed' });
});

describe('a server that is a process', () => {
  test('has its tools called, with text, pictures and resources as results', async () => {
    open({ everything: everything() });
    expect(await run('echo', { message: 'hello' })).toEqual({ kind: 'done', output: 'Echo: hello' });
    const picture = await run('get-tiny-image', {});
    expect(picture).toMatchObject({ kind: 'done', image: { name: 'picture.png' } });
    expect(await run('get-sum', { a: 2, b: 3 })).toMatchObject({ output: expect.stringContaining('5') });
    expect(await run('get-sum', { a: 'two' })).toMatchObject({ kind: 'failed' });
  });

  test('shows the progress of a long call', async () => {
    open({ everything: everything() });
    const done = await run('trigger-long-running-operation', { duration: 1, steps: 3 });
    expect(done.kind).toBe('done');
    expect(shown.length).toBeGreaterThan(1);
  });

  test('gets nothing of the bot’s environment but what it is given', async () => {
    process.env.SECRET_OF_THE_BOT = 'secret';
    const endpoint = { command: process.execPath, args: [EVERYTHING, 'stdio'], env: { GIVEN: 'yes' } };
    open({ everything: everything({ endpoint }) });
    const { output } = (await run('get-env', {})) as { output: string };
    expect(output).toContain('GIVEN');
    expect(output).not.toContain('SECRET_OF_THE_BOT');
  });

  test('is connected anew after it died, and a call meanwhile waits a moment', async () => {
    const marker = `dies-${randomUUID()}`;
    const endpoint = { command: process.execPath, args: [EVERYTHING, 'stdio', marker], env: {} };
    open({ everything: everything({ endpoint }) });
    await run('echo', { message: 'first' });
    process.kill(childWith(marker));
    await until('it is back', async () => {
      const again = await run('echo', { message: 'again' });
      return again.kind === 'done';
    });
  });
});

/** The process of the server that was started with an argument. */
function childWith(marker: string): number {
  const found = execFileSync('pgrep', ['-P', String(process.pid), '-f', marker])
    .toString()
    .trim();
  return Number(found);
}

test('a server over streamable HTTP is used with the headers of the config', async () => {
  const port = await freePort();
  child = spawn(process.execPath, [EVERYTHING, 'streamableHttp'], {
    env: { ...process.env, PORT: String(port) },
    stdio: 'ignore',
  });
  open({ web: everything({ endpoint: { url: `http://127.0.0.1:${port}/mcp`, headers: { 'x-key': 'k' } } }) });
  expect(await run('echo', { message: 'over http' })).toEqual({ kind: 'done', output: 'Echo: over http' });
});

test('tools that change something are asked about as the server says of them, or as the config does', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ml-intern-mcp-'));
  writeFileSync(join(folder, 'a.txt'), 'hello');
  const endpoint = { command: process.execPath, args: [FILESYSTEM, folder], env: {} };
  open({ files: everything({ endpoint }), always: everything({ approval: 'always', hide: ['get-env'] }) });
  const asks = async (name: string, args: object) => {
    const prepared = (await tool(name)).prepare(JSON.stringify(args));
    return prepared.ok ? await prepared.call.approval(context) : undefined;
  };
  expect(await asks('read_text_file', { path: join(folder, 'a.txt') })).toBeUndefined();
  expect(await asks('write_file', { path: join(folder, 'a.txt'), content: 'x' })).toMatchObject({
    title: expect.stringContaining('of files'),
    isAlwaysAsked: true,
  });
  expect(await asks('echo', { message: 'x' })).toMatchObject({ title: expect.stringContaining('of always') });
  expect(mcp?.offered([]).map(({ name }) => name)).not.toContain('get-env');
  expect(await run('read_text_file', { path: join(folder, 'a.txt') })).toMatchObject({ output: 'hello' });
});

test('a name that is taken gets the server’s before it', async () => {
  open({ one: everything(), two: everything() });
  await tool('one_echo', ['echo']);
  await tool('two_echo', ['echo']);
  await tool('two_echo_2', ['echo', 'two_echo']);
});

test('a call that was approved for a tool of one server is not run on another that has its name now', async () => {
  open({ one: everything({ approval: 'always' }) });
  const ofOne = (await tool('echo')).prepare('{"message":"hi"}');
  const approved = ofOne.ok ? await ofOne.call.approval(context) : undefined;
  await mcp?.stop();
  open({ two: everything({ approval: 'always' }) });
  const ofTwo = (await tool('echo')).prepare('{"message":"hi"}');
  const run = async (request: typeof approved) =>
    ofTwo.ok ? ofTwo.call.run({ ...context, approved: request }) : undefined;
  const refused = { kind: 'failed', output: expect.stringContaining('Propose it again') };
  expect(await run(approved)).toMatchObject(refused);
  expect(await run(undefined)).toMatchObject(refused);
  const anew = ofTwo.ok ? await ofTwo.call.approval(context) : undefined;
  expect(await run(anew)).toMatchObject({ kind: 'done' });
});

test('a server that takes a connection and says nothing is waited for a while, and keeps nothing from ending', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  try {
    const endpoint = { url: `http://127.0.0.1:${port}/`, headers: {} };
    const servers = open({ silent: everything({ endpoint }) }, 300);
    const stopped = new AbortController();
    const waits = servers.tried(stopped.signal);
    stopped.abort(new Error('stopped by a person'));
    await expect(waits).rejects.toThrow('stopped by a person');
    await servers.tried(new AbortController().signal);
    expect(servers.away()).toEqual(['silent']);
    await servers.stop(); // well before the protocol's own time for an answer
  } finally {
    silent.closeAllConnections();
    silent.close();
  }
});

test('a server that is down stops nothing, and a call says so', async () => {
  open({
    gone: everything({ endpoint: { url: 'http://127.0.0.1:9', headers: {} } }),
    everything: everything(),
  });
  expect(await run('echo', { message: 'still here' })).toMatchObject({ output: 'Echo: still here' });
  expect(mcp?.offered([]).some(({ description }) => description.includes('"gone"'))).toBe(false);
});
