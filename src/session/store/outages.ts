import { and, eq, inArray, lt, sql } from 'drizzle-orm';
import type { Db, Tx } from '../../db/database.ts';
import { outagesTold } from '../../db/schema/maintenance.ts';
import { sessions } from '../../db/schema/sessions.ts';
import { later } from '../../lib/clock.ts';
import type { Session } from '../snapshot.ts';
import { insertOperation } from './inbox.ts';

/** After so long an outage that nobody saw end is another one. */
const OTHER_MS = 24 * 3_600_000;

/** Whether the requester of a session is still to be told that a provider is out; they are told by that. */
export async function mayTellOutage(tx: Tx, session: Session, provider: string): Promise<boolean> {
  const at = tx.clock.now();
  const rows = await tx
    .insert(outagesTold)
    .values({ ...personOf(session), provider, at })
    .onConflictDoUpdate({
      target: [outagesTold.platform, outagesTold.workspace, outagesTold.person, outagesTold.provider],
      set: { at },
      setWhere: lt(outagesTold.at, later(at, -OTHER_MS)),
    })
    .returning({ at: outagesTold.at });
  return rows.length > 0;
}

/** Whether its requester was told of an outage that is over, and not yet of its end. */
export async function mayTellRecovery(tx: Tx, session: Session, provider: string): Promise<boolean> {
  const { platform, workspace, person } = personOf(session);
  const rows = await tx
    .delete(outagesTold)
    .where(
      and(
        eq(outagesTold.platform, platform),
        eq(outagesTold.workspace, workspace),
        eq(outagesTold.person, person),
        eq(outagesTold.provider, provider),
      ),
    )
    .returning({ at: outagesTold.at });
  return rows.length > 0;
}

const personOf = ({ address: { platform, workspace }, requester }: Session) => ({
  platform,
  workspace,
  person: requester.id,
});

/**
 * Asks sessions that wait for their model provider to try again, each once a time that it is due. Returns
 * those which it asked.
 */
export async function retryAfterOutages(db: Db): Promise<string[]> {
  // By their ids alone, which an index of those that wait has; the few of them are read then.
  const waiting = await db
    .select({ id: sessions.id })
    .from(sessions)
    .where(sql`${sessions.state}->'failure' ? 'outage'`);
  if (waiting.length === 0) return [];
  const retryAt = sql<string | null>`${sessions.state}->'failure'->'outage'->>'retryAt'`;
  const found = await db
    .select({ id: sessions.id, retryAt })
    .from(sessions)
    .where(
      inArray(
        sessions.id,
        waiting.map(({ id }) => id),
      ),
    );
  const now = db.clock.now().toISOString(); // both are in the form of Date.toJSON
  const asked: string[] = [];
  for (const { id, retryAt } of found) {
    if (retryAt === null || retryAt > now) continue;
    if (await insertOperation(db, id, `retry:${id}:${retryAt}`, { kind: 'retry' })) asked.push(id);
  }
  return asked;
}
