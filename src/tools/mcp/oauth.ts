import { randomBytes } from 'node:crypto';
import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import {
  ClientCredentialsProvider,
  PrivateKeyJwtProvider,
} from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import {
  OAuthClientInformationFullSchema,
  OAuthClientInformationSchema,
  OAuthTokensSchema,
} from '@modelcontextprotocol/sdk/shared/auth.js';
import { z } from 'zod';

/** What is kept of signing in to a server, as text: it holds tokens. */
export type SignInStore = {
  read(): Promise<string | undefined>;
  write(text: string): Promise<void>;
  /** Runs `work` while nobody else, in any process, is at it. */
  alone<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
};

/** How one is let in to a server: its requests go through `renewing`, which makes them with another fetch. */
export type OAuth = { provider: OAuthClientProvider; renewing?: (send: typeof fetch) => typeof fetch };

export type OAuthSettings = {
  /** Somebody signs in; or the client has a secret, or a private key, of its own. */
  grant: 'sign_in' | 'client_credentials' | 'private_key';
  client_id?: string | undefined;
  client_secret?: string | undefined;
  /** The authorization server that secret and key belong to: they go to no other. */
  issuer?: string | undefined;
  private_key?: string | undefined;
  algorithm?: string | undefined;
  scope?: string | undefined;
  /** Where the description of this client is, for servers that go by that instead of registering it. */
  client_metadata_url?: string | undefined;
};

/** How somebody signs in: where the browser is sent to, and back. Nobody does while the bot runs. */
export type SignIn = {
  redirectUrl: string;
  /** Shows the page of the server on which somebody says yes. */
  open(url: URL): void | Promise<void>;
};

/** Somebody has to sign in first. */
export class NeedsSignIn extends Error {
  constructor(server: string) {
    super(`somebody has to sign in to it first: npm run mcp:login -- ${server}`);
  }
}

const Kept = z.object({
  client: z.union([OAuthClientInformationFullSchema, OAuthClientInformationSchema]).optional(),
  tokens: OAuthTokensSchema.optional(),
  verifier: z.string().optional(),
});
type Kept = z.infer<typeof Kept>;

/**
 * The OAuth of one server: https://modelcontextprotocol.io/specification, "Authorization". With a secret of
 * its own it needs nobody; else somebody signs in once, and its tokens are kept and renewed.
 */
export function createOAuth(
  server: string,
  settings: OAuthSettings,
  store: SignInStore,
  signIn: SignIn | undefined,
): OAuth {
  switch (settings.grant) {
    case 'client_credentials':
      return { provider: withSecret(settings) };
    case 'private_key':
      return { provider: withKey(settings) };
    case 'sign_in': {
      const state: State = { server, settings, store, signIn, refused: new Set() };
      return { provider: signingIn(state), renewing: (send) => renewing(state, send) };
    }
    default:
      return settings.grant satisfies never;
  }
}

function withSecret({ client_id, client_secret, scope, issuer }: OAuthSettings): OAuthClientProvider {
  return new ClientCredentialsProvider({
    clientId: client_id ?? '',
    clientSecret: client_secret ?? '',
    clientName: NAME,
    ...(scope ? { scope } : {}),
    ...(issuer ? { expectedIssuer: issuer } : {}),
  });
}

function withKey({ client_id, private_key, algorithm, scope, issuer }: OAuthSettings): OAuthClientProvider {
  return new PrivateKeyJwtProvider({
    clientId: client_id ?? '',
    privateKey: private_key ?? '',
    algorithm: algorithm ?? 'ES256',
    clientName: NAME,
    ...(scope ? { scope } : {}),
    ...(issuer ? { expectedIssuer: issuer } : {}),
  });
}

/** What is known of a server that somebody signs in to. */
type State = {
  server: string;
  settings: OAuthSettings;
  store: SignInStore;
  signIn: SignIn | undefined;
  /** Refresh tokens that the server did not take. */
  refused: Set<string>;
};

const read = async ({ store }: State): Promise<Kept> => Kept.parse(JSON.parse((await store.read()) ?? '{}'));

const change = async (state: State, part: Partial<Kept>): Promise<void> =>
  state.store.write(JSON.stringify({ ...(await read(state)), ...part }));

