import { App, type Logger as BoltLogger, LogLevel } from '@slack/bolt';
import { systemClock } from '../../src/ops/clock.ts';
import type { Logger } from '../../src/ops/log.ts';
import type { AccessRules } from '../../src/session/access.ts';
import type { ChannelRulesStore, KnownRules } from '../../src/session/channel-rules.ts';
import type { Decisions } from '../../src/session/decisions.ts';
import type { Feedback } from '../../src/session/feedback.ts';
import type { Installations } from '../../src/session/installations.ts';
import type { Intake } from '../../src/session/intake.ts';
import type { JobsOverview } from '../../src/session/jobs-overview.ts';
import type { Presence } from '../../src/session/presence.ts';
import type { SessionsOverview } from '../../src/session/sessions-overview.ts';
import type { Outbound } from '../../src/thread/outbound.ts';
import { listenToAssistant } from './assistant.ts';
import { type CatchUpDeps, catchUp } from './catch-up.ts';
import type { Channel } from './channel-settings.ts';
import { listenToClicks } from './clicks.ts';
import { listenToCommands } from './commands.ts';
import { isRefusedToken } from './delivery.ts';
import { type FileRules, fileReader, scriptReplacer } from './files.ts';
import { createGate } from './gate.ts';
import { listenToHome } from './home.ts';
import { listen } from './inbound.ts';
import { createInstallProvider, listenToUninstalls, type OauthSettings } from './installs.ts';
import { type BytesOf, createSlackOutbound, type OutboundOptions } from './outbound.ts';
import { createReceiver, type Link, type SlackConnection } from './receiver.ts';
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

/** Slack as the rest of the program sees it. */
export type SlackAdapter = {
  outbound: Outbound;
  /** Starts to take what people say to `intake`, and reads back what was said while nobody listened. */
  start(parts: {
    intake: Intake;
    decisions: Decisions;
    presence: Presence;
    jobs: JobsOverview;
    access: AccessRules;
    sessions: SessionsOverview;
    feedback: Feedback;
    channelRules: ChannelRulesStore;
    attachments: FileRules;
    /** Asks for a turn of a session. */
    wake(sessionId: string): Promise<boolean>;
    /** What can be said of models and settings besides any session. */
    models: {
      choices: readonly string[];
      describe(): Promise<string>;
      settingsOf(place: Channel, known: KnownRules, person: (id: string) => string): string;
      /** Whether budgets have somebody who may pass them. */
      hasBudgets: boolean;
    };
  }): Promise<void>;
  /** The members of a user group; none for an id that is not one's, or where the app may not read them. */
  membersOf(workspace: string, group: string): Promise<readonly string[]>;
  /** Stops taking; what has been taken is in the record. */
  stop(): Promise<void>;
};

/** Connects to Slack. Throws ConfigError where Slack refuses a token. */
export async function createSlack(
  settings: SlackSettings,
  bytesOf: BytesOf,
  log: Logger,
): Promise<SlackAdapter> {
  const logger = boltLogger(log);
  const { access, apiUrl } = settings;
  const provider =
    access.kind === 'oauth'
      ? createInstallProvider({ ...access.app, apiUrl }, access.installations, logger)
      : undefined;
  const workspaces =
    access.kind === 'oauth' && provider !== undefined
      ? manyWorkspaces(provider, access.installations, apiUrl, logger)
      : await oneWorkspace(access.kind === 'token' ? access.botToken : '', apiUrl, logger);
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
    membersOf: async (workspace, group) => (await workspaces.of(workspace))?.people.membersOf(group) ?? [],
    async start({
      intake,
      decisions,
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
          jobs,
          sessions,
          feedback,
          channelRules,
          models: models.choices,
          hasBudgets: models.hasBudgets,
          describeModels: models.describe,
          settingsOf: models.settingsOf,
          bot: { userId: botUserId, teamId: workspace.teamId },
          gate: createGate(client, people, rules, {
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
      background = followPresence({ workspaces, presence, log, take }, link, stopping.signal);
    },
    async stop() {
      stopping.abort();
      await receiver.stop();
      await background;
    },
  };
}

const PRESENCE_MS = 20_000;

type PresenceDeps = Omit<CatchUpDeps, 'client' | 'teamId'> & { workspaces: Workspaces };

/**
 * Reads what was missed, at the start and whenever a broken connection is back; in between it notes every now and then
 * that somebody listens.
 */
async function followPresence(deps: PresenceDeps, link: Link, signal: AbortSignal): Promise<void> {
  let behindSince: Date | undefined = new Date();
  let pause = new AbortController();
  link.onUp(() => {
    behindSince ??= new Date();
    pause.abort();
  });
  while (!signal.aborted) {
    pause = new AbortController();
    const since: Date | undefined = behindSince;
    behindSince = undefined;
    const isCaughtUp =
      since === undefined ||
      (await catchUpAll(deps, signal, since).then(
        () => true,
        (error: unknown) => {
          deps.log.error({ err: error }, 'catching up failed; it is tried again');
          return false;
        },
      ));
    // Nobody has listened to what is not caught up with: presence moves on only after it.
    if (!isCaughtUp) behindSince = since;
    else if (link.isUp()) await notePresence(deps);
    if (isCaughtUp && behindSince !== undefined) continue;
    const isWoken = isCaughtUp ? AbortSignal.any([signal, pause.signal]) : signal;
    await systemClock.sleep(isCaughtUp ? PRESENCE_MS : RETRY_MS, isWoken).catch(() => {}); // woken
  }
}

/** Before what failed to be caught up with is tried again; not sooner, whatever else fails meanwhile. */
const RETRY_MS = 3_000;

/** A link that also counts as back up when a message could not be taken: it has to be read again. */
function withFailures(link: Link): Link & { fail(): void } {
  const listeners: (() => void)[] = [];
  return {
    isUp: link.isUp,
    onUp(listener) {
      listeners.push(listener);
      link.onUp(listener);
    },
    fail: () => {
      for (const listener of listeners) listener();
    },
  };
}

/** Catches up with every workspace. One whose token Slack refuses has nothing to be caught up with. */
async function catchUpAll(deps: PresenceDeps, signal: AbortSignal, since: Date): Promise<void> {
  for (const teamId of await deps.workspaces.ids()) {
    try {
      const workspace = await deps.workspaces.of(teamId);
      if (workspace) await catchUp({ ...deps, client: workspace.client, teamId }, signal, since);
    } catch (error) {
      if (!isRefusedToken(error)) throw error;
      deps.log.warn({ workspace: teamId, code: error.data.error }, 'Slack refuses the token of a workspace');
    }
  }
}

async function notePresence({ presence, workspaces, log }: PresenceDeps): Promise<void> {
  try {
    for (const workspace of await workspaces.ids()) await presence.note({ platform: 'slack', workspace });
  } catch (error) {
    log.warn({ err: error }, 'presence could not be noted');
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
