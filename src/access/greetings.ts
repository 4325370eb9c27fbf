import { and, eq, isNull, lt, sql } from 'drizzle-orm';
import type { Db, Tx } from '../db/database.ts';
import { greetings } from '../db/schema/access.ts';
import { sessions } from '../db/schema/sessions.ts';
import { later } from '../lib/clock.ts';
import type { Workspace } from '../session/address.ts';

/** A channel, or a whole workspace, that the bot was invited to. */
type Invited = Workspace & { channel?: string | undefined };

/** What came of saying hello: it can't be said there, or may be another time. */
export type Said = 'said' | 'refused' | 'later';

/** Says hello once in each place, however often and by however many processes it is told of an invitation. */
export type Greetings = {
  /**
   * Has `say` say it where nobody has. `isOutcomeOpen`: an earlier attempt may have arrived. Resolves with
   * whether it is over with, and not to be tried again at the next invitation or start.
   */
  once(place: Invited, say: (isOutcomeOpen: boolean) => Promise<Said>): Promise<boolean>;
};

/** Longer than saying it takes. */
const LEASE_MS = 60_000;

export const createGreetings = (db: Db): Greetings => ({
  async once(place, say) {
    const row = rowOf(place);
    const claimed = await db.transaction('saying hello', (tx) => claim(tx, place));
    if (claimed === 'over') return true;
    if (claimed === 'held') return false; // whoever holds it may have died
    const said = await say(claimed.tries > 1).catch(async (error: unknown) => {
      await note(db, row, { until: null });
      throw error;
    });
    await note(db, row, said === 'later' ? { until: null } : { until: null, saidAt: db.clock.now() });
    return said !== 'later';
  },
});

type Row = { platform: string; workspace: string; place: string };

const rowOf = ({ platform, workspace, channel = '' }: Invited): Row => ({
  platform,
  workspace,
  place: channel,
});

const isRow = ({ platform, workspace, place }: Row) =>
  and(eq(greetings.platform, platform), eq(greetings.workspace, workspace), eq(greetings.place, place));

/**
 * The right to say it now. `held`: somebody else has it; `over`: it was said, or people there know the bot.
 */
async function claim(tx: Tx, place: Invited): Promise<{ tries: number } | 'held' | 'over'> {
  const row = rowOf(place);
  if (await isKnown(tx, place)) return 'over';
  const now = tx.clock.now();
  const until = later(now, LEASE_MS);
  const [claimed] = await tx
    .insert(greetings)
    .values({ ...row, tries: 1, until })
    .onConflictDoUpdate({
      target: [greetings.platform, greetings.workspace, greetings.place],
      set: { tries: sql`${greetings.tries} + 1`, until },
      setWhere: sql`${isNull(greetings.saidAt)} and (${isNull(greetings.until)} or ${lt(greetings.until, now)})`,
    })
    .returning({ tries: greetings.tries });
  if (claimed !== undefined) return claimed;
  const [kept] = await tx.select({ saidAt: greetings.saidAt }).from(greetings).where(isRow(row));
  return kept?.saidAt ? 'over' : 'held';
}

/** Where somebody has begun a session nobody needs to be told what it is. */
async function isKnown(tx: Tx, { platform, workspace, channel }: Invited): Promise<boolean> {
  const [row] = await tx
    .select({ id: sessions.id })
    .from(sessions)
    .where(
      and(
        eq(sessions.platform, platform),
        eq(sessions.workspace, workspace),
        channel === undefined ? undefined : eq(sessions.channel, channel),
      ),
    )
    .limit(1);
  return row !== undefined;
}

async function note(db: Db, row: Row, set: { until: null; saidAt?: Date }): Promise<void> {
  await db.update(greetings).set(set).where(isRow(row));
}
