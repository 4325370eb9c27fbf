import { App, type Logger as BoltLogger, LogLevel } from '@slack/bolt';
import type { InstallProvider } from '@slack/oauth';
import type { Logger } from '../../src/ops/log.ts';
import type { Installations } from '../../src/session/installations.ts';
import type { BytesOf } from '../../src/thread/payloads.ts';
import type { Platform } from '../../src/thread/platform.ts';
import { followPresence, withFailures } from '../../src/thread/presence-loop.ts';
import { listenToAccounts } from './accounts.ts';
import { listenToAssistant } from './assistant.ts';
import { type CatchUpDeps, catchUp } from './catch-up.ts';
import { listenToClicks } from './clicks.ts';
import { listenToCommands } from './commands.ts';
import { isRefusedToken } from './delivery.ts';
import { fileReader, scriptReplacer } from './files.ts';
import { createGate } from './gate.ts';
import { listenToHome, showHome } from './home.ts';
import { listen } from './inbound.ts';
import { createInstallProvider, listenToUninstalls, type OauthSettings } from './installs.ts';
import { createSlackOutbound, type OutboundOptions } from './outbound.ts';
import { createReceiver, type SlackConnection } from './receiver.ts';
import { listenToShortcut } from './shortcut.ts';
import { createThreadReader } from './thread-reader.ts';
import { manyWorkspaces, oneWorkspace, refused, type Workspaces } from './workspaces.ts';

export type SlackSettings = {
  /** The bot token of one workspace, or the app that many install. */
  access:
    | { kind: 'token'; botToken: string }
    | { kind: 'oauth'; app: Omit<OauthSettings, 'apiUrl'>; installations: Installations };
  connection: SlackConnection;
  apiUrl: string;
  showing: OutboundOptions;
};

/** Connects to Slack. Throws ConfigError where Slack refuses a token. */
export async function createSlack(settings: SlackSettings, bytesOf: BytesOf, log: Logger): Promise<Platform> {
  const logger = boltLogger(log);
  const { access, apiUrl } = settings;
  const { workspaces, provider } = await reach(access, apiUrl, logger);
  const {
    receiver,
    start,
    link: connectionLink,
  } = createReceiver(settings.connection, apiUrl, logger, provider);
  const app = new App({
    receiver,
    // Listeners find their workspace themselves: what Bolt can't authorise it would acknowledge, and so lose.
    authorize: async ({ teamId }) => ({ ...(teamId ? { teamId } : {}) }),
    clientOptions: { slackApiUrl: apiUrl },
    logger,
    ignoreSelf: false, // our own messages are told apart where messages are read
  });
  const link = withFailures(connectionLink);
  app.error(async (error) => {
    link.fail();
    log.error({ err: error }, 'a Slack event could not be taken; Slack will deliver it again');
    throw error;
  });

  const stopping = new AbortController();
  let background: Promise<void> = Promise.resolve();

  return {
    outbound: createSlackOutbound(
      async (teamId) => (await workspaces.of(teamId))?.client,
      bytesOf,
      settings.showing,
    ),
    async isMember(workspace, group, person) {
      const members = await (await workspaces.of(workspace))?.people.membersOf(group);
      return members?.includes(person) ?? false;
    },
    async start({
      intake,
      decisions,
      questions,
      accounts,
      presence,
      jobs,
      sessions,
      access: rules,
      models,
      feedback,
      channelRules,
      attachments,
      wake,
    }) {
      /** Everything that listeners use, for the workspace that something came from. */
      async function within(teamId: string | undefined) {
        const workspace = await workspaces.of(teamId);
        if (workspace === undefined) throw new Error(`the app is not installed in workspace ${teamId}`);
        const { client, people, botUserId, token } = workspace;
        return {
          ...workspace,
          intake,
          decisions,
          questions,
          accounts,
          jobs,
          sessions,
          feedback,
          channelRules,
          models: models.choices,
          hasBudgets: models.hasBudgets,
          describeModels: models.describe,
          settingsOf: models.settingsOf,
          bot: { userId: botUserId, teamId: workspace.teamId },
          gate: createGate(client, people, rules, workspace.teamId, {
            async rulesOf(channel) {
              const place = { platform: 'slack' as const, workspace: workspace.teamId, channel };
              return (await channelRules.of(place)).rules;
            },
          }),
          thread: createThreadReader(client, people, botUserId),
          replaceScript: scriptReplacer(client, decisions, token),
          filesOf: fileReader(token, attachments),
        };
      }
      const take = listen(app, within);
      listenToClicks(app, within);
      listenToShortcut(app, within);
      listenToHome(app, within);
      listenToAccounts(app, async (teamId) => {
        const deps = await within(teamId);
        return { ...deps, showHome: (user: string) => showHome(deps, user) };
      });
      listenToAssistant(app, within);
      listenToCommands(app, within);
      if (access.kind === 'oauth') {
        listenToUninstalls(app, async (teamId) => {
          const open = await access.installations.remove('slack', teamId);
          workspaces.forget(teamId);
          for (const id of open) await wake(id);
          log.info({ workspace: teamId, sessions: open.length }, 'the app was taken out of a workspace');
        });
      }
      await start().catch((error: unknown) => {
        if (isRefusedToken(error))
          throw refused('SLACK_APP_TOKEN', error.data.error, 'Basic Information > App-Level Tokens');
        throw error;
      });
      log.info({ mode: settings.connection.mode, installs: access.kind }, 'listening to Slack');
      const missed = { workspaces, presence, log, take };
      background = followPresence(
        {
          link,
          log,
          presence,
          platform: 'slack',
          workspaces: workspaces.ids,
          catchUp: (teamId, signal, since) => catchUpIn(teamId, missed, signal, since),
        },
        stopping.signal,
      );
    },
    async stop() {
      stopping.abort();
      await receiver.stop();
      await background;
    },
  };
}

