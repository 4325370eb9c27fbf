import type { Logger as BoltLogger } from '@slack/bolt';
import type { InstallProvider } from '@slack/oauth';
import { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { ConfigError } from '../../src/config/load.ts';
import type { Installations } from '../../src/session/installations.ts';
import { isRefusedToken } from './delivery.ts';
import { createPeople, type People } from './people.ts';

/** A workspace that the bot is installed in, and what reaches it by its token. */
export type Workspace = {
  teamId: string;
  /** Where its messages are seen in a browser: `https://name.slack.com/`. */
  teamUrl: string;
  botUserId: string;
  token: string;
  client: WebClient;
  people: People;
};

export type Workspaces = {
  /** Undefined where the bot is not installed (any more). Throws where that can't be found out now. */
  of(teamId: string | undefined): Promise<Workspace | undefined>;
  ids(): Promise<readonly string[]>;
  /** Looks a workspace up anew from now on. */
  forget(teamId: string): void;
};

/** What is needed to deal with something that was said or clicked in a workspace. */
export type In<Deps> = (teamId: string | undefined) => Promise<Deps>;

/** Below the usual lease, so that a delivery that hangs is given up by the one who made it. */
const TIMEOUT_MS = 8_000;

/** The one workspace that a bot token belongs to. Throws ConfigError where Slack refuses the token. */
export async function oneWorkspace(token: string, apiUrl: string, logger: BoltLogger): Promise<Workspaces> {
  const only = await connect(token, apiUrl, logger).catch((error: unknown) => {
    if (isRefusedToken(error)) throw refused('SLACK_BOT_TOKEN', error.data.error, 'OAuth & Permissions');
    throw error;
  });
  return { of: async () => only, ids: async () => [only.teamId], forget: () => {} };
}

/** How long a token is used before the record is asked whether it is still the one. */
const KEPT_MS = 60_000;

/** Every workspace that the app has been installed in by OAuth. */
export function manyWorkspaces(
  provider: InstallProvider,
  installations: Installations,
  apiUrl: string,
  logger: BoltLogger,
): Workspaces {
  type Known = { workspace: Workspace; until: number };
  const known = new Map<string, Known>();

  async function look(teamId: string): Promise<Workspace | undefined> {
    const kept = known.get(teamId);
    if (kept !== undefined && kept.until > Date.now()) return kept.workspace;
    known.delete(teamId);
    if ((await installations.find('slack', teamId)) === undefined) return undefined;
    const { botToken } = await provider.authorize({
      teamId,
      enterpriseId: undefined,
      isEnterpriseInstall: false,
    });
    if (botToken === undefined) return undefined;
    const isSame = kept?.workspace.token === botToken;
    const workspace = isSame ? kept.workspace : await connect(botToken, apiUrl, logger);
    known.set(teamId, { workspace, until: Date.now() + KEPT_MS });
    return workspace;
  }

  return {
    of: async (teamId) => (teamId === undefined ? undefined : look(teamId)),
    ids: () => installations.workspaces('slack'),
    forget: (teamId) => void known.delete(teamId),
  };
}

const Identity = z.object({ user_id: z.string(), team_id: z.string(), url: z.string() });

async function connect(token: string, apiUrl: string, logger: BoltLogger): Promise<Workspace> {
  const client = new WebClient(token, {
    slackApiUrl: apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: TIMEOUT_MS,
    logger,
  });
  const { user_id, team_id, url } = Identity.parse(await client.auth.test());
  const people = createPeople(client, team_id, () => new Date());
  return { teamId: team_id, teamUrl: url, botUserId: user_id, token, client, people };
}

export function refused(name: string, code: string, page: string): ConfigError {
  return new ConfigError(
    `${name} was refused by Slack (${code}). Reinstall the app, or copy the current token from "${page}" of your app's settings.`,
  );
}
