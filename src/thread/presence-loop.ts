import { systemClock } from '../ops/clock.ts';
import type { Logger } from '../ops/log.ts';
import type { ThreadAddress } from '../session/address.ts';
import type { Presence } from '../session/presence.ts';

/** How it stands with a platform's connection, for who has to know what was missed. */
export type Link = { isUp(): boolean; onUp(listener: () => void): void };

export type PresenceLoop = {
  link: Link;
  log: Logger;
  presence: Pick<Presence, 'note'>;
  platform: ThreadAddress['platform'];
  /** The workspaces that are listened to. */
  workspaces(): Promise<readonly string[]>;
  /** Reads what was missed in one of them since a moment. Throws where that has to be done again. */
  catchUp(workspace: string, signal: AbortSignal, since: Date): Promise<void>;
};

const PRESENCE_MS = 20_000;

/** Before what failed to be caught up with is tried again; not sooner, whatever else fails meanwhile. */
const RETRY_MS = 3_000;

/**
 * Reads what was missed, at the start and whenever a broken connection is back; in between it notes every now and then
 * that somebody listens.
 */
export async function followPresence(loop: PresenceLoop, signal: AbortSignal): Promise<void> {
  const { link, log } = loop;
  let behindSince: Date | undefined = new Date();
  let pause = new AbortController();
  link.onUp(() => {
    behindSince ??= new Date();
    pause.abort();
  });
  while (!signal.aborted) {
    pause = new AbortController();
    const since: Date | undefined = behindSince;
    behindSince = undefined;
    const isCaughtUp =
      since === undefined ||
      (await catchUp(loop, signal, since).then(
        () => true,
        (error: unknown) => {
          log.error({ err: error }, 'catching up failed; it is tried again');
          return false;
        },
      ));
    // Nobody has listened to what is not caught up with: presence moves on only after it.
    if (!isCaughtUp) behindSince = since;
    else if (link.isUp()) await note(loop);
    if (isCaughtUp && behindSince !== undefined) continue;
    const isWoken = isCaughtUp ? AbortSignal.any([signal, pause.signal]) : signal;
    await systemClock.sleep(isCaughtUp ? PRESENCE_MS : RETRY_MS, isWoken).catch(() => {}); // woken
  }
}

async function catchUp(loop: PresenceLoop, signal: AbortSignal, since: Date): Promise<void> {
  for (const workspace of await loop.workspaces()) await loop.catchUp(workspace, signal, since);
}

async function note({ presence, platform, workspaces, log }: PresenceLoop): Promise<void> {
  try {
    for (const workspace of await workspaces()) await presence.note({ platform, workspace });
  } catch (error) {
    log.warn({ err: error }, 'presence could not be noted');
  }
}

/** A link that also counts as back up when a message could not be taken: it has to be read again. */
export function withFailures(link: Link): Link & { fail(): void } {
  const listeners: (() => void)[] = [];
  return {
    isUp: link.isUp,
    onUp(listener) {
      listeners.push(listener);
      link.onUp(listener);
    },
    fail: () => {
      for (const listener of listeners) listener();
    },
  };
}