/** The workspaces that the bot reaches, and, where people install it themselves, what takes its installs. */
async function reach(
  access: SlackSettings['access'],
  apiUrl: string,
  logger: BoltLogger,
): Promise<{ workspaces: Workspaces; provider?: InstallProvider }> {
  if (access.kind === 'token') return { workspaces: await oneWorkspace(access.botToken, apiUrl, logger) };
  const provider = createInstallProvider({ ...access.app, apiUrl }, access.installations, logger);
  return { workspaces: manyWorkspaces(provider, access.installations, apiUrl, logger), provider };
}

type MissedDeps = Omit<CatchUpDeps, 'client' | 'teamId'> & { workspaces: Workspaces };

/** Catches up with a workspace. One whose token Slack refuses has nothing to be caught up with. */
async function catchUpIn(teamId: string, deps: MissedDeps, signal: AbortSignal, since: Date): Promise<void> {
  try {
    const workspace = await deps.workspaces.of(teamId);
    if (workspace) await catchUp({ ...deps, client: workspace.client, teamId }, signal, since);
  } catch (error) {
    if (!isRefusedToken(error)) throw error;
    deps.log.warn({ workspace: teamId, code: error.data.error }, 'Slack refuses the token of a workspace');
  }
}

/** Bolt's log lines as ours, so that they pass the redactor. Its debug lines hold whole payloads and are left out. */
function boltLogger(log: Logger): BoltLogger {
  const text = (parts: unknown[]) => parts.map(String).join(' ');
  return {
    debug: () => {},
    info: (...parts) => log.debug({ from: 'slack' }, text(parts)),
    warn: (...parts) => log.warn({ from: 'slack' }, text(parts)),
    error: (...parts) => log.error({ from: 'slack' }, text(parts)),
    setLevel: () => {},
    getLevel: () => LogLevel.INFO,
    setName: () => {},
  };
}
