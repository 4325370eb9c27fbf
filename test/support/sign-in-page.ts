import { createHubDoor, redirectUriOf } from '../../adapters/web/hub-door.ts';
import { createHubSignIn } from '../../adapters/web/hub-sign-in.ts';
import { createHttpServer } from '../../src/lib/http-server.ts';
import { HubDouble } from '../doubles/hub/server.ts';
import { doorKeeper } from './door-keeper.ts';
import { freePort } from './free-port.ts';
import { PageClient } from './page-client.ts';
import { quiet, routesOfPage } from './page-routes.ts';

/** The page as far as people sign in on it, at a Hub that plays its part, and without a bot. */
export async function signInPage(people: readonly string[], { isPublic = false } = {}) {
  const hub = await HubDouble.start();
  const port = await freePort();
  const url = new URL(`http://127.0.0.1:${port}`);
  const secret = isPublic ? undefined : 'the-app-s-secret';
  hub.oauth.apps.push({ id: 'the-app', secret, redirectUris: [redirectUriOf(url)] });
  const board = doorKeeper();
  const signIn = createHubSignIn({
    ...{ hubUrl: hub.url, clientId: 'the-app', clientSecret: secret },
    redirectUri: redirectUriOf(url),
  });
  const { log, lines } = quiet();
  const door = createHubDoor({ url, people }, board, signIn, log);
  const http = createHttpServer({ port, host: '127.0.0.1' }, [], log);
  await http.serve(routesOfPage({ door, log }));
  return {
    ...{ hub, url, door, board },
    logged: () => lines.join('\n'),
    browser: () => new PageClient(port),
    async close() {
      await http.stop();
      await hub.close();
    },
  };
}
