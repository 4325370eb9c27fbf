import type { App, Logger as BoltLogger } from '@slack/bolt';
import { type Installation, type InstallationStore, InstallProvider } from '@slack/oauth';
import { z } from 'zod';
import type { Installations } from '../../src/controller/platform-definition.ts';
import { boundedFetch } from '../../src/lib/bounded-fetch.ts';
import type { Logger } from '../../src/lib/log.ts';
import { SCOPES } from './manifest.ts';
import { readPayload } from './read-payload.ts';

/** The app as Slack knows it, for installs in many workspaces. */
export type OauthSettings = {
  clientId: string;
  clientSecret: string;
  /** Signs the state that travels through Slack and back. */
  stateSecret: string;
  apiUrl: string;
  /** Told of every workspace that the app is installed in, again or for the first time. */
  installed(teamId: string): Promise<void>;
};

/**
 * The OAuth flow of @slack/oauth over installations in the record; it renews tokens that are about to run
 * out.
 */
export function createInstallProvider(
  settings: OauthSettings,
  installations: Pick<Installations, 'save' | 'find'>,
  logger: BoltLogger,
): InstallProvider {
  const { clientId, clientSecret, stateSecret, apiUrl } = settings;
  return new InstallProvider({
    clientId,
    clientSecret,
    stateSecret,
    installationStore: storeOf(installations, settings.installed),
    installUrlOptions: { scopes: [...SCOPES] },
    authorizationUrl: new URL('/oauth/v2/authorize', apiUrl).href,
    // Others wait while a token is renewed: what fails is tried again by who needs it next.
    clientOptions: {
      slackApiUrl: apiUrl,
      timeout: TIMEOUT_MS,
      retryConfig: { retries: 0 },
      fetch: boundedFetch(),
    },
    logger,
  });
}

const TIMEOUT_MS = 8_000;

function storeOf(
  installations: Pick<Installations, 'save' | 'find'>,
  installed: OauthSettings['installed'],
): InstallationStore {
  return {
    async storeInstallation(installation) {
      const teamId = installation.team?.id;
      if (teamId === undefined || installation.isEnterpriseInstall) {
        throw new Error('The app can be installed in single workspaces, not in a whole organisation.');
      }
      await installations.save('slack', teamId, JSON.stringify(installation));
      await installed(teamId);
    },
    async fetchInstallation({ teamId }) {
      const text = teamId === undefined ? undefined : await installations.find('slack', teamId);
      if (text === undefined) throw new Error('the app is not installed in this workspace');
      return JSON.parse(text) as Installation;
    },
  };
}

const TokensRevoked = z.object({ tokens: z.object({ bot: z.array(z.string()).optional() }) });

/** Lets go of a workspace when the app is taken out of it, or its token is taken back. */
export function listenToUninstalls(app: App, leave: (teamId: string) => Promise<void>, log: Logger): void {
  app.event('app_uninstalled', async ({ context }) => {
    if (context.teamId) await leave(context.teamId);
  });
  app.event('tokens_revoked', async ({ event, context }) => {
    const isBot = (readPayload(TokensRevoked, event, log)?.tokens.bot ?? []).length > 0;
    if (isBot && context.teamId) await leave(context.teamId);
  });
}
