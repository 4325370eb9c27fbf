import { z } from 'zod';
import { SandboxUnavailable } from './sandbox.ts';
import { askServer, hubAnswer, lookAtSpace, type SessionSpace, type SpaceHub, tellKey } from './space-hub.ts';

const BUILD_MS = 10 * 60_000;
const LOOK_MS = 3_000;

/** Stages from which a Space comes up by itself, and those from which it has to be started. */
const COMING: ReadonlySet<string> = new Set([
  'BUILDING',
  'APP_STARTING',
  'RUNNING_BUILDING',
  'RUNNING_APP_STARTING',
]);
const ASLEEP: ReadonlySet<string> = new Set(['SLEEPING', 'PAUSED', 'STOPPED']);

/** A Space whose server answers; `isFresh` where it has begun with nothing in it. */
type UpSpace = { host: string; isFresh: boolean };

/**
 * Waits until a Space answers, on the hardware that was asked for, and starts it where it sleeps.
 */
export async function spaceUp(
  hub: SpaceHub,
  space: SessionSpace,
  signal: AbortSignal,
  show: (text: string) => void,
  flavor?: string,
): Promise<UpSpace> {
  const { name } = space;
  const { clock } = hub.settings;
  const until = clock.monotonic() + BUILD_MS;
  let isStarted = false;
  let isToldAgain = false;
  for (; clock.monotonic() < until; await clock.sleep(LOOK_MS, signal)) {
    const seen = await lookAtSpace(hub, name, signal).catch(() => undefined); // the Hub may fail once
    const stage = seen?.runtime?.stage ?? 'BUILDING';
    // A Space goes on as it was until there is other hardware for it.
    const isMoved = flavor === undefined || seen?.runtime?.hardware?.current === flavor;
    show(`The Space ${name}: ${isMoved ? stage : `waits for ${flavor}`}`);
    if (ASLEEP.has(stage) && !isStarted) {
      await hubAnswer(hub, 'POST', `${name}/restart`, undefined, signal);
      isStarted = true;
      continue;
    }
    if (stage === 'RUNNING' && !isMoved) continue;
    if (stage === 'RUNNING' && seen?.host) {
      const health = await healthOf(hub, space, seen.host, signal);
      if (health === 'another_key' && !isToldAgain) {
        await tellKey(hub, space, signal); // the bot's token, which its own is made of, is another one now
        isToldAgain = true;
      }
      if (typeof health === 'object') return health;
    } else if (!COMING.has(stage) && !ASLEEP.has(stage)) {
      throw new SandboxUnavailable(`The Space ${name} did not start: ${stage}. Its logs on the Hub say why.`);
    }
  }
  const what = flavor === undefined ? 'was not ready' : `was not on ${flavor}`;
  throw new SandboxUnavailable(`The Space ${name} ${what} within ${BUILD_MS / 60_000} minutes.`);
}

/** How a running Space's server answers; undefined where it does not do so yet. */
async function healthOf(
  hub: SpaceHub,
  space: SessionSpace,
  named: string,
  signal: AbortSignal,
): Promise<UpSpace | 'another_key' | undefined> {
  const host = checkedHost(named, hub.settings.hubUrl);
  const health = await askServer(hub, { ...space, host }, 'GET', '/health', undefined, signal).catch(
    () => undefined,
  );
  if (health?.status === 401) return 'another_key';
  if (!health?.ok) return undefined;
  const { isFresh } = z.object({ isFresh: z.boolean() }).parse(await health.json());
  return { host, isFresh };
}

/** Where the server listens: below hf.space, or beside a Hub that is not reached over HTTPS (a test's). */
function checkedHost(host: string, hubUrl: string): string {
  const { protocol, hostname } = new URL(host);
  const isSpace = protocol === 'https:' && hostname.endsWith('.hf.space');
  const isTest = !hubUrl.startsWith('https:') && hostname === new URL(hubUrl).hostname;
  if (isSpace || isTest) return host.replace(/\/$/, '');
  throw new SandboxUnavailable(`The Hub names ${hostname} as the Space's host, which is none.`);
}
