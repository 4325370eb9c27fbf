import { sql } from 'drizzle-orm';
import { type Db, moment } from '../db/database.ts';
import { sessions } from '../db/schema/sessions.ts';
import { usage } from '../db/schema/spend.ts';
import { startOfDay } from '../lib/clock.ts';
import { NO_WORKSPACE, type Person, type ThreadAddress } from '../session/address.ts';
import { type UsageRow, usageTable } from '../thread/words/usage.ts';

/**
 * What `usage` answers: model calls, tokens and cost of this session, of the person, the channel and all
 * today.
 */
export async function usageText(db: Db, address: ThreadAddress, by: Person): Promise<string> {
  const today = sql`u.created_at >= ${moment(startOfDay(db.clock.now()))}`;
  const here = sql`s.platform = ${address.platform} and s.workspace = ${address.workspace}`;
  const scopes = [
    {
      name: 'this session',
      where: sql`${here} and s.channel = ${address.channel} and s.thread = ${address.thread}`,
    },
    { name: `${by.name} today`, where: sql`${today} and ${here} and s.requester->>'id' = ${by.id}` },
    { name: 'this channel today', where: sql`${today} and ${here} and s.channel = ${address.channel}` },
    ...(address.workspace === NO_WORKSPACE
      ? []
      : [{ name: 'everybody today', where: sql`${today} and ${here}` }]),
  ];
  const rows: UsageRow[] = [];
  for (const { name, where } of scopes) {
    const result = await db.execute(sql`
      select ${name}::text as scope, count(*) as calls,
        coalesce(sum(u.input_tokens), 0) as input, coalesce(sum(u.cached_tokens), 0) as cached,
        coalesce(sum(u.output_tokens), 0) as output, sum(u.cost_micro_usd) / 1e6 as usd,
        percentile_cont(0.5) within group (order by u.first_token_ms) as first_ms
      from ${usage} u join ${sessions} s on s.id = u.session_id where ${where}`);
    rows.push(...((result as { rows?: UsageRow[] }).rows ?? []));
  }
  return usageTable(rows);
}
