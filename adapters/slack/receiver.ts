import { HTTPReceiver, type Receiver } from '@slack/bolt';
import type { CallbackOptions, InstallProvider } from '@slack/oauth';
import type { Link } from '../../src/controller/last-seen-loop.ts';
import { type HttpServer, PLAIN_TEXT, type Route } from '../../src/lib/http-server.ts';
import type { Logger } from '../../src/lib/log.ts';
import { createSocket, type SocketOptions } from './socket.ts';

/** How Slack reaches the bot. */
export type SlackConnection =
  | { mode: 'socket'; appToken: string }
  | { mode: 'http'; signingSecret: string; serve: HttpServer['serve'] };

/** What Slack delivers through, how it is started and ended, and its link. */
export type Receiving = { receiver: Receiver; link: Link; start(): Promise<unknown>; stop(): Promise<void> };

/** What takes installs, and of which workspaces. */
type Installing = { provider: InstallProvider; isAllowed(teamId: string): boolean };

/** The receiver of a connection, how to start it, and its link: over HTTP it is up while the process is. */
export function createReceiver(
  connection: SlackConnection,
  { apiUrl, logger, log, tokens }: Omit<SocketOptions, 'appToken'>,
  installs?: Installing,
): Receiving {
  if (connection.mode === 'socket') {
    return createSocket({ appToken: connection.appToken, apiUrl, logger, log, tokens });
  }
  const receiver = new HTTPReceiver({
    signingSecret: connection.signingSecret,
    logger,
    processBeforeResponse: true, // the answer comes after the work
  });
  const events: Route = { method: 'POST', path: '/slack/events', handle: receiver.requestListener };
  const link: Link = { isUp: () => true, onUp: () => {} };
  return {
    receiver,
    link,
    start: () => connection.serve([events, ...(installs ? installRoutes(installs, log) : [])]),
    stop: async () => {}, // the server answers what has been taken
  };
}

/** Where people begin to install the app, and where Slack sends them back to. */
function installRoutes({ provider, isAllowed }: Installing, log: Logger): Route[] {
  const handled =
    (handle: (...of: Parameters<Route['handle']>) => Promise<void>): Route['handle'] =>
    (request, response) =>
      handle(request, response).catch((error: unknown) => {
        log.error({ err: error }, 'an install failed');
        if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
        response.end('That did not work. Try again in a minute.\n');
      });
  const refusing: CallbackOptions = {
    async afterInstallation({ team }, _options, _request, response) {
      if (team === undefined || isAllowed(team.id)) return true; // of a whole organisation none is kept
      log.warn({ workspace: team.id }, REFUSED);
      response.writeHead(403, { 'content-type': PLAIN_TEXT }).end(NOT_ALLOWED);
      return false;
    },
  };
  return [
    {
      path: '/slack/install',
      method: 'GET',
      handle: handled((request, response) => provider.handleInstallPath(request, response)),
    },
    {
      path: '/slack/oauth_redirect',
      method: 'GET',
      handle: handled((request, response) => provider.handleCallback(request, response, refusing)),
    },
  ];
}

const REFUSED = 'an install was refused: slack.allowed_workspaces does not name the workspace';

const NOT_ALLOWED =
  'This bot may not be installed in your workspace, so nothing of it was kept. Whoever runs the bot can allow it; then install it again.\n';