function signingIn(state: State): OAuthClientProvider {
  const { server, settings, signIn } = state;
  const { client_id, client_secret, client_metadata_url } = settings;
  const guard = randomBytes(16).toString('base64url');
  return {
    ...(client_metadata_url ? { clientMetadataUrl: client_metadata_url } : {}),
    redirectUrl: redirectUrlOf(state),
    clientMetadata: metadataOf(state),
    state: () => guard,
    async clientInformation() {
      if (client_id) return { client_id, ...(client_secret ? { client_secret } : {}) };
      const { client } = await read(state);
      // While the bot runs nothing is registered: whoever signs in does that.
      if (client === undefined && signIn === undefined) throw new NeedsSignIn(server);
      return client;
    },
    saveClientInformation: (client) => change(state, { client }),
    tokens: async () => (await read(state)).tokens,
    async saveTokens(tokens) {
      // While the bot runs they have been written down already, and another process may have renewed them
      // since.
      const isOurs = signIn !== undefined || (await read(state)).tokens?.access_token === tokens.access_token;
      if (isOurs) await change(state, { tokens });
    },
    redirectToAuthorization(url) {
      if (signIn === undefined) throw new NeedsSignIn(server);
      return signIn.open(url);
    },
    saveCodeVerifier: (verifier) => change(state, { verifier }),
    async codeVerifier() {
      const { verifier } = await read(state);
      if (verifier === undefined) throw new Error('the sign-in was not begun here');
      return verifier;
    },
    invalidateCredentials: (what) => forget(state, what),
  };
}

const redirectUrlOf = ({ signIn }: State): string => signIn?.redirectUrl ?? 'http://127.0.0.1/';

/** How this client is described to a server that registers it. */
function metadataOf(state: State): OAuthClientProvider['clientMetadata'] {
  const { client_secret, scope } = state.settings;
  return {
    client_name: NAME,
    redirect_uris: [redirectUrlOf(state)],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: client_secret ? 'client_secret_post' : 'none',
    ...(scope ? { scope } : {}),
  };
}

type Forgotten = Parameters<NonNullable<OAuthClientProvider['invalidateCredentials']>>[0];

async function forget(state: State, what: Forgotten): Promise<void> {
  const { client, tokens, verifier } = await read(state);
  const kept = { client, tokens, verifier };
  const wasRefused = tokens?.refresh_token !== undefined && state.refused.has(tokens.refresh_token);
  const isRenewed = tokens !== undefined && !wasRefused;
  if (what === 'all' || what === 'client') kept.client = undefined;
  // What was refused may be what another process has renewed meanwhile.
  if ((what === 'all' || what === 'tokens') && !isRenewed) kept.tokens = undefined;
  if (what === 'all' || what === 'verifier') kept.verifier = undefined;
  await state.store.write(JSON.stringify(kept));
}

/**
 * Requests in which tokens are renewed by one process at a time: servers give a new refresh token with each
 * renewal, and the one before it is worth nothing then (https://datatracker.ietf.org/doc/html/rfc9700,
 * "Refresh Token Protection"). Whoever comes second is given what the first was.
 */
function renewing(state: State, send: typeof fetch): typeof fetch {
  return async (url, init) => {
    const body = init?.body;
    const isRenewal = body instanceof URLSearchParams && body.get('grant_type') === 'refresh_token';
    if (!isRenewal) return send(url, init);
    const sent = body.get('refresh_token') ?? '';
    return renew(state, (signal) => send(url, { ...init, signal: init?.signal ?? signal }), sent);
  };
}

async function renew(
  state: State,
  send: (signal: AbortSignal) => Promise<Response>,
  sent: string,
): Promise<Response> {
  return state.store.alone(async (signal) => {
    const { tokens } = await read(state);
    if (tokens?.refresh_token !== undefined && tokens.refresh_token !== sent) return Response.json(tokens);
    const response = await send(signal);
    const given = response.ok ? OAuthTokensSchema.safeParse(await response.clone().json()) : undefined;
    if (given?.success) await change(state, { tokens: { ...tokens, refresh_token: sent, ...given.data } });
    else if (response.status >= 400 && response.status < 500) state.refused.add(sent);
    return response;
  });
}

const NAME = 'ML Intern';
