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
  const { client_id, client_secret, scope } = settings;
  if (settings.grant === 'client_credentials') {
    const provider = new ClientCredentialsProvider({
      clientId: client_id ?? '',
      clientSecret: client_secret ?? '',
      clientName: NAME,
      ...(scope ? { scope } : {}),
      ...(settings.issuer ? { expectedIssuer: settings.issuer } : {}),
    });
    return { provider };
  }
  if (settings.grant === 'private_key') {
    const provider = new PrivateKeyJwtProvider({
      clientId: client_id ?? '',
      privateKey: settings.private_key ?? '',
      algorithm: settings.algorithm ?? 'ES256',
      clientName: NAME,
      ...(scope ? { scope } : {}),
      ...(settings.issuer ? { expectedIssuer: settings.issuer } : {}),
    });
    return { provider };
  }
  const state = randomBytes(16).toString('base64url');
  const read = async (): Promise<Kept> => Kept.parse(JSON.parse((await store.read()) ?? '{}'));
  const change = async (part: Partial<Kept>) => store.write(JSON.stringify({ ...(await read()), ...part }));
  const { client_metadata_url } = settings;
  const renewals = renewalsOf(store, read, change);
  const provider: OAuthClientProvider = {
    ...(client_metadata_url ? { clientMetadataUrl: client_metadata_url } : {}),
    redirectUrl: signIn?.redirectUrl ?? 'http://127.0.0.1/',
    clientMetadata: {
      client_name: NAME,
      redirect_uris: [signIn?.redirectUrl ?? 'http://127.0.0.1/'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: client_secret ? 'client_secret_post' : 'none',
      ...(scope ? { scope } : {}),
    },
    state: () => state,
    async clientInformation() {
      if (client_id) return { client_id, ...(client_secret ? { client_secret } : {}) };
      const { client } = await read();
      // While the bot runs nothing is registered: whoever signs in does that.
      if (client === undefined && signIn === undefined) throw new NeedsSignIn(server);
      return client;
    },
    saveClientInformation: (client) => change({ client }),
    tokens: async () => (await read()).tokens,
    async saveTokens(tokens) {
      // While the bot runs they have been written down already, and another process may have renewed them
      // since.
      const isOurs = signIn !== undefined || (await read()).tokens?.access_token === tokens.access_token;
      if (isOurs) await change({ tokens });
    },
    redirectToAuthorization(url) {
      if (signIn === undefined) throw new NeedsSignIn(server);
      return signIn.open(url);
    },
    saveCodeVerifier: (verifier) => change({ verifier }),
    async codeVerifier() {
      const { verifier } = await read();
      if (verifier === undefined) throw new Error('the sign-in was not begun here');
      return verifier;
    },
    async invalidateCredentials(scopeOf) {
      const { client, tokens, verifier } = await read();
      const kept = { client, tokens, verifier };
      const isRenewed = tokens !== undefined && !renewals.wasRefused(tokens.refresh_token);
      if (scopeOf === 'all' || scopeOf === 'client') kept.client = undefined;
      // What was refused may be what another process has renewed meanwhile.
      if ((scopeOf === 'all' || scopeOf === 'tokens') && !isRenewed) kept.tokens = undefined;
      if (scopeOf === 'all' || scopeOf === 'verifier') kept.verifier = undefined;
      await store.write(JSON.stringify(kept));
    },
  };
  return { provider, renewing: renewals.within };
}

/**
 * Requests in which tokens are renewed by one process at a time: servers give a new refresh token with each
 * renewal, and the one before it is worth nothing then (https://datatracker.ietf.org/doc/html/rfc9700,
 * "Refresh Token Protection"). Whoever comes second is given what the first was.
 */
function renewalsOf(
  store: SignInStore,
  read: () => Promise<Kept>,
  change: (part: Partial<Kept>) => Promise<void>,
) {
  const refused = new Set<string>();

  async function renew(send: (signal: AbortSignal) => Promise<Response>, sent: string): Promise<Response> {
    return store.alone(async (signal) => {
      const { tokens } = await read();
      if (tokens?.refresh_token !== undefined && tokens.refresh_token !== sent) return Response.json(tokens);
      const response = await send(signal);
      const given = response.ok ? OAuthTokensSchema.safeParse(await response.clone().json()) : undefined;
      if (given?.success) await change({ tokens: { ...tokens, refresh_token: sent, ...given.data } });
      else if (response.status >= 400 && response.status < 500) refused.add(sent);
      return response;
    });
  }

  const within =
    (send: typeof fetch): typeof fetch =>
    async (url, init) => {
      const body = init?.body;
      const isRenewal = body instanceof URLSearchParams && body.get('grant_type') === 'refresh_token';
      if (!isRenewal) return send(url, init);
      return renew(
        (signal) => send(url, { ...init, signal: init?.signal ?? signal }),
        body.get('refresh_token') ?? '',
      );
    };
  return {
    within,
    wasRefused: (token: string | undefined) => token !== undefined && refused.has(token),
  };
}

const NAME = 'ML Intern';
