import { App, type Logger as BoltLogger, LogLevel } from '@slack/bolt';
import type { InstallProvider } from '@slack/oauth';
import { z } from 'zod';
import type { Card } from '../../src/controller/cards.ts';
import { type Missed, withFailures } from '../../src/controller/last-seen-loop.ts';
import type { LastSeen, Platform, PlatformPorts } from '../../src/controller/platform.ts';
import type { Installations, Renewals } from '../../src/controller/platform-definition.ts';
import { boundedFetch } from '../../src/lib/bounded-fetch.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { ConfigError } from '../../src/lib/config-error.ts';
import type { Logger } from '../../src/lib/log.ts';
import type { Tokens } from '../../src/lib/tokens.ts';
import type { ThreadAddress } from '../../src/session/address.ts';
import type { BytesOf } from '../../src/thread/delivery/outgoing.ts';
import { catchUp } from '../shared/catch-up.ts';
import { createDoor, type Door } from '../shared/door.ts';
import { type Listening, startListening } from '../shared/starting.ts';
import { listenToSessionStops } from './agent-sessions.ts';
import { listenToAssistant } from './assistant.ts';
import { type HistoryDeps, workspaceHistory } from './catch-up.ts';
import { listenToClicks } from './clicks.ts';
import { listenToCommands } from './commands.ts';
import { isRefusedToken } from './delivery.ts';
import { guardDoor } from './door.ts';
import { wholeFiles, withWholeFiles } from './files.ts';
import { listenToInvitations } from './hello.ts';
import { listenToHome, showHome } from './home.ts';
import { listen, type Shared } from './inbound.ts';
import { createInstallProvider, listenToUninstalls, type OauthSettings } from './installs.ts';
import { MENTIONS } from './mentions.ts';
import { createSlackOutbound, type OutboundOptions } from './outbound.ts';
import { showPrivately, type TellInThread, tellPrivately, type Whom } from './private-answers.ts';
import { createReceiver, type Receiving, type SlackConnection } from './receiver.ts';
import { listenToReopenings } from './reopening.ts';
import { listenToShortcut } from './shortcut.ts';
import { createThreadReader, type Rest, tellLater } from './thread-reader.ts';
import { traitsOf } from './traits.ts';
import { manyWorkspaces, oneWorkspace, type Reaching, refused, type Workspaces } from './workspaces.ts';

/** The bot token of one workspace, or the app that many install. */
export type SlackAccess =
  | { kind: 'token'; botToken: string }
  | {
      kind: 'oauth';
      app: Omit<OauthSettings, 'apiUrl' | 'installed'>;
      installations: Installations;
      renewals: Renewals;
    };

export type SlackOptions = {
  access: SlackAccess;
  /** The workspaces that may use the bot; with a bot token none is that token's own. */
  allowedWorkspaces: readonly string[];
  connection: SlackConnection;
  apiUrl: string;
  clock: Clock;
  showing: OutboundOptions;
};

/** Connects to Slack. Throws ConfigError where Slack refuses a token. */
export async function createSlack(
  settings: SlackOptions,
  bytesOf: BytesOf,
  log: Logger,
  tokens: Tokens,
): Promise<Platform> {
  const slack = await connected(settings, log, tokens);
  const { workspaces, receiving } = slack;
  guardDoor(slack.app, slack.door, async (teamId) => (await workspaces.of(teamId)) !== undefined);
  noteFailures(slack);
  return {
    link: slack.link,
    outbound: createSlackOutbound(
      async (teamId) => (await workspaces.of(teamId))?.client,
      bytesOf,
      settings.showing,
      async (teamId) => (await workspaces.of(teamId))?.teamUrl,
    ),
    async isMember(workspace, group, person) {
      const members = await (await workspaces.of(workspace))?.people.membersOf(group);
      return members?.includes(person) ?? false;
    },
    async membersOf(workspace, group, most) {
      const members = await (await workspaces.of(workspace))?.people.membersOf(group);
      return members?.slice(0, most + 1);
    },
    async nameOf(workspace, who) {
      const people = (await workspaces.of(workspace))?.people;
      if (people === undefined) return undefined;
      const isGroup = MENTIONS.kindOf(who) === 'group';
      const name = await (isGroup ? people.groupName(who) : people.name(who));
      if (name === who) return undefined; // nobody could tell
      return isGroup ? `@${name}` : name;
    },
    async mayRead({ address: { workspace, channel }, requester }, person, withinMs) {
      // A direct message is between the bot and one person, for good.
      if (channel.startsWith('D')) return requester.id === person;
      const channels = await (await workspaces.of(workspace))?.people.channelsOf(person, withinMs);
      return channels?.has(channel) ?? false;
    },
    async start(ports) {
      const { readingBack } = await startListening(eventListening(slack), ports, slack.stopping.signal);
      slack.background = readingBack;
    },
    async stop() {
      slack.stopping.abort();
      await receiving.stop();
      await slack.background;
    },
  };
}

