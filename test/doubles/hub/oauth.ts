import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { bodyOf, sendJson } from '../http.ts';
import { IDENTITY } from './identity.ts';
import { avatarOf, idOf } from './people.ts';

/** An app that people sign in with; a public one has no secret. */
type OAuthApp = { id: string; secret: string | undefined; redirectUris: readonly string[] };

/** Somebody at the Hub in a browser, with what they answer to an app that asks who they are. */
export type HubVisitor = {
  name: string;
  /** Organisations by name; `no_access` is a role, too. */
  orgs?: readonly { name: string; role?: 'admin' | 'write' | 'read' | 'no_access'; restricted?: 'sso' }[];
  denies?: boolean;
};

type Granted = { visitor: HubVisitor; query: URLSearchParams };

/** https://huggingface.co/docs/hub/oauth: the scopes that there are. */
const SCOPES = new Set(
  'openid profile email read-billing read-repos gated-repos contribute-repos write-repos manage-repos inference-api jobs webhooks write-discussions'.split(
    ' ',
  ),
);

/** The Hub's OpenID Connect provider: its metadata, its page for people, codes, tokens and keys. */
export class HubOAuth {
  readonly apps: OAuthApp[] = [];
  visitor: HubVisitor = { name: 'ada' };
  readonly #codes = new Map<string, Granted>();
  readonly #tokens = new Map<string, HubVisitor>();
  /** Made when first needed: that takes a while. */
  #key: { publicKey: KeyObject; privateKey: KeyObject } | undefined;
  readonly #url: () => string;

  constructor(url: () => string) {
    this.#url = url;
  }

