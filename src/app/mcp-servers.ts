import { createSignIns } from '../access/sign-ins.ts';
import { type Config, requireSecret } from '../config/load.ts';
import type { Db } from '../db/database.ts';
import { randomIds, systemClock } from '../lib/clock.ts';
import { createEncryption } from '../lib/encryption.ts';
import { createRenewals } from '../session/store/renewals.ts';
import { NOTED_SECONDS, noteToolServer } from '../session/store/tool-servers.ts';
import type { McpEndpoint } from '../tools/mcp/connection.ts';
import { createOAuth, type SignIn, type SignInStore } from '../tools/mcp/oauth.ts';
import { createMcpTools, type McpServer, type McpTools } from '../tools/mcp/tools.ts';
import type { Parts } from './parts.ts';

type Configured = Config['mcp_servers'][string];

/** The tools of the config's servers; how each server stands is noted in the record. */
export function createMcp({ config, storage, log, clock }: McpParts): McpTools {
  const { db } = storage;
  return createMcpTools(mcpServers(config, db), log, clock, {
    everyMs: NOTED_SECONDS * 1000,
    clean: (text) => db.redaction.text(text),
    noted: (state) =>
      void noteToolServer(db, state).catch((error: unknown) =>
        log.warn({ err: error, server: state.name }, 'how a server stands could not be noted'),
      ),
  });
}

type McpParts = Pick<Parts, 'config' | 'storage' | 'log' | 'clock'>;

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
  { command, args, env, url = '', headers, oauth, private: isPrivate }: Configured,
  signIn?: SignIn & { code: () => Promise<string> },
): McpEndpoint {
  if (command !== undefined) return { command, args, env };
  if (oauth === undefined) return { url, headers, isPrivate };
  const store = oauth.grant === 'sign_in' ? signInsOf(config, db, name) : NOTHING_KEPT;
  const auth = { ...createOAuth(name, oauth, store, signIn), ...(signIn ? { code: signIn.code } : {}) };
  return { url, headers, isPrivate, issuer: oauth.issuer, auth };
}

/** For clients with a secret of their own, which need nobody and keep nothing. */
const NOTHING_KEPT: SignInStore = {
  read: async () => undefined,
  write: async () => {},
  alone: (work) => work(new AbortController().signal),
};

function signInsOf(config: Config, db: Db, name: string): SignInStore {
  const key = requireSecret(config, 'ENCRYPTION_KEY', `${name} is signed in to by OAuth`);
  const renewals = createRenewals(db, systemClock, randomIds);
  return {
    ...createSignIns(db, createEncryption(key, db.redaction.learnEncrypted)).of(name),
    alone: (work) => renewals.alone(`the sign-in to ${name}`, work),
  };
}
