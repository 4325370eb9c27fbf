import { App, type Logger as BoltLogger, LogLevel } from '@slack/bolt';
import { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { ConfigError } from '../../src/config/load.ts';
import { systemClock } from '../../src/ops/clock.ts';
import type { Logger } from '../../src/ops/log.ts';
import type { Intake } from '../../src/session/intake.ts';
import type { Presence } from '../../src/session/presence.ts';
import type { Outbound } from '../../src/thread/outbound.ts';
import { type CatchUpDeps, catchUp } from './catch-up.ts';
import { type Bot, listen } from './inbound.ts';
import { createSlackOutbound, isRefusedToken } from './outbound.ts';
import { createPeople } from './people.ts';
import { createReceiver, type Link, type SlackConnection } from './receiver.ts';

export type SlackSettings = { botToken: string; connection: SlackConnection; apiUrl: string };

/** Slack as the rest of the program sees it. */
export type SlackAdapter = {
  outbound: Outbound;
  /** Starts to take what people say to `intake`, and reads back what was said while nobody listened. */
  start(intake: Intake, presence: Presence): Promise<void>;
  /** Stops taking; what has been taken is in the record. */
  stop(): Promise<void>;
};

/** Below the usual lease, so that a delivery that hangs is given up by the one who made it. */
const TIMEOUT_MS = 8_000;

/** Connects to Slack with a bot token. Throws ConfigError where Slack refuses a token. */
export async function createSlack(settings: SlackSettings, log: Logger): Promise<SlackAdapter> {
  const logger = boltLogger(log);
  const client = new WebClient(settings.botToken, {
    slackApiUrl: settings.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: TIMEOUT_MS,
    logger,
  });
  const bot = await identity(client);
  const { receiver, start, link } = createReceiver(settings.connection, settings.apiUrl, logger);
  const app = new App({
    token: settings.botToken,
    receiver,
    clientOptions: { slackApiUrl: settings.apiUrl },
    logger,
    ignoreSelf: true,
  });
  app.error(async (error) => {
    log.error({ err: error }, 'a Slack event could not be taken; Slack will deliver it again');
    throw error;
  });

  const stopping = new AbortController();
  let background: Promise<void> = Promise.resolve();

  return {
    outbound: createSlackOutbound(client),
    async start(intake, presence) {
      const take = listen(
        app,
        intake,
        createPeople(client, () => new Date()),
        bot,
      );
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
  let isBehind = true;
  const interruption = { wake: () => {} };
  link.onUp(() => {
    isBehind = true;
    interruption.wake();
  });
  while (!signal.aborted) {
    if (isBehind) {
      isBehind = false;
      await catchUp(deps, signal).catch((error: unknown) =>
        deps.log.error({ err: error }, 'catching up failed'),
      );
    }
    if (link.isUp()) await notePresence(deps);
    const pause = new AbortController();
    interruption.wake = () => pause.abort();
    if (isBehind) continue;
    await systemClock.sleep(PRESENCE_MS, AbortSignal.any([signal, pause.signal])).catch(() => {}); // woken
  }
}

async function notePresence({ presence, teamId, log }: CatchUpDeps): Promise<void> {
  await presence
    .note({ platform: 'slack', workspace: teamId })
    .catch((error: unknown) => log.warn({ err: error }, 'presence could not be noted'));
}

const Identity = z.object({ user_id: z.string(), team_id: z.string() });

async function identity(client: WebClient): Promise<Bot> {
  try {
    const { user_id, team_id } = Identity.parse(await client.auth.test());
    return { userId: user_id, teamId: team_id };
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
