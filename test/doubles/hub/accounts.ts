import { IDENTITY } from './identity.ts';
import { avatarOf, idOf } from './people.ts';
import type { Answer } from './route.ts';
import type { HubState } from './state.ts';

/** Whose account a token is of. */
export const whoIs = (hub: HubState, token: string): string => hub.identities.get(token) ?? 'ada';

/** The account that somebody with another one may not act in; undefined where they may. */
export function refusedAccount(hub: HubState, who: string, path: string): Answer | undefined {
  const [, namespace = ''] = /^\/api\/(?:scheduled-)?jobs\/([^/]+)/.exec(path) ?? [];
  const isRefused = [...hub.identities.values()].includes(namespace) && who !== namespace;
  return isRefused
    ? { status: 403, answer: { error: 'You do not have access to this account.' } }
    : undefined;
}

/** What a token may, where a test says so. */
function accessOf(hub: HubState, who: string, token: string): object {
  const access = hub.tokens.get(token);
  if (access === undefined || access === 'revoked') return {};
  const entity = { _id: idOf(who), type: 'user', name: who };
  const { role } = access;
  const scoped = role === 'fineGrained' ? [{ entity, permissions: access.permissions }] : [];
  return {
    accessToken: {
      displayName: 'a token',
      role,
      createdAt: '2026-01-01T00:00:00.000Z',
      ...(role === 'fineGrained' ? { fineGrained: { global: [], scoped, canReadGatedRepos: true } } : {}),
    },
  };
}

/** `GET /api/whoami-v2`. */
export function whoami(hub: HubState, who: string, token: string): Answer {
  const auth = { type: 'access_token', ...accessOf(hub, who, token) };
  if (who !== 'ada')
    return { status: 200, answer: { ...IDENTITY, id: idOf(who), name: who, orgs: [], auth } };
  const orgs = hub.orgs.map((name) => ({
    type: 'org',
    id: idOf(name),
    name,
    fullname: name,
    canPay: true,
    avatarUrl: avatarOf(name),
  }));
  return { status: 200, answer: { ...IDENTITY, orgs, auth } };
}
