import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRepo, deleteRepo, listSpaces } from '@huggingface/hub';
import { z } from 'zod';
import { accessTo } from '../hub/access.ts';
import { statusOf } from '../hub/patience.ts';
import type { Clock } from '../ops/clock.ts';
import { messageOf } from '../ops/errors.ts';
import {
  type Background,
  type RunEnd,
  type RunOptions,
  type Sandbox,
  type Sandboxes,
  SandboxUnavailable,
} from './sandbox.ts';

export type SpaceSettings = {
  hubUrl: string;
  /** Tells this installation's Spaces from those of others that share the account. */
  installation(): Promise<string>;
  /** Of the account that owns the Spaces. It is sent to the Hub only, never to a Space. */
  token: string;
  namespace(signal: AbortSignal): Promise<string>;
  /** A Space on hardware that is paid for sleeps after so long without a request. */
  idleSeconds: number;
  clock: Clock;
};

/** Sandboxes in Spaces, which may run on other hardware. */
export type SpaceSandboxes = Sandboxes & {
  /** Moves a session's Space to other hardware, and waits for it. What was in it is gone. */
  moveTo(sessionId: string, flavor: string, signal: AbortSignal, show: (text: string) => void): Promise<void>;
};

const PREFIX = 'ml-intern';
const FILES = ['Dockerfile', 'README.md', 'server.mjs'] as const;
const BUILD_MS = 10 * 60_000;
const LOOK_MS = 3_000;
/** The Hub's tokens for one Space are short-lived. */
const PASS_MS = 5 * 60_000;

const Runtime = z.object({
  stage: z.string(),
  hardware: z.object({ current: z.string().nullish(), requested: z.string().nullish() }).nullish(),
});
const Space = z.object({ host: z.url().nullish(), runtime: Runtime.nullish() });
type Space = z.infer<typeof Space>;

const End: z.ZodType<RunEnd> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('exited'), code: z.number() }),
  z.object({ kind: z.literal('timed_out') }),
  z.object({ kind: z.literal('killed'), reason: z.string() }),
]);
const Frame = z.union([z.object({ o: z.string() }), z.object({ end: End })]);
const Shown = z.object({
  id: z.string(),
  command: z.string(),
  end: End.optional(),
  output: z.string(),
});

/** Stages from which a Space comes up by itself, and those from which it has to be started. */
const COMING: ReadonlySet<string> = new Set([
  'BUILDING',
  'APP_STARTING',
  'RUNNING_BUILDING',
  'RUNNING_APP_STARTING',
]);
const ASLEEP: ReadonlySet<string> = new Set(['SLEEPING', 'PAUSED', 'STOPPED']);

/**
 * Sandboxes in private Hugging Face Spaces, one a session, each with a small server of ours in it. A Space is known by its
 * session's name, so any process finds it again. It holds no token of ours: the Hub gives out passes for one Space at a
 * time, and the server's own token opens nothing else.
 */
