import { type Config, requireSecret } from './config/load.ts';
import type { Db } from './db/storage.ts';
import { createSeal } from './ops/seal.ts';
import { createSignIns } from './session/sign-ins.ts';
import type { McpEndpoint } from './tools/mcp/connection.ts';
import { createOAuth, type SignIn } from './tools/mcp/oauth.ts';
import type { McpServer } from './tools/mcp/tools.ts';

type Configured = Config['mcp_servers'][string];

/** The servers of the config that are on. Throws ConfigError where what one needs is missing. */
export function mcpServers(config: Config, db: Db): Record<string, McpServer> {
  return Object.fromEntries(
    Object.entries(config.mcp_servers).flatMap(([name, server]) => {
      if (!server.enabled || server.needs.includes('')) return [];
      const { approval, hide, resources, prompts, timeout_seconds } = server;
      const endpoint = endpointOf(config, db, name, server);
      return [[name, { endpoint, approval, hide, resources, prompts, timeoutMs: timeout_seconds * 1000 }]];
    }),
  );
}

/** Where a server is; with `signIn` somebody can sign in to it. */
export function endpointOf(
  config: Config,
  db: Db,
  name: string,
  { command, args, env, url = '', headers, oauth }: Configured,
  signIn?: SignIn & { code: () => Promise<string> },
): McpEndpoint {
  if (command !== undefined) return { command, args, env };
  if (oauth === undefined) return { url, headers };
  const nothing = { read: async () => undefined, write: async () => {} };
  const store =
    oauth.grant !== 'sign_in'
      ? nothing
      : createSignIns(
          db,
          createSeal(requireSecret(config, 'ENCRYPTION_KEY', `${name} is signed in to by OAuth`)),
        ).of(name);
  const provider = createOAuth(name, oauth, store, signIn);
  return { url, headers, auth: { provider, ...(signIn ? { code: signIn.code } : {}) } };
}
