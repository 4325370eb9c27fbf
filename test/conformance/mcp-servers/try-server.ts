import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { systemClock } from '../../../src/lib/clock.ts';
import type { McpEndpoint } from '../../../src/tools/mcp/connection.ts';
import { createMcpTools, type McpTools } from '../../../src/tools/mcp/tools.ts';
import type { Tool } from '../../../src/tools/tool.ts';
import { toolContext } from '../../support/tool-context.ts';
import type { Server } from './servers.ts';

/** What came of one server; `others` are its resources and prompts, one a line. */
export type Tried = {
  name: string;
  version: string;
  over: Server['over'];
  tools: number;
  others: number;
  calls: number;
  problems: string[];
};

const NAME = 'server';
const STARTING_MS = 30_000;

/** Connects to a server as the product does, lists all that it has, and calls what is harmless. */
export async function tryServer(
  server: Server,
  folder: string,
  { path, version }: { path: string; version: string },
): Promise<Tried> {
  const dir = await mkdtemp(join(folder, 'of-'));
  await writeFile(join(dir, 'read-me.txt'), 'one\n');
  await writeFile(join(dir, 'code.js'), 'debugger;\n');
  await writeFile(join(dir, 'eslint.config.js'), 'export default [{ rules: { "no-debugger": "error" } }];\n');
  await once(spawn('git', ['init', '--quiet'], { cwd: dir, stdio: 'ignore' }), 'close');
  const port = String(await freePort());
  const fill = (text: string) => text.replaceAll('{dir}', dir).replaceAll('{port}', port);
  const args = [path, ...(server.args ?? []).map(fill)];
  const env = Object.fromEntries(
    Object.entries(server.env ?? {}).map(([name, value]) => [name, fill(value)]),
  );
  const child = server.over === 'stdio' ? undefined : start(args, env, dir);
  const endpoint =
    child === undefined
      ? { command: process.execPath, args, env }
      : { url: `http://localhost:${port}${server.path ?? ''}`, headers: {} };
  const tried: Tried = {
    name: server.package,
    version,
    over: server.over,
    tools: 0,
    others: 0,
    calls: 0,
    problems: [],
  };
  if (child && !(await answers(Number(port), child))) tried.problems.push('it did not start');
  else await use(endpoint, server, fill, tried);
  child?.kill();
  return tried;
}

async function use(endpoint: McpEndpoint, { calls }: Server, fill: (text: string) => string, tried: Tried) {
  const log = pino({ level: 'warn' }, { write: (line: string) => void tried.problems.push(line.trim()) });
  const offering = {
    approval: 'never' as const,
    hide: [],
    resources: true,
    prompts: true,
    timeoutMs: 30_000,
  };
  const mcp = createMcpTools({ [NAME]: { endpoint, ...offering } }, log, systemClock, {
    firstMs: STARTING_MS,
  });
  try {
    await mcp.tried(toolContext.signal);
    if (mcp.away().length > 0) return void tried.problems.push('it can’t be used');
    await useTools(mcp, calls, fill, tried);
  } finally {
    await mcp.stop();
  }
}

async function useTools(mcp: McpTools, calls: Server['calls'], fill: (text: string) => string, tried: Tried) {
  const offered = mcp.offered([]);
  const lists = ['list_resources', 'list_prompts'].map((name) => `${NAME}_${name}`);
  const own = [...lists, `${NAME}_read_resource`, `${NAME}_get_prompt`];
  tried.tools = offered.filter(({ name }) => !own.includes(name)).length;
  if (tried.tools === 0) tried.problems.push('it has no tools');
  for (const { name, parameters } of offered) {
    if (!/^[a-zA-Z_][\w-]{0,63}$/.test(name)) tried.problems.push(`the name ${name}`);
    if (typeof parameters !== 'object') tried.problems.push(`the schema of ${name}`);
  }
  for (const name of lists) {
    const { kind, output } = await call(offered, name, '{}', tried);
    // A server that has none need not know the question.
    if (kind === 'failed' && !/-32601|not supported|not found/i.test(output))
      tried.problems.push(`${name}: ${output}`);
    if (kind === 'done' && output !== '(nothing)') tried.others += output.split('\n- ').length;
  }
  for (const [name, args, says] of calls) {
    const { kind, output } = await call(offered, name, fill(JSON.stringify(args)), tried);
    if (kind !== 'done' || !says.test(output))
      tried.problems.push(`${name}: ${kind}: ${output.slice(0, 300)}`);
  }
}

async function call(offered: readonly Tool[], name: string, args: string, tried: Tried) {
  const prepared = offered.find((tool) => tool.name === name)?.prepare(args);
  if (prepared === undefined) return { kind: 'failed', output: 'it is not offered' };
  if (!prepared.ok) return { kind: 'failed', output: prepared.error };
  tried.calls++;
  const result = await prepared.call.run(toolContext);
  return { kind: result.kind, output: 'output' in result ? result.output : '' };
}

function start(args: readonly string[], env: Readonly<Record<string, string>>, cwd: string): ChildProcess {
  return spawn(process.execPath, args, {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, ...env },
    stdio: 'ignore',
  });
}

/** Whether a program takes connections before it ends, or its time is over. */
async function answers(port: number, child: ChildProcess): Promise<boolean> {
  const until = performance.now() + STARTING_MS;
  while (child.exitCode === null && performance.now() < until) {
    const response = await fetch(`http://localhost:${port}/`, { signal: AbortSignal.timeout(2_000) }).catch(
      () => {},
    );
    await response?.body?.cancel();
    if (response) return true;
    await sleep(100);
  }
  return false;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