export function createSpaceSandboxes(settings: SpaceSettings): SpaceSandboxes {
  const { hubUrl, token, clock, idleSeconds } = settings;
  const access = accessTo(hubUrl, token);
  const passes = new Map<string, { pass: string; until: number }>();
  /** Told to the model with the next result: sessions whose Space has lost its files. */
  const lost = new Set<string>();

  const prefix = async () => `${PREFIX}-${await settings.installation()}-`;
  const nameOf = async (sessionId: string, signal: AbortSignal) =>
    `${await settings.namespace(signal)}/${await prefix()}${sessionId}`;

  const request = (method: string, path: string, body: unknown, signal: AbortSignal): Promise<Response> =>
    access(signal).fetch(`${hubUrl}/api/spaces/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

  async function hub(method: string, path: string, body: unknown, signal: AbortSignal): Promise<unknown> {
    const response = await request(method, path, body, signal);
    if (response.ok) return response.json().catch(() => undefined);
    throw new SandboxUnavailable(`The Hub refused ${method} ${path} (status ${response.status}).`);
  }

  /** The client's spaceInfo does not tell where a Space answers. */
  async function look(name: string, signal: AbortSignal): Promise<Space | undefined> {
    const response = await request('GET', name, undefined, signal);
    if (response.status === 404) return undefined;
    if (response.ok) return Space.parse(await response.json());
    throw new SandboxUnavailable(`The Hub does not tell of ${name} (status ${response.status}).`);
  }

  async function create(name: string, sessionId: string, signal: AbortSignal): Promise<void> {
    const files = FILES.map((path) => ({
      path,
      content: new Blob([readFileSync(new URL(`./space-server/${path}`, import.meta.url))]),
    }));
    try {
      const repo = { type: 'space' as const, name };
      await createRepo({ ...access(signal), repo, sdk: 'docker', visibility: 'private', files });
    } catch (error) {
      if (statusOf(error) !== 409) {
        throw new SandboxUnavailable(
          `The Space ${name} could not be made (${messageOf(error)}): the bot's token needs write access to the account.`,
        );
      }
    }
    await tell(name, sessionId, signal);
  }

  /** Gives a Space its own token; the Hub restarts it with that. */
  const tell = (name: string, sessionId: string, signal: AbortSignal) =>
    hub('POST', `${name}/secrets`, { key: 'SANDBOX_TOKEN', value: keyOf(sessionId) }, signal);

  /** What opens a session's server: known to every process of the bot, and written down nowhere. */
  const keyOf = (sessionId: string): string =>
    createHmac('sha256', token).update(`sandbox ${sessionId}`).digest('hex');

  /** Waits until a Space answers. */
  async function up(
    sessionId: string,
    name: string,
    signal: AbortSignal,
    show: (text: string) => void,
  ): Promise<{ host: string; isFresh: boolean }> {
    const until = clock.now().getTime() + BUILD_MS;
    let isStarted = false;
    let isToldAgain = false;
    for (; clock.now().getTime() < until; await clock.sleep(LOOK_MS, signal)) {
      const space = await look(name, signal).catch(() => undefined); // the Hub may fail once
      const stage = space?.runtime?.stage ?? 'BUILDING';
      show(`The Space ${name}: ${stage}`);
      if (ASLEEP.has(stage) && !isStarted) {
        await hub('POST', `${name}/restart`, undefined, signal);
        isStarted = true;
        continue;
      }
      if (stage === 'RUNNING' && space?.host) {
        const host = checkedHost(space.host, hubUrl);
        const health = await ask(sessionId, name, host, 'GET', '/health', undefined, signal).catch(
          () => undefined,
        );
        if (health?.status === 401 && !isToldAgain) {
          await tell(name, sessionId, signal); // the bot's token, which its own is made of, is another one now
          isToldAgain = true;
        }
        if (health?.ok) {
          const { isFresh } = z.object({ isFresh: z.boolean() }).parse(await health.json());
          return { host, isFresh };
        }
      } else if (!COMING.has(stage) && !ASLEEP.has(stage)) {
        throw new SandboxUnavailable(
          `The Space ${name} did not start: ${stage}. Its logs on the Hub say why.`,
        );
      }
    }
    throw new SandboxUnavailable(`The Space ${name} was not ready within ${BUILD_MS / 60_000} minutes.`);
  }

  /** A request to the server in a Space, with a pass of the Hub's for this Space only. */
  async function ask(
    sessionId: string,
    name: string,
    host: string,
    method: string,
    path: string,
    body: unknown,
    signal: AbortSignal,
  ): Promise<Response> {
    const url = new URL(host + path);
    url.searchParams.set('__sign', await passFor(name, signal));
    const response = await fetch(url, {
      method,
      redirect: 'error',
      signal,
      headers: { 'x-sandbox-token': keyOf(sessionId), 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (response.status === 401 || response.status === 403) passes.delete(name);
    return response;
  }

  async function passFor(name: string, signal: AbortSignal): Promise<string> {
    const now = clock.now().getTime();
    const known = passes.get(name);
    if (known !== undefined && known.until > now) return known.pass;
    const { token: pass } = z
      .object({ token: z.string() })
      .parse(await hub('GET', `${name}/jwt`, undefined, signal));
    passes.set(name, { pass, until: now + PASS_MS });
    return pass;
  }

  async function open(
    sessionId: string,
    signal: AbortSignal,
    show: (text: string) => void = () => {},
  ): Promise<Sandbox> {
    const name = await nameOf(sessionId, signal);
    const before = await look(name, signal);
    if (before === undefined) await create(name, sessionId, signal);
    const { host, isFresh } = await up(sessionId, name, signal, show);
    if (before !== undefined && isFresh) lost.add(sessionId);
    const notice = lost.delete(sessionId) ? RESTARTED : undefined;

    async function json(method: string, path: string, body?: unknown): Promise<unknown> {
      const response = await ask(sessionId, name, host, method, path, body, AbortSignal.timeout(30_000));
      const answer: unknown = await response.json();
      if (response.ok) return answer;
      throw new Error(
        z
          .object({ error: z.string() })
          .catch({ error: `status ${response.status}` })
          .parse(answer).error,
      );
    }

    return {
      run: (argv, options) =>
        runThere((body, own) => ask(sessionId, name, host, 'POST', '/exec', body, own), argv, options),
      start: async (command) => backgroundOf(await json('POST', '/start', { command })),
      background: async () =>
        z
          .array(z.unknown())
          .parse(await json('GET', '/background'))
          .map(backgroundOf),
      kill: async (id) => z.object({ killed: z.boolean() }).parse(await json('POST', '/kill', { id })).killed,
      ...(notice ? { notice } : {}),
    };
  }

  return {
    open,
    async moveTo(sessionId, flavor, signal, show) {
      await open(sessionId, signal, show);
      const name = await nameOf(sessionId, signal);
      await hub('POST', `${name}/hardware`, { flavor, sleepTimeSeconds: idleSeconds }, signal);
      await up(sessionId, name, signal, show);
    },
    async remove(sessionId) {
      const { signal } = new AbortController();
      const repo = { type: 'space' as const, name: await nameOf(sessionId, signal) };
      await deleteRepo({ ...access(signal), repo }).catch((error: unknown) => {
        if (statusOf(error) !== 404) throw error;
      });
    },
    async sessions() {
      const { signal } = new AbortController();
      const owner = await settings.namespace(signal);
      const found: string[] = [];
      const own = `${owner}/${await prefix()}`;
      for await (const { name } of listSpaces({ ...access(signal), search: { owner, query: PREFIX } })) {
        if (name.startsWith(`${own}s_`)) found.push(name.slice(own.length));
      }
      return found;
    },
    async stop() {}, // what runs in a Space goes on
    rules:
      'It is a private Hugging Face Space, with network and a disk of its own; without sandbox_create it has 2 vCPU, 16 GB and no GPU. Files in /work last until it is put to sleep. No secrets are in it.',
  };
}

const RESTARTED =
  'The sandbox was restarted since it was last used: its files and processes are gone. Make again what you still need.';

/** Where the server listens: below hf.space, or beside a Hub that is not reached over HTTPS (a test's). */
function checkedHost(host: string, hubUrl: string): string {
  const { protocol, hostname } = new URL(host);
  const isSpace = protocol === 'https:' && hostname.endsWith('.hf.space');
  const isTest = !hubUrl.startsWith('https:') && hostname === new URL(hubUrl).hostname;
  if (isSpace || isTest) return host.replace(/\/$/, '');
  throw new SandboxUnavailable(`The Hub names ${hostname} as the Space's host, which is none.`);
}

function backgroundOf(value: unknown): Background {
  const { end, ...rest } = Shown.parse(value);
  return { ...rest, end };
}

/** One command over the exec API. Closing the request ends the command. */
async function runThere(
  post: (body: unknown, signal: AbortSignal) => Promise<Response>,
  argv: readonly string[],
  { timeoutMs, signal, stdin, onOutput, isOnlyStdout }: RunOptions,
): Promise<RunEnd> {
  const body = {
    argv,
    timeoutMs,
    onlyStdout: isOnlyStdout ?? false,
    ...(stdin ? { stdin: Buffer.from(stdin).toString('base64') } : {}),
  };
  const response = await post(body, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs + 30_000)]));
  if (!response.ok || response.body === null) {
    throw new Error(`The sandbox did not take the command (status ${response.status}).`);
  }
  let rest = '';
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const frame = Frame.parse(JSON.parse(line));
      if ('end' in frame) return frame.end;
      onOutput(Buffer.from(frame.o, 'base64'));
    }
  }
  throw new Error('The sandbox went away while the command ran: what it did is not known.');
}
