import { sql } from 'drizzle-orm';
import { z } from 'zod';
import { type Db, moment } from '../../db/database.ts';
import { sessions } from '../../db/schema/sessions.ts';
import type { Redacted } from '../../lib/redaction.ts';
import type { Claim } from './lease.ts';

/** What a session's model has written so far. */
export type GrownDraft = { held: Claim; text: Redacted };

/** What came of a draft: `isNews` where the thread had shown all that there was before. */
type Saved = { held: Claim; isNews: boolean };

/**
 * Writes the drafts of many sessions with one statement, which waits for nobody: one whose session's row is
 * being written to is left out, and so is one whose session another worker has taken over. What a turn knows
 * of its session is kept in step. Returns those that were written.
 *
 * A draft is no progress: a turn that fails again and again after its model has begun to answer must not be
 * taken for one that gets on.
 */
export async function saveDrafts(db: Db, drafts: readonly GrownDraft[]): Promise<Saved[]> {
  const ids = sql.param(drafts.map(({ held }) => held.sessionId));
  const epochs = sql.param(drafts.map(({ held }) => held.epoch));
  const texts = sql.param(drafts.map(({ text }) => text));
  const now = db.clock.now();
  const { rows } = SAVED.parse(
    await db.execute(sql`
      with written as (
        select * from unnest(${ids}::text[], ${epochs}::integer[], ${texts}::text[]) as given (id, epoch, text)
      ), free as (
        select held.id, written.text
        from ${sessions} as held join written on held.id = written.id and held.epoch = written.epoch
        for no key update of held skip locked
      )
      update ${sessions} as kept
      set draft = jsonb_build_object('text', free.text), rev = kept.rev + 1, updated_at = ${moment(now)}
      from free where kept.id = free.id
      returning kept.id, kept.rev, kept.rendered_rev as "renderedRev"`),
  );
  const saved = new Map(rows.map((row) => [row.id, row]));
  return drafts.flatMap(({ held, text }) => {
    const row = saved.get(held.sessionId);
    if (row === undefined) return [];
    keepInStep(held, row.rev, text, now);
    return [{ held, isNews: row.renderedRev >= row.rev - 1 }];
  });
}

const SAVED = z.object({
  rows: z.array(z.object({ id: z.string(), rev: z.number().int(), renderedRev: z.number().int() })),
});

/** What is known holds where nobody else has written meanwhile. */
function keepInStep(held: Claim, rev: number, text: string, updatedAt: Date): void {
  const { known } = held;
  held.known =
    known?.session.rev === rev - 1
      ? { ...known, session: { ...known.session, rev, updatedAt, draft: { text } } }
      : undefined;
}
