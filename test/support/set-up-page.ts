import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTokenDoor } from '../../adapters/web/door.ts';
import type { Serving } from '../../adapters/web/routes.ts';
import { withFoundModel } from '../../src/app/found-model.ts';
import { PLATFORMS } from '../../src/app/platforms.ts';
import { setUpFor } from '../../src/app/set-up.ts';
import { checkSettings } from '../../src/config/check.ts';
import { configuredPlatform } from '../../src/config/roles.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createHttpServer } from '../../src/lib/http-server.ts';
import { createRedaction, type Redaction } from '../../src/lib/redaction.ts';
import { doorKeeper } from './door-keeper.ts';
import { freePort } from './free-port.ts';
import { PageClient } from './page-client.ts';
import { quiet, routesOfPage } from './page-routes.ts';
import { ROOT } from './root.ts';

/** The page as far as it takes what the bot lacks: over HTTP, with a `.env` of its own, and without a bot. */
export type SetUpPage = {
  directory: string;
  client: PageClient;
  /** Another one, that is not signed in. */
  stranger(): PageClient;
  redaction: Redaction;
  /** How often it was to start anew. */
  starts(): number;
  /** All that was logged. */
  logged(): string;
  advance(ms: number): void;
  close(): Promise<void>;
};

/** Serves it as a program does that was started with these variables alone. */
export async function setUpPage(environment: Readonly<Record<string, string>>): Promise<SetUpPage> {
  const directory = await mkdtemp(join(tmpdir(), 'ml-intern-set-up-'));
  const variables = { ML_INTERN_CONFIG: join(ROOT, 'configs/main_agent_config.json'), ...environment };
  const read = () => checkSettings([], variables, directory, PLATFORMS);
  const { config, roles, faults } = read();
  if (config === undefined) throw new Error(faults.join('\n'));
  const given = await withFoundModel(config);
  const redaction = createRedaction();
  let starts = 0;
  let ahead = 0;
  const { log, lines } = quiet();
  const connects = PLATFORMS.filter((one) => one.isConfigured(configuredPlatform(one, config)));
  const known = { ...given, roles, connects, redaction, log };
  const setUp = setUpFor(known, { directory, read, startAnew: () => void starts++ });
  const port = await freePort();
  const board = doorKeeper() as unknown as Serving['board'];
  const door = createTokenDoor(port, board, () => {});
  const clock = { ...systemClock, monotonic: () => systemClock.monotonic() + ahead };
  const http = createHttpServer({ port, host: '127.0.0.1' }, [], log);
  await http.serve(
    routesOfPage({ ...{ board, door, clock, log, setUp, lacks: given.lacks }, files: config.attachments }),
  );
  const client = new PageClient(port);
  await client.enter(door.announcement());
  return {
    ...{ directory, client, redaction },
    stranger: () => new PageClient(port),
    starts: () => starts,
    logged: () => lines.join('\n'),
    advance: (ms) => {
      ahead += ms;
    },
    async close() {
      await http.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
