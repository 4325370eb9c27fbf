import { and, eq, inArray, not } from 'drizzle-orm';
import type { Db } from '../db/database.ts';
import { sessions } from '../db/schema/sessions.ts';
import { SESSION_LABEL } from './labels.ts';

/**
 * Whose a job of the account is, as seen from a session: begun in the same channel, by a session of another
 * channel, workspace or installation, or of a private thread, or by no session at all.
 */
type Whose = 'here' | 'elsewhere' | 'nobodys';

export type Labelled = { labels?: Readonly<Record<string, string>> | null | undefined };

/** Tells apart the jobs of one account that several workspaces, and several channels of each, may share. */
export type JobOwnership = {
  /** Whose each of several jobs is, in their order. */
  of(sessionId: string, jobs: readonly Labelled[]): Promise<Whose[]>;
};

/** A job says itself which session began it: only the bot sets that label, and the Hub keeps it. */
export function createJobOwnership(db: Db): JobOwnership {
  return {
    async of(sessionId, jobs) {
      const begunBy = jobs.map(({ labels }) => labels?.[SESSION_LABEL]);
      const others = [
        ...new Set(begunBy.flatMap((id) => (id === undefined || id === sessionId ? [] : [id]))),
      ];
      const here = new Set([
        sessionId,
        ...(others.length > 0 ? await neighbours(db, sessionId, others) : []),
      ]);
      return begunBy.map((id) => (id === undefined ? 'nobodys' : here.has(id) ? 'here' : 'elsewhere'));
    },
  };
}

/** Those of several sessions that are in the channel of one. */
async function neighbours(db: Db, sessionId: string, others: readonly string[]): Promise<string[]> {
  const [own] = await db.select().from(sessions).where(eq(sessions.id, sessionId));
  if (own === undefined) return [];
  const { platform, workspace, channel } = own;
  const isSameChannel = and(
    eq(sessions.platform, platform),
    eq(sessions.workspace, workspace),
    eq(sessions.channel, channel),
  );
  const rows = await db
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(isSameChannel, not(sessions.isPrivate), inArray(sessions.id, [...others])));
  return rows.map(({ id }) => id);
}
