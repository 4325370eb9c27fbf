import { auth, type OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSignIns } from '../../src/access/sign-ins.ts';
import type { Storage } from '../../src/db/storage.ts';
import { randomIds, systemClock } from '../../src/lib/clock.ts';
import { createEncryption } from '../../src/lib/encryption.ts';
import { createRenewals } from '../../src/session/store/renewals.ts';
import { createOAuth, NeedsSignIn, type OAuth } from '../../src/tools/mcp/oauth.ts';
import { bodyOf, type Listening, listen, sendJson } from '../doubles/http.ts';
import { useStorage } from '../support/use-storage.ts';

let storage: Storage;
useStorage((made) => {
  storage = made;
});

/**
 * A server that is its own authorization server, for public clients: a refresh token is good once, and
 * whoever comes with one that was used already has stolen it, so that all that came of it is worth nothing
 * from then on (https://datatracker.ietf.org/doc/html/rfc9700, "Refresh Token Protection").
 */
class RotatingServer {
  renewals = 0;
  good: string | undefined = 'refresh-0';
  listening: Listening | undefined;
  /** What the next renewal is answered with, in place of tokens. */
  fault: number | undefined;

  get url(): string {
    return this.listening?.url ?? '';
  }

  async start(): Promise<void> {
    this.listening = await listen(async (request, response) => {
      const { pathname } = new URL(request.url ?? '/', this.url);
      if (pathname === '/.well-known/oauth-protected-resource') {
        return sendJson(response, 200, { resource: this.url, authorization_servers: [this.url] });
      }
      if (pathname.startsWith('/.well-known/')) return sendJson(response, 200, this.#metadata());
      if (pathname === '/token') return this.#renew(new URLSearchParams(await bodyOf(request)), response);
      sendJson(response, 404, {});
    });
  }

  #metadata() {
    return {
      issuer: this.url,
      authorization_endpoint: `${this.url}/authorize`,
      token_endpoint: `${this.url}/token`,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
    };
  }

  #renew(asked: URLSearchParams, response: Parameters<typeof sendJson>[0]): void {
    if (this.fault !== undefined) {
      sendJson(response, this.fault, { error: 'server_error' });
    } else if (asked.get('refresh_token') !== this.good) {
      this.good = undefined;
      sendJson(response, 400, { error: 'invalid_grant' });
    } else {
      this.renewals++;
      this.good = `refresh-${this.renewals}`;
      const given = { access_token: `access-${this.renewals}`, refresh_token: this.good };
      sendJson(response, 200, { ...given, token_type: 'bearer', expires_in: 60 });
    }
  }
}

let server: RotatingServer;
beforeEach(async () => {
  server = new RotatingServer();
  await server.start();
  const tokens = { access_token: 'access-0', token_type: 'bearer', refresh_token: 'refresh-0' };
  await signIns().write(JSON.stringify({ client: { client_id: 'c' }, tokens }));
});
afterEach(() => server.listening?.close());

const signIns = () => createSignIns(storage.db, createEncryption('k'.repeat(40))).of('demo');

/** What one process has of the sign-in. */
function oneProcess(): OAuth {
  const renewals = createRenewals(storage.db, systemClock, randomIds);
  const alone = <T>(work: (signal: AbortSignal) => Promise<T>) => renewals.alone('the sign-in to demo', work);
  return createOAuth('demo', { grant: 'sign_in' }, { ...signIns(), alone }, undefined);
}

const renew = ({ provider, renewing }: OAuth) =>
  auth(provider, { serverUrl: server.url, ...(renewing ? { fetchFn: renewing(fetch) } : {}) });

const kept = async () => JSON.parse((await signIns().read()) ?? '{}').tokens;
const tokensOf = (provider: OAuthClientProvider) => provider.tokens();

test('processes that renew a sign-in at the same time never use a refresh token twice, and all have the newest', async () => {
  const processes = Array.from({ length: 4 }, oneProcess);
  expect(await Promise.all(processes.map(renew))).toEqual(Array(4).fill('AUTHORIZED'));
  const tokens = await kept();
  expect(tokens.refresh_token).toBe(server.good);
  for (const { provider } of processes) {
    expect((await tokensOf(provider))?.access_token).toBe(tokens.access_token);
  }
  expect(await renew(oneProcess())).toBe('AUTHORIZED');
});

test('a sign-in that the server has ended has to be made again, and one that it could not renew just now is kept', async () => {
  server.fault = 503;
  await expect(renew(oneProcess())).rejects.toThrow(NeedsSignIn);
  expect(await kept()).toMatchObject({ refresh_token: 'refresh-0' });
  server.fault = undefined;
  server.good = 'another';
  await expect(renew(oneProcess())).rejects.toThrow(NeedsSignIn);
  expect(await kept()).toBeUndefined();
});
