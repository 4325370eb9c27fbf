import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { mcpServers } from '../../src/app/mcp-servers.ts';
import { openStorage } from '../../src/db/storage.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { createMcpTools } from '../../src/tools/mcp/tools.ts';
import { freePort } from '../support/free-port.ts';
import { loadConfig } from '../support/load-config.ts';
import { ROOT } from '../support/root.ts';
import { runTool } from '../support/tool-context.ts';
import { until } from '../support/until.ts';

/**
 * A server of the protocol's own SDK, with its own authorization server; whoever opens its page has said yes.
 */

const require = createRequire(import.meta.url);
const SDK = dirname(require.resolve('@modelcontextprotocol/sdk/package.json'));
const EXAMPLE = SDK.includes('/dist/') ? join(SDK, '../esm') : join(SDK, 'dist/esm');
const SERVER = join(EXAMPLE, 'examples/server/simpleStreamableHttp.js');

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

test('somebody signs in once, and the bot uses what it was given, also when it starts anew', async () => {
  const [port, authPort] = [await freePort(), await freePort()];
  const env = { ...process.env, MCP_PORT: String(port), MCP_AUTH_PORT: String(authPort) };
  const server = spawn(process.execPath, [SERVER, '--oauth'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(server);
  let said = '';
  server.stdout?.on('data', (chunk) => (said += String(chunk)));
  await until('the server listens', () => said.includes('listening on port'));

  const directory = mkdtempSync(join(tmpdir(), 'ml-intern-oauth-'));
  const file = join(directory, 'config.json');
  const base = JSON.parse(readFileSync(join(ROOT, 'configs/main_agent_config.json'), 'utf8'));
  const mcp_servers = { demo: { url: `http://localhost:${port}/mcp`, oauth: {}, approval: 'never' } };
  writeFileSync(file, JSON.stringify({ ...base, mcp_servers, data_dir: join(directory, 'data') }));
  for (const name of ['system', 'research']) {
    const prompt = readFileSync(join(ROOT, `configs/prompts/${name}.md`));
    const { mkdirSync } = await import('node:fs');
    mkdirSync(join(directory, 'prompts'), { recursive: true });
    writeFileSync(join(directory, `prompts/${name}.md`), prompt);
  }
  const own = {
    PATH: process.env.PATH ?? '',
    ML_INTERN_CONFIG: file,
    ENCRYPTION_KEY: '5d1f0c7e9a3b48626fd07c1e95ab3d84e2b6190f7c4ad8536e01f9b27c8d4a35',
  };
  const config = loadConfig(own, directory);

  const unsigned = await openServers();
  await until('it says what is missing', () =>
    unsigned.problems.some((text) => text.includes('npm run mcp:login -- demo')),
  );
  await unsigned.close();

  const login = spawn(process.execPath, [join(ROOT, 'src/cli/mcp-login.ts'), 'demo'], {
    cwd: directory,
    env: own,
  });
  children.push(login);
  let printed = '';
  for (const stream of [login.stdout, login.stderr]) stream.on('data', (chunk) => (printed += String(chunk)));
  const [, page = ''] = await until(
    () => `an address is printed; printed was: ${printed}`,
    () => /(http:\/\/localhost\S+)/.exec(printed) ?? undefined,
  );
  const forged = new URL(new URL(page).searchParams.get('redirect_uri') ?? '');
  forged.search = 'code=stolen&state=other';
  expect((await fetch(forged)).status).toBe(404); // another's sign-in is not taken for this one
  await fetch(page);
  await until(
    () => `it is signed in; printed was: ${printed}`,
    () => printed.includes('Signed in to demo'),
  );
  await until('the program has ended', () => login.exitCode === 0);

  const signed = await openServers();
  const tools = await until('its tools are there', () => {
    const offered = signed.mcp.offered([]);
    return offered.length > 0 && offered;
  });
  expect(await runTool(tools, 'greet', { name: 'Ada' })).toMatchObject({ output: 'Hello, Ada!' });
  await signed.close();

  async function openServers() {
    const storage = await openStorage({
      databaseUrl: undefined,
      redisUrl: undefined,
      embedded: config.data_dir,
    });
    const problems: string[] = [];
    const mcp = createMcpTools(
      mcpServers(config, storage.db),
      createLogger('silent', (text) => text),
      systemClock,
      { noted: ({ problem }) => void problems.push(problem ?? '') },
    );
    const close = async () => {
      await mcp.stop();
      await storage.close();
    };
    return { mcp, problems, close };
  }
}, 120_000); // a server, a program and three databases one after another
