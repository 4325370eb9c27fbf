import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Db } from '../../db/database.ts';
import { operations } from '../../db/schema/inbox.ts';
import { sessions } from '../../db/schema/sessions.ts';

/**
 * The place of each session among those of its workspace that are worked on or wait, as if its people took
 * turns: the second session of somebody comes after the first of everybody else. Whoever begins those with
 * the lowest place first gives workspaces equal shares, and in each of them people. One statement; sessions
 * that are not in the record are left out.
 */
export async function placesOf(db: Db, sessionIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  if (sessionIds.length === 0) return new Map();
  const { rows } = PLACES.parse(
    await db.execute(sql`
      with live as (
        select platform, workspace, requester->>'id' as person, count(*)::integer as count
        from ${sessions}
        where id in (
          select id from ${sessions} where lease_until is not null
          union select session_id from ${operations} where applied_at is null
        )
        group by 1, 2, 3
      ), asked as (
        select id, platform, workspace, requester->>'id' as person
        from ${sessions} where id = any(${sql.param([...sessionIds])}::text[])
      )
      select asked.id, coalesce(sum(least(live.count, greatest(own.count, 1))), 0)::integer as place
      from asked
      left join live using (platform, workspace)
      left join live as own
        on own.platform = asked.platform and own.workspace = asked.workspace and own.person = asked.person
      group by asked.id`),
  );
  return new Map(rows.map(({ id, place }) => [id, place]));
}

const PLACES = z.object({ rows: z.array(z.object({ id: z.string(), place: z.number().int() })) });
