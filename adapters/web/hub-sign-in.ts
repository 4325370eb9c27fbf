import type { Configuration } from 'openid-client';
import { z } from 'zod';
import { boundedFetch } from '../../src/lib/bounded-fetch.ts';
import { parsedJson } from '../../src/lib/json.ts';

/*
 * Signing in with Hugging Face: OpenID Connect's code flow with PKCE
 * (https://huggingface.co/docs/hub/oauth). Nothing is asked for but who somebody is, and the token that says
 * so is not kept.
 */

/** The OAuth app that people sign in with. */
export type OAuthApp = {
  hubUrl: string;
  clientId: string;
  /** A public app has none. */
  clientSecret: string | undefined;
  /** Where the Hub sends people back to. */
  redirectUri: string;
};

/** Somebody as the Hub knows them, with the organisations that they are in, by name. */
export const HubUser = z.object({ id: z.string(), name: z.string(), orgs: z.array(z.string()) });
export type HubUser = z.infer<typeof HubUser>;

/** What a browser keeps while somebody is at the Hub, so that what comes back is known to be its own. */
const Way = z.object({
  ...{ state: z.string(), nonce: z.string(), verifier: z.string() },
  /** Nowhere but on this page, whatever a browser has kept. */
  to: z.string().regex(/^\/(?:\?open=[\w-]{1,80})?$/),
});

export type HubSignIn = {
  /** Where somebody signs in who goes to `to` then, and what their browser keeps meanwhile. */
  begin(to: string): Promise<{ location: string; way: string }>;
  /**
   * Who has come back at `url`, and where they go. Throws SignInRefused where they are not let in, and any
   * other error where the Hub can't say.
   */
  finish(url: URL, way: string | undefined): Promise<{ user: HubUser; to: string }>;
};

/** Signing in came to nothing; the message is for whoever tried. */
export class SignInRefused extends Error {
  override name = 'SignInRefused';
}

const SCOPE = 'openid profile';
const ANSWER_SECONDS = 15;

/** `GET /oauth/userinfo`; of an organisation that lets somebody in to nothing they are no member. */
const UserInfo = z.object({
  sub: z.string(),
  preferred_username: z.string().regex(/^[\w.-]+$/),
  orgs: z
    .array(
      z.object({
        preferred_username: z.string(),
        roleInOrg: z.string().optional(),
        securityRestrictions: z.array(z.string()).default([]),
      }),
    )
    .default([]),
});

export function createHubSignIn(app: OAuthApp): HubSignIn {
  let known: Promise<Configuration> | undefined;
  /** What the Hub says of itself; asked for again where that failed. */
  const provider = (): Promise<Configuration> => {
    known ??= discover(app).catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
  return {
    async begin(to) {
      const client = await import('openid-client');
      const [state, nonce] = [client.randomState(), client.randomNonce()];
      const verifier = client.randomPKCECodeVerifier();
      const url = client.buildAuthorizationUrl(await provider(), {
        ...{ redirect_uri: app.redirectUri, scope: SCOPE, state, nonce },
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      });
      const way = Buffer.from(JSON.stringify({ state, nonce, verifier, to })).toString('base64url');
      return { location: url.href, way };
    },
    async finish(url, way) {
      const held = Way.safeParse(parsedJson(Buffer.from(way ?? '', 'base64url').toString()));
      if (!held.success) throw new SignInRefused(NOT_BEGUN_HERE);
      const { state, nonce, verifier, to } = held.data;
      if (url.searchParams.get('error') === 'access_denied') throw new SignInRefused(DENIED);
      return { user: await userAt(await provider(), url, { state, nonce, verifier }), to };
    },
  };
}

async function discover({ hubUrl, clientId, clientSecret }: OAuthApp): Promise<Configuration> {
  const client = await import('openid-client');
  const send = boundedFetch({ bytes: 1_000_000 });
  return client.discovery(
    new URL(hubUrl),
    clientId,
    undefined,
    clientSecret === undefined ? client.None() : client.ClientSecretPost(clientSecret),
    {
      timeout: ANSWER_SECONDS,
      [client.customFetch]: (url, init) => send(url, init as RequestInit),
      // A Hub of one's own on this machine; every other speaks HTTPS.
      execute: isOnThisMachine(hubUrl) ? [client.allowInsecureRequests] : [],
    },
  );
}

const isOnThisMachine = (url: string): boolean =>
  /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])$/.test(URL.parse(url)?.hostname ?? '');

async function userAt(
  provider: Configuration,
  url: URL,
  { state, nonce, verifier }: Omit<z.infer<typeof Way>, 'to'>,
): Promise<HubUser> {
  const client = await import('openid-client');
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce };
  const tokens = await client
    .authorizationCodeGrant(provider, url, { ...checks, idTokenExpected: true })
    .catch((error: unknown) => {
      const isRefused =
        error instanceof client.AuthorizationResponseError ||
        error instanceof client.ResponseBodyError ||
        (error instanceof client.ClientError && error.code === 'OAUTH_INVALID_RESPONSE');
      throw isRefused ? new SignInRefused(NOT_TAKEN, { cause: error }) : error;
    });
  const subject = tokens.claims()?.sub ?? client.skipSubjectCheck;
  const info = UserInfo.parse(await client.fetchUserInfo(provider, tokens.access_token, subject));
  const orgs = info.orgs.filter(
    ({ roleInOrg, securityRestrictions }) => roleInOrg !== 'no_access' && securityRestrictions.length === 0,
  );
  return {
    id: info.sub,
    name: info.preferred_username,
    orgs: orgs.map(({ preferred_username }) => preferred_username),
  };
}

const NOT_BEGUN_HERE = 'Signing in was not begun in this browser, or too long ago. Try again.';
const DENIED = 'You did not let Hugging Face tell who you are.';
const NOT_TAKEN = 'Hugging Face did not take this sign-in: it may have been tried twice. Try again.';