type Slack = Pick<Reached, 'workspaces' | 'isAllowed'> & {
  settings: SlackOptions;
  log: Logger;
  app: App;
  door: Door;
  receiving: Receiving;
  link: Receiving['link'] & { fail(): void };
  /** Told of each workspace that the app has been installed in. */
  installed(teamId: string): Promise<void>;
  stopping: AbortController;
  /** Reading back what was missed. */
  background: Promise<void>;
};

async function connected(settings: SlackOptions, log: Logger, tokens: Tokens): Promise<Slack> {
  const logger = boltLogger(log);
  const { apiUrl, clock } = settings;
  const reaching = { apiUrl, logger, tokens, clock };
  const { workspaces, isAllowed, provider } = await reach(settings, reaching, (id) => slack.installed(id));
  const receiving = createReceiver(
    settings.connection,
    { apiUrl, logger, log, tokens },
    provider && { provider, isAllowed },
  );
  const app = new App({
    receiver: receiving.receiver,
    // Listeners find their workspace themselves: what Bolt can't authorise it would acknowledge, and so lose.
    authorize: async ({ teamId }) => ({ ...(teamId ? { teamId } : {}) }),
    clientOptions: { slackApiUrl: apiUrl, fetch: boundedFetch() },
    logger,
    extendedErrorHandler: true,
    ignoreSelf: false, // our own messages are told apart where messages are read
  });
  const slack: Slack = {
    workspaces,
    isAllowed,
    settings,
    log,
    app,
    door: createDoor({ isAllowed, workspaceName: 'workspace', warning: NOT_ALLOWED }, clock, log),
    receiving,
    link: withFailures(receiving.link),
    installed: async () => {}, // nobody is there yet who could be told
    stopping: new AbortController(),
    background: Promise.resolve(),
  };
  return slack;
}

function noteFailures({ app, link, log }: Slack): void {
  app.error(async ({ error, body }: { error: Error; body: object }) => {
    const event = Delivered.safeParse(body).data?.event.type;
    // Only what people wrote has to be read back; who clicks is told, and clicks again.
    if (event === 'message' || event === 'app_mention') link.fail();
    const what = event ? 'a Slack event could not be taken; Slack will deliver it again' : NOT_TAKEN;
    log.error({ err: error }, what);
    throw error;
  });
}

/** How Slack is listened to. */
const eventListening = (slack: Slack): Listening<ReturnType<typeof listen>> => ({
  listen: (ports) => {
    slack.installed = (teamId) => ports.reopened({ platform: 'slack', workspace: teamId });
    return registerAll(slack, ports);
  },
  async connect() {
    const { settings, receiving, log } = slack;
    await receiving.start().catch((error: unknown) => {
      if (isRefusedToken(error))
        throw refused('SLACK_APP_TOKEN', error.data.error, 'Basic Information > App-Level Tokens');
      throw error;
    });
    log.info({ mode: settings.connection.mode, installs: settings.access.kind }, 'listening to Slack');
  },
  missed({ lastSeen }, take) {
    const { settings, log, workspaces, isAllowed, link } = slack;
    const reading = { workspaces, lastSeen, log, take };
    return {
      ...{ link, clock: settings.clock, log, platform: 'slack' },
      workspaces: async () => (await workspaces.ids()).filter(isAllowed),
      catchUp: (teamId, missed) => catchUpIn(teamId, reading, missed),
    };
  },
});

/** Registers every listener. Returns what takes a message that was read back. */
function registerAll(slack: Slack, ports: PlatformPorts): ReturnType<typeof listen> {
  const { app, log, workspaces } = slack;
  const { access } = slack.settings;
  const depsIn = (teamId: string | undefined) => inWorkspace(slack, ports, teamId);
  const take = listen(app, depsIn);
  listenToClicks(app, depsIn, log);
  listenToShortcut(app, depsIn, log);
  listenToHome(app, depsIn, log);
  listenToAssistant(app, depsIn, log);
  listenToSessionStops(app, depsIn, log);
  listenToCommands(app, depsIn, log);
  listenToReopenings(app, depsIn, ports.reopened, log);
  listenToInvitations(app, depsIn, log);
  if (access.kind === 'oauth') {
    const leave = async (teamId: string) => {
      const sessions = await access.installations.leave('slack', teamId);
      workspaces.forget(teamId);
      log.info({ workspace: teamId, sessions }, 'the app was taken out of a workspace');
    };
    listenToUninstalls(app, leave, log);
  }
  return take;
}

