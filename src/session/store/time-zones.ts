import { and, eq } from 'drizzle-orm';
import type { Queries, Tx } from '../../db/database.ts';
import { timeZones } from '../../db/schema/access.ts';
import type { Workspace } from '../address.ts';

/** Somebody of a workspace, by their id on its platform. */
export type Somebody = Workspace & { person: string };

/** Somebody's time zone, and whether they have said it themselves. */
export type KnownZone = { zone: string; isSaid: boolean };

/** The time zone of somebody; undefined where neither they nor their platform have told. */
export async function timeZoneOf(db: Queries, who: Somebody): Promise<KnownZone | undefined> {
  const [row] = await db
    .select({ said: timeZones.said, known: timeZones.known })
    .from(timeZones)
    .where(isOf(who));
  const zone = row?.said ?? row?.known ?? undefined;
  return zone === undefined ? undefined : { zone, isSaid: row?.said !== null };
}

/** Notes the time zone that somebody says they are in; null forgets it, and their platform's word counts. */
export const noteSaidZone = (tx: Tx, who: Somebody, said: string | null): Promise<void> =>
  note(tx, who, { said });

/** Notes the time zone that somebody's platform knows. It counts where they have said none. */
export const noteKnownZone = (tx: Tx, who: Somebody, known: string): Promise<void> =>
  note(tx, who, { known });

async function note(
  tx: Tx,
  { platform, workspace, person }: Somebody,
  zone: { said: string | null } | { known: string },
): Promise<void> {
  const values = { ...zone, updatedAt: tx.clock.now() };
  await tx
    .insert(timeZones)
    .values({ platform, workspace, person, ...values })
    .onConflictDoUpdate({
      target: [timeZones.platform, timeZones.workspace, timeZones.person],
      set: values,
    });
}

const isOf = ({ platform, workspace, person }: Somebody) =>
  and(eq(timeZones.platform, platform), eq(timeZones.workspace, workspace), eq(timeZones.person, person));
