import type { Logger as BoltLogger } from '@slack/bolt';
import type { InstallProvider } from '@slack/oauth';
import { WebClient, type WebClientOptions } from '@slack/web-api';
import { z } from 'zod';
import type { Installations, Renewals } from '../../src/controller/platform-definition.ts';
import { boundedFetch } from '../../src/lib/bounded-fetch.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { ConfigError } from '../../src/lib/config-error.ts';
import { withRetryAfter } from '../../src/lib/retry-after.ts';
import type { Tokens } from '../../src/lib/tokens.ts';
import { refuseInTransaction } from '../../src/lib/transaction-scope.ts';
import { isRefusedToken, UNNAMED_WAIT_MS } from './delivery.ts';
import { createPeople, type People } from './people.ts';

/** A workspace that the bot is installed in, and what reaches it by its token. */
export type Workspace = {
  teamId: string;
  /** Where its messages are seen in a browser: `https://name.slack.com/`. */
  teamUrl: string;
  botUserId: string;
  /** Fetches a file of the workspace, as only who is let into it may. */
  download: Download;
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

/** Where Slack is, and who is told how it takes tokens. */
export type Reaching = {
  apiUrl: string;
  logger: BoltLogger;
  tokens: Pick<Tokens, 'refused' | 'taken'>;
  clock: Pick<Clock, 'now' | 'monotonic'>;
};

/** The one workspace that a bot token belongs to. Throws ConfigError where Slack refuses the token. */
export async function oneWorkspace(token: string, reaching: Reaching): Promise<Workspaces> {
  const watched = () => 'SLACK_BOT_TOKEN';
  const only = await connect(renewable(token), reaching, watched).catch((error: unknown) => {
    if (isRefusedToken(error)) throw refused('SLACK_BOT_TOKEN', error.data.error, 'OAuth & Permissions');
    throw error;
  });
  return { of: async () => only, ids: async () => [only.teamId], forget: () => {} };
}

/** How long a token is used before the record is asked whether it is still the one. */
const KEPT_MS = 60_000;

/** Tokens are renewed before they run out, so long before: what @slack/oauth takes for soon. */
const SOON_MS = 7_200_000;

/** What is kept of an installation, as far as its token goes. */
const Kept = z.object({
  bot: z.object({
    token: z.string(),
    refreshToken: z.string().nullish(),
    /** In seconds. */
    expiresAt: z.number().nullish(),
  }),
});

/** Every workspace that the app has been installed in by OAuth. */
export function manyWorkspaces(
  provider: InstallProvider,
  installations: Pick<Installations, 'find' | 'workspaces'>,
  renewals: Renewals,
  reaching: Reaching,
): Workspaces {
  const { clock } = reaching;
  type Known = { workspace: Workspace; token: string; until: number };
  const known = new Map<string, Known>();
  const looks = new Map<string, Promise<Workspace | undefined>>();

  /** The token that a workspace is reached by now, renewed by one process where it is about to run out. */
  async function tokenOf(teamId: string): Promise<string | undefined> {
    const text = await installations.find('slack', teamId);
    if (text === undefined) return undefined;
    const { token, refreshToken, expiresAt } = Kept.parse(JSON.parse(text)).bot;
    const isLasting = !refreshToken || !expiresAt || expiresAt * 1000 - clock.now().getTime() > SOON_MS;
    if (isLasting) return token;
    return renewals.alone(`the token of Slack workspace ${teamId}`, async () => {
      const source = { teamId, enterpriseId: undefined, isEnterpriseInstall: false };
      return (await provider.authorize(source)).botToken; // which reads it anew, and renews it where nobody has
    });
  }

  async function look(teamId: string): Promise<Workspace | undefined> {
    const kept = known.get(teamId);
    if (kept !== undefined && kept.until > clock.monotonic()) return kept.workspace;
    const token = await tokenOf(teamId);
    known.delete(teamId);
    if (token === undefined) return undefined;
    const workspace =
      kept?.token === token
        ? kept.workspace
        : await connect(
            renewable(token, () => tokenOf(teamId)),
            reaching,
            () => `The token of workspace ${teamId}`,
          );
    known.set(teamId, { workspace, token, until: clock.monotonic() + KEPT_MS });
    return workspace;
  }

  /** Whoever asks while somebody looks is given what they find. */
  async function lookOnce(teamId: string): Promise<Workspace | undefined> {
    refuseInTransaction(() => 'a look-up of a Slack workspace');
    const looking = looks.get(teamId) ?? look(teamId).finally(() => looks.delete(teamId));
    looks.set(teamId, looking);
    return looking;
  }

  return {
    of: async (teamId) => (teamId === undefined ? undefined : lookOnce(teamId)),
    ids: () => installations.workspaces('slack'),
    forget: (teamId) => void known.delete(teamId),
  };
}

/** A token that another process may renew: then the one before it is worth nothing. */
type Token = {
  current: string;
  /** Takes up the one that there is now; false where that is the one that was refused. */
  renew(): Promise<boolean>;
};

function renewable(first: string, look?: () => Promise<string | undefined>): Token {
  const token: Token = {
    current: first,
    async renew() {
      const refused = token.current;
      const found = await look?.();
      if (found !== undefined) token.current = found;
      return token.current !== refused;
    },
  };
  return token;
}

/**
 * Calls wait in a queue of the client's own, where it can't be told any more who made them. A call that is
 * refused for a token that has been renewed meanwhile is made with the new one.
 */
const UPLOAD = 'files.getUploadURLExternal';

/** @slack/web-api calls `alt_txt` by another name, and Slack takes it by its own alone. */
function namedAsSlackDoes({ alt_text, ...options }: Options = {}): Options {
  return alt_text === undefined ? options : { ...options, alt_txt: alt_text };
}

class SlackClient extends WebClient {
  /** Told of what becomes of each call's token. */
  onToken: (refusal: string | undefined) => void = () => {};
  readonly #token: Token;

  constructor(token: Token, options: WebClientOptions) {
    super(token.current, options);
    this.#token = token;
  }

  override async apiCall(method: string, options?: Options): ReturnType<WebClient['apiCall']> {
    refuseInTransaction(() => `a call of Slack’s ${method}`);
    try {
      const answer = await this.#call(method, method === UPLOAD ? namedAsSlackDoes(options) : options);
      this.onToken(undefined);
      return answer;
    } catch (error) {
      if (isRefusedToken(error)) this.onToken(error.data.error);
      throw error;
    }
  }

  async #call(method: string, options: Options): ReturnType<WebClient['apiCall']> {
    const call = () => {
      const { current } = this.#token;
      return super.apiCall(method, current === this.token ? options : { ...options, token: current });
    };
    try {
      return await call();
    } catch (error) {
      if (!isRefusedToken(error) || !(await this.#token.renew())) throw error;
      return call();
    }
  }
}

type Options = Parameters<WebClient['apiCall']>[1];

/** The answer may have a little more than `maxBytes`, which whoever reads it has to refuse. */
export type Download = (url: string, maxBytes: number, signal: AbortSignal) => Promise<Response>;

/** To whom a file is not for, Slack shows a page to sign in. */
export const isSignIn = (response: Response): boolean =>
  !response.ok || (response.headers.get('content-type')?.startsWith('text/html') ?? false);

/**
 * The token is shown to Slack alone: the address of a file that an app has added from elsewhere leads there.
 */
const downloadWith =
  (token: Token, apiUrl: string): Download =>
  async (url, maxBytes, signal) => {
    const send = boundedFetch({ bytes: maxBytes + 1_000_000, values: Infinity });
    const get = async () => {
      let at = new URL(url);
      for (let hops = 0; hops <= REDIRECTS; hops++) {
        if (!isSlacks(at, new URL(apiUrl))) throw new Error(NOT_AT_SLACK);
        const headers = { authorization: `Bearer ${token.current}` };
        const response = await send(at, { headers, signal, redirect: 'manual' });
        const next = leadsTo(response, at);
        if (next === undefined) return response;
        await response.body?.cancel();
        at = next;
      }
      throw new Error('Slack leads from one address to another, so I could not download this file.');
    };
    const response = await get();
    return isSignIn(response) && (await token.renew()) ? get() : response;
  };

/** Whoever may not read a file is led to a page to sign in. */
const REDIRECTS = 5;

const NOT_AT_SLACK = 'I can’t take this file, because it is not kept at Slack. Upload it here instead.';

/** Where an answer redirects to; undefined where it does not. */
function leadsTo({ status, headers }: Response, at: URL): URL | undefined {
  const location = status >= 300 && status < 400 ? headers.get('location') : null;
  return location === null ? undefined : (URL.parse(location, at.href) ?? undefined);
}

/** Where Slack keeps files, that of governments included; or where it is said to be at all. */
const isSlacks = ({ protocol, hostname, origin }: URL, api: URL): boolean =>
  origin === api.origin || (protocol === 'https:' && /(?:^|\.)slack(?:-gov)?\.com$/.test(hostname));

const Identity = z.object({ user_id: z.string(), team_id: z.string(), url: z.string() });

async function connect(
  token: Token,
  { apiUrl, logger, tokens, clock }: Reaching,
  nameOf: () => string,
): Promise<Workspace> {
  const client = new SlackClient(token, {
    slackApiUrl: apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: TIMEOUT_MS,
    fetch: withRetryAfter(boundedFetch(), UNNAMED_WAIT_MS / 1000),
    logger,
  });
  const { user_id, team_id, url } = Identity.parse(await client.auth.test());
  const name = nameOf();
  client.onToken = (code) => (code === undefined ? tokens.taken(name) : tokens.refused(name, 'Slack', code));
  const people = createPeople(client, team_id, clock);
  const download = downloadWith(token, apiUrl);
  return { teamId: team_id, teamUrl: url, botUserId: user_id, download, client, people };
}

export function refused(name: string, code: string, page: string): ConfigError {
  return new ConfigError(
    `${name} was refused by Slack (${code}). Reinstall the app, or copy the current token from "${page}" of your app's settings.`,
  );
}
