import { eachMissed, type Missed } from '../../src/controller/last-seen-loop.ts';
import type { LastSeen } from '../../src/controller/platform.ts';
import type { Logger } from '../../src/lib/log.ts';
import type { Workspace } from '../../src/session/address.ts';

/** What a platform keeps of what was written, as far as it is read back. */
export type History<Place, Message> = {
  of: Workspace;
  /**
   * Where something may have been written since a time, in lists that are read one after the other: each is
   * asked for once those before it are through.
   */
  lists: readonly { name: string; places(since: Date): Promise<readonly Place[]> }[];
  /** What was written there since then, oldest first; nothing where it may not be read. */
  written(place: Place, since: Date, signal: AbortSignal): Promise<readonly Message[]>;
  /** Takes a message as if it had just been delivered; one that was handled before changes nothing. */
  take(message: Message): Promise<void>;
  /** What the log calls a place, and a message. */
  placeName(place: Place): string;
  messageName(message: Message): string;
};

/** Deliveries overlap with the end of what was seen last, and handling them twice is harmless. */
const OVERLAP_MS = 120_000;

/**
 * Reads what was written while nobody listened, or since this process could not take it (`missed.since`).
 * Throws where the record or the platform can't be reached: then it has to be done again.
 */
export async function catchUp<Place, Message>(
  history: History<Place, Message>,
  { lastSeen, log }: { lastSeen: Pick<LastSeen, 'lastSeen'>; log: Logger },
  missed: Missed,
): Promise<void> {
  const seenAt = await lastSeen.lastSeen(history.of);
  if (seenAt === undefined) return; // the first start has missed nothing
  // Another process may have listened meanwhile; what this one could not take may be older than that.
  const since = new Date(Math.min(seenAt.getTime(), missed.since.getTime()) - OVERLAP_MS);
  const counts = { places: 0, messages: 0 };
  async function read(place: Place): Promise<void> {
    const written = await history.written(place, since, missed.signal);
    counts.messages += written.length;
    await eachMissed(written, missed, log, history.messageName, history.take);
  }
  await eachMissed(
    history.lists,
    missed,
    log,
    ({ name }) => name,
    async (list) => {
      const places = await list.places(since);
      counts.places += places.length;
      await eachMissed(places, missed, log, history.placeName, read);
    },
  );
  log.info({ ...history.of, ...counts }, 'caught up with what was written while nobody listened');
}
