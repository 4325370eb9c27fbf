import { asc, gt } from 'drizzle-orm';
import type { Db } from '../../db/database.ts';
import { toolServers } from '../../db/schema/tools.ts';
import { later } from '../../lib/clock.ts';
import { serversText } from '../../thread/words/status.ts';

/** How a server of other tools stands; `problem` where it is away. */
export type ToolServerState = { name: string; tools: number; problem: string | undefined };

export async function noteToolServer(db: Db, { name, tools, problem }: ToolServerState): Promise<void> {
  const set = { tools, problem: problem ?? null, updatedAt: db.clock.now() };
  await db
    .insert(toolServers)
    .values({ name, ...set })
    .onConflictDoUpdate({ target: toolServers.name, set });
}

/**
 * What was noted of servers that somebody still looks after, in words; undefined where there is nothing to
 * say.
 */
export async function toolServersText(db: Db): Promise<string | undefined> {
  const rows = await db
    .select()
    .from(toolServers)
    .where(gt(toolServers.updatedAt, later(db.clock.now(), -KEPT_SECONDS * 1000)))
    .orderBy(asc(toolServers.name));
  if (rows.length === 0) return undefined;
  return serversText(rows);
}

/** How often who is connected to a server says so; what is much older is no longer in the config. */
export const NOTED_SECONDS = 60;
const KEPT_SECONDS = NOTED_SECONDS * 5;
