import { type App, type CustomRoute, HTTPReceiver, type Logger, SocketModeReceiver } from '@slack/bolt';
import type { InstallProvider } from '@slack/oauth';
import type { Link } from '../../src/thread/presence-loop.ts';

type Init = Parameters<SocketModeReceiver['init']>[0];

/**
 * Socket Mode that acknowledges an event only once its listeners are through, that is, once what it asks for is in
 * the record. Bolt acknowledges events before; a process that dies in between would lose the message. A delivery that
 * failed is not acknowledged, and Slack makes it again.
 */
class DurableSocketModeReceiver extends SocketModeReceiver {
  override init(app: App): void {
    const durable: Pick<App, 'processEvent'> = {
      async processEvent(event) {
        if (event.body.type !== 'event_callback') return app.processEvent(event);
        let answer: unknown;
        await app.processEvent({
          ...event,
          ack: async (response) => {
            answer = response;
          },
        });
        await event.ack(answer);
      },
    };
    super.init(durable as Init);
  }
}

export type SlackConnection =
  | { mode: 'socket'; appToken: string }
  | { mode: 'http'; signingSecret: string; host: string; port: number };

/** The receiver of a connection, how to start it, and its link: over HTTP it is up while the process is. */
export function createReceiver(
  connection: SlackConnection,
  apiUrl: string,
  logger: Logger,
  provider?: InstallProvider,
) {
  if (connection.mode === 'socket') {
    const receiver = new DurableSocketModeReceiver({
      appToken: connection.appToken,
      logger,
      installerOptions: { clientOptions: { slackApiUrl: apiUrl } },
    });
    return { receiver, start: () => receiver.start(), link: linkOf(receiver) };
  }
  const receiver = new HTTPReceiver({
    signingSecret: connection.signingSecret,
    logger,
    processBeforeResponse: true,
    customRoutes: [
      ...(provider ? installRoutes(provider) : []),
      {
        path: '/health',
        method: 'GET',
        handler: (_request, response) => {
          response.writeHead(200, { 'content-type': 'text/plain' });
          response.end('ok\n');
        },
      },
    ],
  });
  const link: Link = { isUp: () => true, onUp: () => {} };
  return { receiver, start: () => receiver.start({ host: connection.host, port: connection.port }), link };
}

/** Where people begin to install the app, and where Slack sends them back to. */
function installRoutes(provider: InstallProvider): CustomRoute[] {
  return [
    {
      path: '/slack/install',
      method: 'GET',
      handler: (request, response) => void provider.handleInstallPath(request, response),
    },
    {
      path: '/slack/oauth_redirect',
      method: 'GET',
      handler: (request, response) => void provider.handleCallback(request, response),
    },
  ];
}

function linkOf({ client }: SocketModeReceiver): Link {
  let isUp = false;
  const set = (value: boolean) => () => {
    isUp = value;
  };
  client.on('connected', set(true));
  for (const event of ['close', 'reconnecting', 'disconnected']) client.on(event, set(false));
  return { isUp: () => isUp, onUp: (listener) => void client.on('connected', listener) };
}
