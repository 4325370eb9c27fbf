import { requireSecret } from '../../src/config/load.ts';
import type { Configured, PlatformNeeds, ReadPlatform } from '../../src/config/platform-settings.ts';
import type { ConnectionParts, PlatformDefinition } from '../../src/controller/platform-definition.ts';
import { FOR_CHAT } from '../shared/settings.ts';
import { MENTIONS } from './mentions.ts';
import { appTokenProbe, botTokenProbe } from './probe.ts';
import type { SlackConnection } from './receiver.ts';
import {
  isSigningSecret,
  SLACK_LOOKS,
  SLACK_PLACES,
  SLACK_VARIABLES,
  SlackSettings,
  type SlackVariable,
} from './settings.ts';
import type { SlackAccess } from './slack.ts';

type Read = ReadPlatform<SlackSettings, SlackVariable>;

export const slack: PlatformDefinition<typeof SlackSettings, SlackVariable> = {
  name: 'slack',
  title: 'Slack',
  settings: SlackSettings,
  variables: SLACK_VARIABLES,
  places: SLACK_PLACES,
  looks: SLACK_LOOKS,
  mentions: MENTIONS,
  leastSettings: 'SLACK_BOT_TOKEN and SLACK_APP_TOKEN (docs/SLACK.md)',

  isBegun({ settings, isWrong, has }) {
    if (settings === undefined || isWrong('mode') || isWrong('installs')) return undefined;
    return settings.installs === 'oauth' || has('SLACK_BOT_TOKEN') || has('SLACK_APP_TOKEN');
  },
  names: ({ allowed_workspaces }) => allowed_workspaces,
  needs,
  isConfigured: ({ settings: { installs }, secrets }) =>
    installs === 'oauth' || secrets.SLACK_BOT_TOKEN !== undefined,
  warnings: ({ SLACK_SIGNING_SECRET: signing }) =>
    signing === undefined || isSigningSecret(signing) ? [] : [UNUSUAL_SECRET],

  listensAt(read) {
    const { settings } = read;
    if (!isReadable(read) || settings?.mode !== 'http' || read.isWrong('port')) return undefined;
    const isSetUp = settings.installs === 'oauth' || read.has('SLACK_BOT_TOKEN');
    return isSetUp ? { port: settings.port, host: settings.host } : undefined;
  },
  probes(read) {
    const { settings, secrets, has } = read;
    if (settings === undefined || !isReadable(read)) return [];
    const { SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: appToken } = secrets;
    const { installs, mode, api_url: apiUrl } = settings;
    const hasWorkspace = installs === 'oauth' || has('SLACK_BOT_TOKEN');
    return [
      ...(botToken && installs === 'token' ? [botTokenProbe(apiUrl, botToken)] : []),
      ...(appToken && hasWorkspace && mode === 'socket' ? [appTokenProbe(apiUrl, appToken)] : []),
    ];
  },

  async connect(configured, parts) {
    const { createSlack } = await import('./slack.ts'); // its libraries take long to load
    const { settings } = configured;
    const { bytesOf, log, tokens } = parts;
    return createSlack(
      {
        access: accessOf(configured, parts),
        allowedWorkspaces: settings.allowed_workspaces,
        connection: connectionOf(configured, parts),
        apiUrl: settings.api_url,
        clock: parts.clock,
        showing: {
          rateFactor: settings.rate_factor,
          streaming: settings.streaming,
          asksFeedback: settings.feedback,
        },
      },
      bytesOf,
      log,
      tokens,
    );
  },
};

const OAUTH = 'slack.installs is "oauth"';

function needs({ settings, has, isWrong }: Read, isAlone: boolean): PlatformNeeds {
  const faults: string[] = [];
  if (settings?.installs === 'oauth') {
    if (settings.mode !== 'http') faults.push(OAUTH_MODE);
    if (settings.allowed_workspaces.length === 0 && !isWrong('allowed_workspaces')) faults.push(OAUTH_LIST);
    const names = ['SLACK_CLIENT_ID', 'SLACK_CLIENT_SECRET', 'SLACK_SIGNING_SECRET', 'ENCRYPTION_KEY'];
    return { faults, needs: names.map((name) => [name, OAUTH]) };
  }
  const hasBot = has('SLACK_BOT_TOKEN');
  if (settings?.mode === 'http') {
    return { faults, needs: hasBot ? [['SLACK_SIGNING_SECRET', HTTP]] : [] };
  }
  if (!hasBot && isAlone) return { faults, needs: [['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN is']] };
  return { faults, needs: hasBot ? [['SLACK_APP_TOKEN', SOCKET]] : [] };
}

const HTTP = 'slack.mode is "http"';
const SOCKET = 'slack.mode is "socket"';

/** Whether it can be said how Slack is reached. */
const isReadable = ({ isWrong }: Read): boolean => !(['mode', 'installs', 'api_url'] as const).some(isWrong);

type SlackConfigured = Configured<SlackSettings, SlackVariable>;

const needed = (secrets: SlackConfigured['secrets'], name: SlackVariable, because: string): string =>
  requireSecret({ secrets }, name, because, SLACK_VARIABLES);

/** How Slack reaches the bot. */
function connectionOf(
  { settings, secrets }: SlackConfigured,
  { serve }: Pick<ConnectionParts, 'serve'>,
): SlackConnection {
  if (settings.mode === 'socket')
    return { mode: 'socket', appToken: needed(secrets, 'SLACK_APP_TOKEN', SOCKET) };
  const signingSecret = needed(secrets, 'SLACK_SIGNING_SECRET', HTTP);
  return { mode: 'http', signingSecret, serve };
}

/** How the bot is let into workspaces: by one bot token, or by installs that are kept in the record. */
function accessOf({ settings, secrets }: SlackConfigured, { installs }: ConnectionParts): SlackAccess {
  if (settings.installs === 'token') {
    return { kind: 'token', botToken: needed(secrets, 'SLACK_BOT_TOKEN', FOR_CHAT) };
  }
  const { stateSecret, ...kept } = installs(OAUTH);
  return {
    kind: 'oauth',
    app: {
      clientId: needed(secrets, 'SLACK_CLIENT_ID', OAUTH),
      clientSecret: needed(secrets, 'SLACK_CLIENT_SECRET', OAUTH),
      stateSecret,
    },
    ...kept,
  };
}

const OAUTH_MODE =
  'slack.installs "oauth" (SLACK_INSTALLS) needs slack.mode "http" (SLACK_MODE=http): people install over HTTP.';

const OAUTH_LIST =
  'slack.installs "oauth" (SLACK_INSTALLS) needs slack.allowed_workspaces (SLACK_ALLOWED_WORKSPACES): anybody could install the bot, so name the workspaces that may.';

const UNUSUAL_SECRET =
  'SLACK_SIGNING_SECRET is not 32 hexadecimal digits, as those of Slack are. Where it is another one, every request is turned away.';
