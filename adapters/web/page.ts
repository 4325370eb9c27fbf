import { ADMITS_ALL } from '../../src/controller/admission.ts';
import type { Platform } from '../../src/controller/platform.ts';
import type { ConnectionParts } from '../../src/controller/platform-definition.ts';
import { InFlight } from '../../src/lib/in-flight.ts';
import { createKeyedQueue } from '../../src/lib/keyed-queue.ts';
import { createPageDoor } from './door.ts';
import { createPageOutbound } from './outbound.ts';
import { routesOf } from './routes.ts';
import type { PageSettings } from './settings.ts';
import { TRAITS } from './traits.ts';

/** How long what has been taken may go on when the process ends. */
const DRAIN_MS = 2_000;

/** The page: served over HTTP to this machine, with its threads on a board in the record. */
export function createPage({ note }: Pick<PageSettings, 'note'>, connection: ConnectionParts): Platform {
  const { board, bytesOf, clock, log, serve, servedAt, announce, carried } = connection;
  if (servedAt === undefined) throw new Error('the page says where it is served');
  const tell = (address: string): void => announce(`The page of ML Intern, for one browser: ${address}`);
  const isKnown = carried.size > 0;
  const door = createPageDoor(servedAt.port, board, tell, carried);
  const stopping = new AbortController();
  const inFlight = new InFlight();
  let isUp = false;
  return {
    link: { isUp: () => isUp },
    outbound: createPageOutbound(board, bytesOf),
    async start({ controllerOf, files, lacks, models, setUp }) {
      const inbound = { controller: controllerOf(TRAITS, ADMITS_ALL), board };
      const serving = { files, note, door, models, lacks, setUp, clock, log, bytesOf, inFlight };
      const inOrder = createKeyedQueue();
      await serve(routesOf({ ...inbound, ...serving, inOrder, stopping: stopping.signal }));
      isUp = true;
      if (!isKnown) tell(door.address());
    },
    async stop() {
      isUp = false;
      stopping.abort();
      await inFlight.settled(DRAIN_MS);
    },
  };
}
