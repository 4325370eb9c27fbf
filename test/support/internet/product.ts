import { hubAccountOf } from '../../../src/access/hub-accounts.ts';
import { createAgentTools, createSharedTools } from '../../../src/app/agent-tools.ts';
import { accountSettings } from '../../../src/app/benches.ts';
import { endpointOf } from '../../../src/app/mcp-servers.ts';
import { PLATFORMS } from '../../../src/app/platforms.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { McpServer } from '../../../src/config/sections/mcp.ts';
import { openStorage, storageOf } from '../../../src/db/storage.ts';
import { randomIds, systemClock } from '../../../src/lib/clock.ts';
import { createIsolation } from '../../../src/lib/isolation.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { useNetwork } from '../../../src/lib/network.ts';
import { createParseApart } from '../../../src/parse-apart/parse-apart.ts';
import { open } from '../../../src/tools/mcp/connection.ts';
import { runTool } from '../tool-context.ts';
import { answerLines } from './lines.ts';

/*
 * The bot's own tools, put together from its config and environment as a worker does it, in whatever network
 * this process is started in. Run by `internet.ts`.
 */

const config = loadConfig(process.env, process.cwd(), PLATFORMS);
useNetwork(config.network);
const storage = await openStorage(storageOf(config));
const log = createLogger('silent', (text) => text);
const parts = {
  config,
  platforms: PLATFORMS,
  clock: systemClock,
  ids: randomIds,
  log,
  storage,
  apart: createParseApart(),
  isolation: createIsolation(log, systemClock),
};
const shared = createSharedTools(parts);
const account = hubAccountOf(accountSettings(config, PLATFORMS), { platform: 'slack', workspace: 'T0' });
const made = createAgentTools(parts, shared, account);

await answerLines({
  tool: ({ name, args }: { name: string; args: object }) => runTool(made.tools, name, args),
  async mcp(server: object) {
    const signIn = {
      redirectUrl: 'http://127.0.0.1/',
      open() {},
      code: () => Promise.reject(new Error('nobody')),
    };
    const endpoint = endpointOf(config, storage.db, 'theirs', McpServer.parse(server), signIn);
    const client = await open(endpoint, () => {});
    await client.close();
  },
  fetch: (request: { url: string; secretHeaders?: Record<string, string> }) =>
    shared.fetcher.text({ ...request, signal: AbortSignal.timeout(20_000) }),
});
await made.sandboxes?.sandboxes.stop();
await shared.fetcher.close();
await storage.close();
process.exit(0);