  /** Answers what is asked of it; false for anything else. */
  async answer(request: IncomingMessage, url: URL, response: ServerResponse): Promise<boolean> {
    const { method } = request;
    switch (`${method} ${url.pathname}`) {
      case 'GET /.well-known/openid-configuration':
        sendJson(response, 200, this.#metadata());
        return true;
      case 'GET /oauth/jwks':
        sendJson(response, 200, { keys: [this.#jwk()] });
        return true;
      case 'GET /oauth/authorize':
        this.#authorize(url.searchParams, response);
        return true;
      case 'POST /oauth/token':
        sendJson(response, ...(await this.#grant(request)));
        return true;
      case 'GET /oauth/userinfo':
        this.#tell(request, response);
        return true;
      default:
        return false;
    }
  }

  #metadata(): object {
    const at = this.#url();
    return {
      issuer: at,
      authorization_endpoint: `${at}/oauth/authorize`,
      token_endpoint: `${at}/oauth/token`,
      userinfo_endpoint: `${at}/oauth/userinfo`,
      jwks_uri: `${at}/oauth/jwks`,
      scopes_supported: [...SCOPES],
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      code_challenge_methods_supported: ['S256'],
    };
  }

  #keys(): { publicKey: KeyObject; privateKey: KeyObject } {
    this.#key ??= generateKeyPairSync('rsa', { modulusLength: 2048 });
    return this.#key;
  }

  #jwk(): object {
    return { ...this.#keys().publicKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'hub' };
  }

  /** An app that is not known, or another address than its own, is told here: nobody is sent back. */
  #authorize(query: URLSearchParams, response: ServerResponse): void {
    const app = this.apps.find(({ id }) => id === query.get('client_id'));
    const redirect = query.get('redirect_uri') ?? '';
    const why = wrongFor(app, redirect, query);
    if (why !== undefined || app === undefined) {
      response.writeHead(400, { 'content-type': 'text/plain' }).end(`${why}\n`);
      return;
    }
    const back = new URL(redirect);
    const state = query.get('state');
    if (state !== null) back.searchParams.set('state', state);
    const error = this.#errorFor(app, query);
    if (error === undefined) {
      const code = randomBytes(16).toString('hex');
      this.#codes.set(code, { visitor: this.visitor, query });
      back.searchParams.set('code', code);
    } else back.searchParams.set('error', error);
    response.writeHead(303, { location: back.href }).end();
  }

  #errorFor(app: OAuthApp, query: URLSearchParams): string | undefined {
    const isKnown = (query.get('scope') ?? '').split(' ').every((scope) => SCOPES.has(scope));
    const isChallenged = query.has('code_challenge') && query.get('code_challenge_method') === 'S256';
    if (!isKnown) return 'invalid_scope';
    if (app.secret === undefined && !isChallenged) return 'invalid_request';
    return this.visitor.denies ? 'access_denied' : undefined;
  }

  async #grant(request: IncomingMessage): Promise<readonly [status: number, answer: object]> {
    const form = new URLSearchParams(await bodyOf(request));
    const type = request.headers['content-type'] ?? '';
    if (!type.startsWith('application/x-www-form-urlencoded')) return [400, { error: 'invalid_request' }];
    const app = this.#appOf(request.headers.authorization, form);
    if (app === undefined) return [401, { error: 'invalid_client' }];
    if (form.get('grant_type') !== 'authorization_code') return [400, { error: 'unsupported_grant_type' }];
    const code = form.get('code') ?? '';
    const granted = this.#codes.get(code);
    this.#codes.delete(code); // it counts once
    if (granted === undefined || !isOfGrant(granted, app, form)) return [400, { error: 'invalid_grant' }];
    const { query, visitor } = granted;
    const token = `hf_oauth_${randomBytes(24).toString('hex')}`;
    this.#tokens.set(token, visitor);
    const scope = query.get('scope') ?? '';
    const id = scope.split(' ').includes('openid')
      ? { id_token: this.#idToken(app.id, visitor, query.get('nonce')) }
      : {};
    return [200, { access_token: token, token_type: 'bearer', expires_in: 28_800, scope, ...id }];
  }

  #appOf(authorization: string | undefined, form: URLSearchParams): OAuthApp | undefined {
    const basic = Buffer.from(authorization?.replace(/^Basic /, '') ?? '', 'base64').toString();
    const [id, secret] = basic.includes(':')
      ? basic.split(':').map(decodeURIComponent)
      : [form.get('client_id'), form.get('client_secret') ?? undefined];
    return this.apps.find((app) => app.id === id && app.secret === secret);
  }

  #idToken(audience: string, { name }: HubVisitor, nonce: string | null): string {
    const now = Math.floor(Date.now() / 1000);
    const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const head = encoded({ alg: 'RS256', kid: 'hub', typ: 'JWT' });
    const claims = { sub: subjectOf(name), aud: audience, iss: this.#url(), iat: now, exp: now + 3_600 };
    const signed = `${head}.${encoded({ ...claims, ...(nonce === null ? {} : { nonce }) })}`;
    return `${signed}.${sign('sha256', Buffer.from(signed), this.#keys().privateKey).toString('base64url')}`;
  }

  #tell(request: IncomingMessage, response: ServerResponse): void {
    const visitor = this.#tokens.get(request.headers.authorization?.replace(/^Bearer /i, '') ?? '');
    if (visitor === undefined) {
      sendJson(response, 401, { error: 'Invalid username or password.' });
      return;
    }
    const { name, orgs = [] } = visitor;
    sendJson(response, 200, {
      sub: subjectOf(name),
      name: `${name} of the Hub`,
      preferred_username: name,
      profile: `https://huggingface.co/${name}`,
      picture: avatarOf(name),
      isPro: false,
      orgs: orgs.map((org) => ({
        sub: idOf(org.name),
        name: org.name,
        picture: avatarOf(org.name),
        preferred_username: org.name,
        roleInOrg: org.role ?? 'read',
        ...(org.restricted === undefined ? {} : { securityRestrictions: [org.restricted] }),
      })),
    });
  }
}

/** What the Hub tells on a page of its own, and does not send anybody back with. */
function wrongFor(app: OAuthApp | undefined, redirect: string, query: URLSearchParams): string | undefined {
  if (app === undefined) return 'Unknown client_id';
  if (!app.redirectUris.includes(redirect)) return 'redirect_uri is not one of the app’s';
  return query.get('response_type') === 'code' ? undefined : 'Unsupported response_type';
}

/** Whether a code is redeemed by the app that asked for it, with what it asked with. */
function isOfGrant({ query }: Granted, app: OAuthApp, form: URLSearchParams): boolean {
  const verified = createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url');
  const challenge = query.get('code_challenge');
  return (
    query.get('client_id') === app.id &&
    form.get('redirect_uri') === query.get('redirect_uri') &&
    (challenge === null || challenge === verified)
  );
}

const subjectOf = (name: string): string => (name === IDENTITY.name ? IDENTITY.id : idOf(name));
