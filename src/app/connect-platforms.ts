import { createInstallations } from '../access/installations.ts';
import { requireSecret } from '../config/load.ts';
import { configuredPlatform, readPlatform, wholly } from '../config/roles.ts';
import type { Platform } from '../controller/platform.ts';
import type { ConnectionParts, Installs, PlatformDefinition } from '../controller/platform-definition.ts';
import { createEncryption, derivedSecret } from '../lib/encryption.ts';
import { type Address, createHttpServer, type HttpServer, type Route } from '../lib/http-server.ts';
import { createBoard } from '../session/store/boards.ts';
import { answerText, bytesOf } from '../session/store/files.ts';
import { wholeText } from '../session/store/posted.ts';
import { createRenewals } from '../session/store/renewals.ts';
import { callOfWhole } from '../session/what-runs.ts';
import { answerOf } from '../thread/delivery/answer-file.ts';
import type { Parts } from './parts.ts';

type Connecting = Pick<
  Parts,
  'config' | 'storage' | 'log' | 'clock' | 'ids' | 'tokens' | 'announce' | 'turns' | 'carried'
>;

/** The platforms by name, and the server that they are reached at over HTTP. */
export type Connected = { platforms: ReadonlyMap<string, Platform>; http: Pick<HttpServer, 'stop'> };

/** Connects to platforms. Throws ConfigError where one refuses what was set. */
export async function connectPlatforms(
  parts: Connecting,
  definitions: readonly PlatformDefinition[],
): Promise<Connected> {
  const { config, storage, log, clock, tokens } = parts;
  const servedAt = addressFor(parts, definitions);
  const http = servedAt === undefined ? NOT_REACHED : createHttpServer(servedAt, [HEALTH], log);
  const connecting: Omit<ConnectionParts, 'board'> = {
    clock,
    log,
    tokens,
    announce: parts.announce,
    carried: parts.carried,
    serve: http.serve,
    servedAt,
    async bytesOf(fileId) {
      const answer = answerOf(fileId);
      if (answer !== undefined) return answerText(storage.db, answer);
      const call = callOfWhole(fileId);
      return call === undefined ? bytesOf(storage.db, fileId) : wholeText(storage.db, call, fileId);
    },
    installs: (because) => installs(parts, because),
  };
  const platforms = new Map<string, Platform>();
  for (const definition of definitions) {
    const configured = configuredPlatform(definition, config);
    const board = createBoard(storage.db, definition.name);
    platforms.set(definition.name, await definition.connect(configured, { ...connecting, board }));
  }
  return { platforms, http };
}

/** Where platforms are reached over HTTP: all at the address of the first that is. */
const addressFor = (
  { config }: Connecting,
  definitions: readonly PlatformDefinition[],
): Address | undefined =>
  definitions
    .map((definition) => definition.listensAt?.(readPlatform(definition, wholly(config))))
    .find((one) => one !== undefined);

const NOT_REACHED: HttpServer = {
  serve: () => Promise.reject(new Error('no platform says where it is reached over HTTP')),
  stop: async () => {},
};

/**
 * For whoever asks whether the server is there, such as a load balancer; HEALTH_PORT says how the process
 * stands.
 */
const HEALTH: Route = {
  method: 'GET',
  path: '/health',
  handle: (_request, response) => void response.writeHead(200, { 'content-type': 'text/plain' }).end('ok\n'),
};

/** Where workspaces that install the bot are kept. */
function installs({ config, storage, clock, ids, turns }: Connecting, because: string): Installs {
  const key = requireSecret(config, 'ENCRYPTION_KEY', because);
  const encryption = createEncryption(key, storage.db.redaction.learnEncrypted);
  const { remove, ...kept } = createInstallations(storage.db, encryption, ids);
  return {
    installations: {
      ...kept,
      async leave(platform, workspace) {
        const open = await remove(platform, workspace);
        for (const id of open) await turns.wake(id);
        return open.length;
      },
    },
    renewals: createRenewals(storage.db, clock, ids),
    stateSecret: derivedSecret(key, 'oauth state'),
  };
}
