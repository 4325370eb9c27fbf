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
export type SignInStore = { read(): Promise<string | undefined>; write(text: string): Promise<void> };

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
 * The OAuth of one server: https://modelcontextprotocol.io/specification, "Authorization". With a secret of its own it needs
 * nobody; else somebody signs in once, and its tokens are kept and renewed.
 */
export function createOAuth(
  server: string,
  settings: OAuthSettings,
  store: SignInStore,
  signIn: SignIn | undefined,
): OAuthClientProvider {
  const { client_id, client_secret, scope } = settings;
  if (settings.grant === 'client_credentials') {
    return new ClientCredentialsProvider({
      clientId: client_id ?? '',
      clientSecret: client_secret ?? '',
      clientName: NAME,
      ...(scope ? { scope } : {}),
      ...(settings.issuer ? { expectedIssuer: settings.issuer } : {}),
    });
  }
  if (settings.grant === 'private_key') {
    return new PrivateKeyJwtProvider({
      clientId: client_id ?? '',
      privateKey: settings.private_key ?? '',
      algorithm: settings.algorithm ?? 'ES256',
      clientName: NAME,
      ...(scope ? { scope } : {}),
      ...(settings.issuer ? { expectedIssuer: settings.issuer } : {}),
    });
  }
  const state = randomBytes(16).toString('base64url');
  const read = async (): Promise<Kept> => Kept.parse(JSON.parse((await store.read()) ?? '{}'));
  const change = async (part: Partial<Kept>) => store.write(JSON.stringify({ ...(await read()), ...part }));
  const { client_metadata_url } = settings;
  return {
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
    saveTokens: (tokens) => change({ tokens }),
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
      if (scopeOf === 'all' || scopeOf === 'client') kept.client = undefined;
      if (scopeOf === 'all' || scopeOf === 'tokens') kept.tokens = undefined;
      if (scopeOf === 'all' || scopeOf === 'verifier') kept.verifier = undefined;
      await store.write(JSON.stringify(kept));
    },
  };
}

const NAME = 'ML Intern';
