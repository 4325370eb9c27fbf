import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRepo } from '@huggingface/hub';
import { z } from 'zod';
import { accessTo } from '../hub/access.ts';
import { statusOf } from '../hub/retry.ts';
import type { HubToken } from '../hub/token.ts';
import { boundedFetch } from '../lib/bounded-fetch.ts';
import type { Clock } from '../lib/clock.ts';
import { messageOf } from '../lib/errors.ts';
import { refuseInTransaction } from '../lib/transaction-scope.ts';
import { SandboxUnavailable } from './sandbox.ts';

/* What the Hub is asked of Spaces that are sandboxes. */

export type SpaceSettings = {
  hubUrl: string;
  /** Tells this installation's Spaces from those of others that share the account. */
  installation(): Promise<string>;
  /** Of the account that owns the Spaces. It is sent to the Hub only, never to a Space. */
  token: HubToken;
  namespace(signal: AbortSignal): Promise<string>;
  /** A Space on hardware that is paid for sleeps after so long without a request. */
  idleSeconds: number;
  clock: Clock;
};

/** The Hub, with the passes that it has given out for single Spaces. */
export type SpaceHub = {
  settings: SpaceSettings;
  access: ReturnType<typeof accessTo>;
  passes: Map<string, { pass: string; until: number }>;
};

/** The Space of one session. */
export type SessionSpace = { sessionId: string; name: string };

export const createSpaceHub = (settings: SpaceSettings): SpaceHub => ({
  settings,
  access: accessTo(settings.hubUrl, settings.token),
  passes: new Map(),
});

const FILES = ['Dockerfile', 'README.md', 'server.mjs'] as const;
/** The Hub's tokens for one Space are short-lived. */
const PASS_MS = 5 * 60_000;

const Runtime = z.object({
  stage: z.string(),
  hardware: z.object({ current: z.string().nullish(), requested: z.string().nullish() }).nullish(),
});
const Space = z.object({ host: z.url().nullish(), runtime: Runtime.nullish() });
type Space = z.infer<typeof Space>;

const request = (
  { settings: { hubUrl, token }, access }: SpaceHub,
  method: string,
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<Response> =>
  access(signal).fetch(`${hubUrl}/api/spaces/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

/** Asks the Hub about Spaces. Throws SandboxUnavailable where it refuses. */
export async function hubAnswer(
  hub: SpaceHub,
  method: string,
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  const response = await request(hub, method, path, body, signal);
  if (response.ok) return response.json().catch(() => undefined);
  throw new SandboxUnavailable(`The Hub refused ${method} ${path} (status ${response.status}).`);
}

/**
 * How a Space stands; undefined where there is none. The client's spaceInfo does not tell where it answers.
 */
export async function lookAtSpace(
  hub: SpaceHub,
  name: string,
  signal: AbortSignal,
): Promise<Space | undefined> {
  const response = await request(hub, 'GET', name, undefined, signal);
  if (response.status === 404) return undefined;
  if (response.ok) return Space.parse(await response.json());
  throw new SandboxUnavailable(`The Hub does not tell of ${name} (status ${response.status}).`);
}

/** Makes the Space of a session, with our server in it. */
export async function createSpace(hub: SpaceHub, space: SessionSpace, signal: AbortSignal): Promise<void> {
  const { name } = space;
  const files = FILES.map((path) => ({
    path,
    content: new Blob([readFileSync(new URL(`./space-server/${path}`, import.meta.url))]),
  }));
  try {
    const repo = { type: 'space' as const, name };
    await createRepo({ ...hub.access(signal), repo, sdk: 'docker', visibility: 'private', files });
  } catch (error) {
    if (statusOf(error) !== 409) {
      throw new SandboxUnavailable(
        `The Space ${name} could not be made (${messageOf(error)}): the bot's token needs write access to the account.`,
      );
    }
  }
  await tellKey(hub, space, signal);
}

/** Gives a Space its own token; the Hub restarts it with that. */
export const tellKey = (hub: SpaceHub, { name, sessionId }: SessionSpace, signal: AbortSignal) =>
  hubAnswer(hub, 'POST', `${name}/secrets`, { key: 'SANDBOX_TOKEN', value: keyOf(hub, sessionId) }, signal);

/** What opens a session's server: known to every process of the bot, and written down nowhere. */
const keyOf = ({ settings }: SpaceHub, sessionId: string): string =>
  createHmac('sha256', settings.token).update(`sandbox ${sessionId}`).digest('hex');

const send = boundedFetch();

/** A request to the server in a Space, with a pass of the Hub's for this Space only. */
export async function askServer(
  hub: SpaceHub,
  { sessionId, name, host }: SessionSpace & { host: string },
  method: string,
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<Response> {
  const url = new URL(host + path);
  url.searchParams.set('__sign', await passFor(hub, name, signal));
  const response = await send(url, {
    method,
    redirect: 'error',
    signal,
    headers: { 'x-sandbox-token': keyOf(hub, sessionId), 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (response.status === 401 || response.status === 403) hub.passes.delete(name);
  return response;
}

async function passFor(hub: SpaceHub, name: string, signal: AbortSignal): Promise<string> {
  refuseInTransaction(() => 'a look-up of the pass of a Space');
  const now = hub.settings.clock.monotonic();
  const known = hub.passes.get(name);
  if (known !== undefined && known.until > now) return known.pass;
  const { token: pass } = z
    .object({ token: z.string() })
    .parse(await hubAnswer(hub, 'GET', `${name}/jwt`, undefined, signal));
  hub.passes.set(name, { pass, until: now + PASS_MS });
  return pass;
}
