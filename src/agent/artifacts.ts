import type { Session, Snapshot } from '../session/snapshot.ts';
import { type Claim, fenced } from '../session/store/lease.ts';
import * as record from '../session/store/record.ts';
import { madeBy } from '../session/tool-calls.ts';

export type ArtifactDeps = {
  /**
   * Puts what was made on the Hub into the session's collection, and says what that is then; undefined where
   * there is none. What it could not put there is missing from its items. Never throws for the Hub's sake.
   */
  collect(
    session: Session,
    urls: readonly string[],
    signal: AbortSignal,
  ): Promise<Session['settings']['collection']>;
};

/** What a session and its jobs have made on the Hub that is not in its collection. */
function notYetCollected({ session, toolCalls, watches }: Snapshot): string[] {
  const pushed = watches.flatMap(({ endedAt, snapshot }) =>
    endedAt === undefined ? [] : (snapshot.pushed ?? []),
  );
  const items = new Set(session.settings.collection?.items);
  return [...new Set([...madeBy(toolCalls), ...pushed])].filter((url) => !items.has(url));
}

/**
 * Keeps together what a session made, at the end of a turn, where one call after another has been noted. What
 * a crash or the Hub keeps from it is left to the end of the next turn.
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
