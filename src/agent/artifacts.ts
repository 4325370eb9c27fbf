import type { Session, Snapshot } from '../session/snapshot.ts';
import { type Claim, fenced } from '../session/store/lease.ts';
import * as record from '../session/store/record.ts';
import { madeBy } from '../session/tool-calls.ts';

export type ArtifactDeps = {
  /**
   * Adds what was made on the Hub to the session's collection and returns the collection as it is then, or
   * undefined where there is none. What could not be added is missing from its items. An error of the Hub is
   * never thrown.
   */
  collect(
    session: Session,
    urls: readonly string[],
    signal: AbortSignal,
  ): Promise<Session['settings']['collection']>;
};

/** What a session and its jobs have made on the Hub and its collection does not hold yet. */
function notYetCollected({ session, toolCalls, watches }: Snapshot): string[] {
  const pushed = watches.flatMap(({ endedAt, snapshot }) =>
    endedAt === undefined ? [] : (snapshot.pushed ?? []),
  );
  const items = new Set(session.settings.collection?.items);
  return [...new Set([...madeBy(toolCalls), ...pushed])].filter((url) => !items.has(url));
}

/**
 * Adds what a session made on the Hub to its collection. Called at the end of a turn, when all its calls are
 * recorded. What a crash or the Hub prevents is made up for at the end of the next turn.
 */
export async function collectArtifacts(
  deps: ArtifactDeps,
  held: Claim,
  snapshot: Snapshot,
  signal: AbortSignal,
): Promise<void> {
  const made = notYetCollected(snapshot);
  if (made.length === 0) return;
  const collection = await deps.collect(snapshot.session, made, signal);
  if (collection === undefined) return;
  await fenced(held, (tx) => record.changeSettings(tx, held.sessionId, { collection }));
}
