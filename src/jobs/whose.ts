import { and, eq, inArray } from 'drizzle-orm';
import type { Db } from '../db/database.ts';
import { sessions } from '../db/schema/sessions.ts';
import { SESSION_LABEL } from './labels.ts';

/**
 * Whose a job of the account is, as seen from a session: begun in the same channel; by a session of another
 * channel, or of a private thread, of the same workspace; by one of another workspace or installation; or by
 * no session at all.
 */
export type Whose = 'here' | 'workspace' | 'elsewhere' | 'nobodys';

export type Labelled = { labels?: Readonly<Record<string, string>> | null | undefined };

/** Tells apart the jobs of one account that several workspaces, and several channels of each, may share. */
export type JobOwnership = {
  /** Whose each of several jobs is, in their order. */
  of(sessionId: string, jobs: readonly Labelled[]): Promise<Whose[]>;
};

/** Whether a session may know of a job: `sharesOthers` is for those that no session began. */
export const mayKnow = (whose: Whose | undefined, sharesOthers: boolean): boolean =>
  whose === 'here' || (sharesOthers && whose === 'nobodys');

/** A job says itself which session began it: only the bot sets that label, and the Hub keeps it. */
export function createJobOwnership(db: Db): JobOwnership {
  return {
    async of(sessionId, jobs) {
      const begunBy = jobs.map(({ labels }) => labels?.[SESSION_LABEL]);
      const others = [
        ...new Set(begunBy.flatMap((id) => (id === undefined || id === sessionId ? [] : [id]))),
      ];
      const known = others.length > 0 ? await neighbours(db, sessionId, others) : new Map<string, Whose>();
      known.set(sessionId, 'here');
      return begunBy.map((id) => (id === undefined ? 'nobodys' : (known.get(id) ?? 'elsewhere')));
    },
  };
}

/** Those of several sessions that are in the workspace of one, with which of them are in its channel. */
async function neighbours(db: Db, sessionId: string, others: readonly string[]): Promise<Map<string, Whose>> {
  const [own] = await db.select().from(sessions).where(eq(sessions.id, sessionId));
  if (own === undefined) return new Map();
  const { platform, workspace, channel } = own;
  const isSameWorkspace = and(eq(sessions.platform, platform), eq(sessions.workspace, workspace));
  const rows = await db
    .select({ id: sessions.id, channel: sessions.channel, isPrivate: sessions.isPrivate })
    .from(sessions)
    .where(and(isSameWorkspace, inArray(sessions.id, [...others])));
  return new Map(
    rows.map((row) => [row.id, row.channel === channel && !row.isPrivate ? 'here' : 'workspace']),
  );
}
