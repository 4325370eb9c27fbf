import { z } from 'zod';
import { PLATFORMS } from '../../src/app/platforms.ts';
import { start } from '../../src/app/start.ts';
import type { Role } from '../../src/config/roles.ts';
import { openStorage, type Storage } from '../../src/db/storage.ts';
import { randomIds } from '../../src/lib/clock.ts';
import { createLogger } from '../../src/lib/log.ts';
import { createEngine } from '../../src/runtime/engine.ts';
import { prefixOf } from '../../src/runtime/older-queues.ts';
import { createTurns } from '../../src/runtime/turns.ts';
import { installationId } from '../../src/session/store/installation.ts';
import { placesOf } from '../../src/session/store/places.ts';
import { defineTool } from '../../src/tools/tool.ts';
import { intakeOn } from '../support/intake.ts';
import { loadConfig } from '../support/load-config.ts';
import { ROOT } from '../support/root.ts';
import { ADA } from '../support/snapshots.ts';
import { webAt } from '../support/web.ts';

/*
 * The product as a program of the benchmark `turn`: the worker with its tools, one of which answers at
 * once, and with `chat` in its words the platform beside it. A request comes over Slack there, and else
 * from the process that has started this one.
 */

const lookUp = defineTool({
  name: 'hub_search',
  description: 'Looks something up.',
  schema: z.strictObject({ query: z.string() }),
  research: true,
  isReadOnly: true,
  summary: ({ query }) => query,
  run: async ({ query }) => ({ kind: 'done', output: `found ${query}` }),
});

const roles = new Set<Role>(process.argv.includes('chat') ? ['chat', 'worker'] : ['worker']);
const config = loadConfig(process.env, ROOT);
config.web = webAt(config.jobs.hub_url);
config.mcp_servers = {};
config.platforms.slack.host = '127.0.0.1';
config.access.hello = false;

let opened: Storage | undefined;
const running = await start(config, roles, {
  platforms: PLATFORMS,
  ids: randomIds,
  openStorage: async (settings) => {
    opened = await openStorage(settings);
    return opened;
  },
  announce: () => {},
  standIns: { [lookUp.name]: lookUp },
});

/** What asks for turns beside the program, as its chat role would in another process. */
async function asking({ db, queues }: Storage) {
  const log = createLogger('silent', (text) => text);
  const { queue_prefix } = config.durability;
  const prefix =
    queues.kind === 'redis' ? prefixOf(queue_prefix, await installationId(db, 'b')) : queue_prefix;
  const turns = createTurns(createEngine(queues, prefix, log), log, (ids) => placesOf(db, ids));
  return intakeOn(db, (sessionId) => void turns.wake(sessionId));
}

if (opened === undefined) throw new Error('the program has opened no storage');
const intake = await asking(opened);
process.on('message', ({ request }: { request: string }) => {
  const thread = randomIds.next('t');
  const address = { platform: 'slack' as const, workspace: 'T0ML', channel: 'C0ML', thread };
  void intake.message({ address, sourceId: thread, text: request, author: ADA, messageId: thread });
});
process.once('disconnect', () => void running.stop().then(() => process.exit(0)));
process.send?.('ready');