/** Everything that listeners use, for the workspace that something came from. */
async function inWorkspace(slack: Slack, ports: PlatformPorts, teamId: string | undefined) {
  const { workspaces, door, log, isAllowed, settings, stopping } = slack;
  const workspace = await workspaces.of(teamId);
  if (workspace === undefined) throw new Error(`the app is not installed in workspace ${teamId}`);
  const { client, people, botUserId, download, teamUrl } = workspace;
  const controller = ports.controllerOf(traitsOf(teamUrl, people), door.admission);
  const tell: TellInThread = (channel, user, text, thread) =>
    tellPrivately(client, { channel, user, thread }, text, log);
  const own = { ...workspace, controller };
  return {
    ...own,
    isAllowed: isAllowed(workspace.teamId),
    tell,
    show: (whom: Whom, card: Card) => showPrivately(client, whom, card, log),
    showHome: (user: string) => showHome(own, user, log),
    bot: { userId: botUserId, teamId: workspace.teamId },
    thread: createThreadReader({ client, people, botUserId, clock: settings.clock }),
    follows: (address: ThreadAddress, sourceId: string, rest: Rest) =>
      void tellLater(controller, { address, sourceId, rest, signal: stopping.signal, log }),
    wholeFiles: wholeFiles(client),
    withWholeFiles: (shared: Shared) => withWholeFiles(client, shared),
    download,
  };
}

/** An event, as Slack delivers it: https://docs.slack.dev/apis/events-api. */
const Delivered = z.object({ type: z.literal('event_callback'), event: z.object({ type: z.string() }) });

const NOT_ALLOWED =
  'the bot was used in a workspace that slack.allowed_workspaces does not name; nothing was done';

const NOT_TAKEN = 'something that somebody did in Slack could not be taken';

/** The workspaces that the bot reaches, which of them may use it, and what takes their installs. */
type Reached = { workspaces: Workspaces; isAllowed(teamId: string): boolean; provider?: InstallProvider };

/** Throws ConfigError where Slack refuses the bot token, or the workspace of it is not allowed. */
async function reach(
  { access, allowedWorkspaces: allowed }: Pick<SlackOptions, 'access' | 'allowedWorkspaces'>,
  reaching: Reaching,
  installed: (teamId: string) => Promise<void>,
): Promise<Reached> {
  if (access.kind === 'token') {
    const workspaces = await oneWorkspace(access.botToken, reaching);
    const [own = ''] = await workspaces.ids();
    if (allowed.length > 0 && !allowed.includes(own)) throw new ConfigError(notNamed(own));
    return { workspaces, isAllowed: (teamId) => teamId === own };
  }
  const provider = createInstallProvider(
    { ...access.app, apiUrl: reaching.apiUrl, installed },
    access.installations,
    reaching.logger,
  );
  const { installations, renewals } = access;
  const workspaces = manyWorkspaces(provider, installations, renewals, reaching);
  return { workspaces, isAllowed: (teamId) => allowed.includes(teamId), provider };
}

const notNamed = (workspace: string): string =>
  `slack.allowed_workspaces (SLACK_ALLOWED_WORKSPACES) does not name ${workspace}, the workspace of SLACK_BOT_TOKEN: add it, or leave the list empty.`;

type ReadingDeps = Omit<HistoryDeps, 'client' | 'teamId'> & { workspaces: Workspaces; lastSeen: LastSeen };

/** Catches up with a workspace. One whose token Slack refuses has nothing to be caught up with. */
async function catchUpIn(teamId: string, deps: ReadingDeps, missed: Missed): Promise<void> {
  try {
    const workspace = await deps.workspaces.of(teamId);
    if (workspace === undefined) return;
    const history = workspaceHistory({ ...deps, client: workspace.client, teamId });
    await catchUp(history, deps, missed);
  } catch (error) {
    if (!isRefusedToken(error)) throw error;
    deps.log.warn({ workspace: teamId, code: error.data.error }, 'Slack refuses the token of a workspace');
  }
}

const TROUBLE = 'Slack’s client reports trouble';

/**
 * Bolt's log lines as ours, so that they pass the redactor. Its debug lines hold whole payloads and are left
 * out.
 */
function boltLogger(log: Logger): BoltLogger {
  const joined = (parts: unknown[]) => parts.map(String).join(' ');
  return {
    debug: () => {},
    info: (...parts) => log.debug({ from: 'slack' }, joined(parts)),
    warn: (...parts) => log.warn({ detail: joined(parts) }, TROUBLE),
    error: (...parts) => log.warn({ detail: joined(parts) }, TROUBLE), // whoever called says what comes of it
    setLevel: () => {},
    getLevel: () => LogLevel.INFO,
    setName: () => {},
  };
}
