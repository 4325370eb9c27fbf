import { ADMITS_ALL } from '../../src/controller/admission.ts';
import type { Platform } from '../../src/controller/platform.ts';
import type { ConnectionParts } from '../../src/controller/platform-definition.ts';
import { InFlight } from '../../src/lib/in-flight.ts';
import { createKeyedQueue } from '../../src/lib/keyed-queue.ts';
import { createTokenDoor } from './door.ts';
import type { PageDoor } from './entry.ts';
import { createHubDoor, redirectUriOf } from './hub-door.ts';
import { createHubSignIn } from './hub-sign-in.ts';
import { createPageOutbound } from './outbound.ts';
import { routesOf } from './routes.ts';
import type { PageSettings } from './settings.ts';
import { TRAITS } from './traits.ts';

/** How long what has been taken may go on when the process ends. */
const DRAIN_MS = 2_000;

/** The page: served over HTTP, with its threads on a board in the record. */
export function createPage(
  settings: PageSettings,
  clientSecret: string | undefined,
  connection: ConnectionParts,
): Platform {
  const { board, bytesOf, clock, log, serve, announce, carried } = connection;
  const { note } = settings;
  const isKnown = carried.size > 0;
  const door = doorOf(settings, clientSecret, connection);
  const stopping = new AbortController();
  const inFlight = new InFlight();
  let isUp = false;
  return {
    link: { isUp: () => isUp },
    outbound: createPageOutbound(board, bytesOf),
    async start({ controllerOf, files, lacks, models, setUp, elsewhere }) {
      const inbound = { controller: controllerOf(TRAITS, ADMITS_ALL), board };
      const serving = { files, note, door, models, lacks, setUp, elsewhere, clock, log, bytesOf, inFlight };
      const inOrder = createKeyedQueue();
      await serve(routesOf({ ...inbound, ...serving, inOrder, stopping: stopping.signal }));
      isUp = true;
      if (!isKnown) announce(door.announcement());
    },
    ...(settings.url === undefined ? {} : { opens: openingAt(settings.url) }),
    async stop() {
      isUp = false;
      stopping.abort();
      await inFlight.settled(DRAIN_MS);
    },
  };
}

/** Where a session opens on a page that people reach; to whom, its door and `elsewhere.ts` say. */
const openingAt =
  (url: string) =>
  (sessionId: string): string =>
    `${url}/?open=${encodeURIComponent(sessionId)}`;

/** The door of whoever runs the bot, or the one of people who sign in. */
function doorOf(
  { url, oauth_client_id: clientId, people, hub_url: hubUrl }: PageSettings,
  clientSecret: string | undefined,
  { board, servedAt, announce, carried, log }: ConnectionParts,
): PageDoor {
  if (servedAt === undefined) throw new Error('the page says where it is served');
  if (url === undefined || clientId === undefined) {
    return createTokenDoor(servedAt.port, board, announce, carried);
  }
  const at = new URL(url);
  const signIn = createHubSignIn({ hubUrl, clientId, clientSecret, redirectUri: redirectUriOf(at) });
  return createHubDoor({ url: at, people }, board, signIn, log);
}
