import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { exchanges, sessions } from '../../db/schema/sessions.ts';
import { type Claim, LeaseLost } from './lease.ts';

/**
 * Counts a model call that is about to be made, in one statement, which writes nothing and throws LeaseLost
 * where another worker has the session. What the turn knows of its session is kept in step.
 */
export async function countModelCall(held: Claim, exchange: number): Promise<void> {
  const { db, sessionId, epoch } = held;
  held.isFresh = false;
  const { rows } = COUNTED.parse(
    await db.execute(sql`
      with held as (
        select id, rev from ${sessions} where id = ${sessionId} and epoch = ${epoch} for no key update
      )
      update ${exchanges} as counted set model_calls = counted.model_calls + 1
      from held where counted.session_id = held.id and counted.number = ${exchange}
      returning held.rev, counted.model_calls as "modelCalls"`),
  );
  const [row] = rows;
  if (row === undefined) throw new LeaseLost(sessionId);
  const { known } = held;
  held.known =
    known?.session.rev === row.rev
      ? {
          ...known,
          exchanges: known.exchanges.map((one) =>
            one.number === exchange ? { ...one, modelCalls: row.modelCalls } : one,
          ),
        }
      : undefined;
}

const COUNTED = z.object({
  rows: z.array(z.object({ rev: z.number().int(), modelCalls: z.number().int() })),
});
