import { App, type Logger as BoltLogger, LogLevel } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { ConfigError } from '../../src/config/load.ts';
import { systemClock } from '../../src/ops/clock.ts';
import type { Logger } from '../../src/ops/log.ts';
import type { AccessRules } from '../../src/session/access.ts';
import type { Decisions } from '../../src/session/decisions.ts';
import type { Intake } from '../../src/session/intake.ts';
import type { JobsOverview } from '../../src/session/jobs-overview.ts';
import type { Presence } from '../../src/session/presence.ts';
import type { SessionsOverview } from '../../src/session/sessions-overview.ts';
import type { Outbound } from '../../src/thread/outbound.ts';
import { type CatchUpDeps, catchUp } from './catch-up.ts';
import { listenToClicks } from './clicks.ts';
import { listenToCommands } from './commands.ts';
import { pictureReader, scriptReplacer } from './files.ts';
import { createGate } from './gate.ts';
import { listenToHome } from './home.ts';
import { type Bot, listen } from './inbound.ts';
import { type BytesOf, createSlackOutbound, isRefusedToken } from './outbound.ts';
import { createPeople } from './people.ts';
import { createReceiver, type Link, type SlackConnection } from './receiver.ts';
import { listenToShortcut } from './shortcut.ts';
import { createThreadReader } from './thread-reader.ts';

export type SlackSettings = {
  botToken: string;
  connection: SlackConnection;
  apiUrl: string;
  /** How many times the published rates may be sent. */
  rateFactor: number;
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
    /** What can be said of models and settings besides any session. */
    models: {
      choices: readonly string[];
      describe(): Promise<string>;
      settingsOf(channel: string): string;
    };
  }): Promise<void>;
  /** The members of a user group; none for an id that is not one's, or where the app may not read them. */
  membersOf(group: string): Promise<readonly string[]>;
  /** Stops taking; what has been taken is in the record. */
  stop(): Promise<void>;
};

/** Below the usual lease, so that a delivery that hangs is given up by the one who made it. */
const TIMEOUT_MS = 8_000;

/** Connects to Slack with a bot token. Throws ConfigError where Slack refuses a token. */
export async function createSlack(
  settings: SlackSettings,
  bytesOf: BytesOf,
  log: Logger,
): Promise<SlackAdapter> {
  const logger = boltLogger(log);
  const client = new WebClient(settings.botToken, {
    slackApiUrl: settings.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: TIMEOUT_MS,
    logger,
  });
  const bot = await identity(client);
  const {
    receiver,
    start,
    link: connectionLink,
  } = createReceiver(settings.connection, settings.apiUrl, logger);
  const app = new App({
    token: settings.botToken,
    receiver,
    clientOptions: { slackApiUrl: settings.apiUrl },
    logger,
    ignoreSelf: true,
  });
  const link = withFailures(connectionLink);
  app.error(async (error) => {
    link.fail();
    log.error({ err: error }, 'a Slack event could not be taken; Slack will deliver it again');
    throw error;
  });

  const people = createPeople(client, bot.teamId, () => new Date());
  const stopping = new AbortController();
  let background: Promise<void> = Promise.resolve();

  return {
    outbound: createSlackOutbound(client, bytesOf, settings.rateFactor),
    membersOf: people.membersOf,
    async start({ intake, decisions, presence, jobs, sessions, access, models }) {
      const gate = createGate(client, people, access);
      const thread = createThreadReader(client, people, bot.userId);
      const replaceScript = scriptReplacer(client, decisions, settings.botToken);
      const take = listen(app, {
        intake,
        people,
        bot,
        gate,
        rules: access,
        thread,
        replaceScript,
        picturesOf: pictureReader(settings.botToken),
      });
      listenToClicks(app, { client, intake, decisions, jobs, people, gate, models: models.choices });
      const { teamId, teamUrl, userId: botUserId } = bot;
      listenToShortcut(app, { client, people, gate, botUserId });
      listenToHome(app, { client, people, sessions, jobs, teamId, teamUrl });
      listenToCommands(app, {
        client,
        intake,
        people,
        jobs,
        sessions,
        teamUrl,
        gate,
        describeModels: models.describe,
        settingsOf: models.settingsOf,
      });
      await start().catch((error: unknown) => {
        if (isRefusedToken(error))
          throw refused('SLACK_APP_TOKEN', error.data.error, 'Basic Information > App-Level Tokens');
        throw error;
      });
      log.info({ mode: settings.connection.mode, bot: bot.userId }, 'listening to Slack');
      background = followPresence({ client, teamId: bot.teamId, presence, log, take }, link, stopping.signal);
    },
    async stop() {
      stopping.abort();
      await receiver.stop();
      await background;
    },
  };
}

const PRESENCE_MS = 20_000;

/**
 * Reads what was missed, at the start and whenever a broken connection is back; in between it notes every now and then
 * that somebody listens.
 */
async function followPresence(deps: CatchUpDeps, link: Link, signal: AbortSignal): Promise<void> {
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
      (await catchUp(deps, signal, since).then(
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

async function notePresence({ presence, teamId, log }: CatchUpDeps): Promise<void> {
  await presence
    .note({ platform: 'slack', workspace: teamId })
    .catch((error: unknown) => log.warn({ err: error }, 'presence could not be noted'));
}

const Identity = z.object({ user_id: z.string(), team_id: z.string(), url: z.string() });

async function identity(client: WebClient): Promise<Bot & { teamUrl: string }> {
  try {
    const { user_id, team_id, url } = Identity.parse(await client.auth.test());
    return { userId: user_id, teamId: team_id, teamUrl: url };
  } catch (error) {
    if (isRefusedToken(error)) throw refused('SLACK_BOT_TOKEN', error.data.error, 'OAuth & Permissions');
    throw error;
  }
}

function refused(name: string, code: string, page: string): ConfigError {
  return new ConfigError(
    `${name} was refused by Slack (${code}). Reinstall the app, or copy the current token from "${page}" of your app's settings.`,
  );
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
